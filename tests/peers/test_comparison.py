"""The comparison of other people's suites, on made-up outcomes; the suites themselves are run by scripts/peer-suites."""

import json
import sys
from pathlib import Path

import pytest

from . import __main__, explained, sources
from .comparison import Comparison
from .explained import Explanation
from .runs import PLUGINS, Outcome
from .suites import SUITES

PASSED, FAILED, SKIPPED = Outcome("passed"), Outcome("failed", "why"), Outcome("skipped", "not here")


def test_outcomes_are_sorted_by_where_a_test_passed() -> None:
    comparison = Comparison(
        stock={"both": PASSED, "stock": PASSED, "listed": PASSED, "plait": FAILED, "none": FAILED, "skip": SKIPPED},
        plait={"both": PASSED, "stock": FAILED, "listed": FAILED, "plait": PASSED, "none": FAILED, "skip": SKIPPED},
        explanations=[Explanation("peer", "list*", "because"), Explanation("peer", "both", "in vain")],
    )
    assert comparison.both() == ["both"]
    assert comparison.only_on_plait() == ["plait"]
    assert comparison.only_on_stock() == ["stock", "listed"]
    assert list(comparison.explained()) == ["listed"]
    assert comparison.unexplained() == ["stock"]
    assert comparison.reason("stock") == "failed: why"
    assert [entry.tests for entry in comparison.needless()] == ["both"]


def test_what_passes_when_it_is_run_again_has_passed() -> None:
    comparison = Comparison(stock={"a": PASSED, "b": PASSED}, plait={"a": FAILED, "b": FAILED}, explanations=[])
    comparison.again = {"a": PASSED, "b": FAILED}
    assert comparison.both() == comparison.passed_again() == ["a"]
    assert comparison.unexplained() == ["b"]


def test_what_did_not_run_or_was_skipped_on_plait_has_not_passed() -> None:
    comparison = Comparison(stock={"a": PASSED, "b": PASSED}, plait={"b": SKIPPED}, explanations=[])
    assert comparison.unexplained() == ["a", "b"]
    assert comparison.reason("a") == "did not run"
    assert comparison.reason("b") == "skipped: not here"


def test_patterns_take_brackets_as_they_are() -> None:
    entry = Explanation("peer", "test_a[asyncio-*]", "because")
    assert entry.matches("test_a[asyncio-path]")
    assert not entry.matches("test_a[eager-path]")
    assert not entry.matches("test_aa")


def test_every_explanation_has_a_reason_and_is_of_a_suite() -> None:
    assert {entry.suite for entry in explained.load()} <= set(SUITES)
    with pytest.raises(ValueError, match="'x' has no reason"):
        explained.load('[[peer]]\ntests = "x"\nreason = " "')


def test_every_explanation_names_its_kind_in_the_docs() -> None:
    text = (Path(__file__).parents[2] / "docs" / "differences.md").read_text(encoding="utf-8")
    table = text.partition("## The tests of other libraries")[2]
    kinds = {line.split(" | ")[0].removeprefix("| ") for line in table.splitlines() if line.startswith("| ")}
    found = {entry.reason.partition(":")[0] for entry in explained.load()}
    assert found == kinds - {"name", "---"}


def test_suite_without_tests_is_named_as_not_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["peers", "websockets"])
    monkeypatch.setattr(sources, "fetch", lambda suite, root: sources.Source(suite, "1.0", tmp_path))
    assert __main__.main() == 0
    assert capsys.readouterr().out.endswith("not compared, for want of tests: websockets\n")


def test_recorder_writes_what_became_of_each_test(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    record = Path(pytester.path, "record")
    monkeypatch.setenv("PEER_RECORD", str(record))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setattr(sys, "path", [str(PLUGINS), *sys.path])
    pytester.makepyfile(
        test_it="""
import pytest

@pytest.fixture
def breaks():
    yield
    raise LookupError("at the end")

def test_passes(): pass
def test_fails(): assert 1 == 2, "why"
def test_breaks(breaks): pass
def test_skips(): pytest.skip("not here")
"""
    )
    pytester.runpytest_inprocess("-p", "recorder", "-p", "no:cacheprovider")
    outcomes = {
        test.partition("::")[2]: (what, reason)
        for test, what, reason in map(json.loads, record.read_text().splitlines())
    }
    assert outcomes["test_passes"] == ("passed", "")
    assert outcomes["test_fails"][0] == "failed"
    assert outcomes["test_breaks"] == ("failed", "LookupError: at the end")
    assert outcomes["test_skips"][0] == "skipped"
    assert len(outcomes) == 4
