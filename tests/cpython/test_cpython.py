"""CPython's own tests of asyncio pass on plait, but for those that are left out, one by one, for a reason."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from . import harness
from .left_out import LEFT_OUT

DIFFERENCES = Path(__file__).resolve().parents[2] / "docs" / "differences.md"


@pytest.mark.parametrize("run", harness.RUNS, ids=[f"{module}-on-{loop}-loop" for module, loop in harness.RUNS])
def test_module_passes(run: harness.Run, reports: harness.Reports) -> None:
    report = reports[run]
    failures = {test: outcome.text for test, outcome in report.failures().items()}
    assert not failures, "\n\n".join(f"{test}:\n{text}" for test, text in failures.items())
    count = report.count()
    assert count["passed"] + count["left out"] > 0


@pytest.mark.parametrize("run", harness.RUNS, ids=[f"{module}-on-{loop}-loop" for module, loop in harness.RUNS])
def test_nothing_is_left_out_needlessly(run: harness.Run, reports: harness.Reports) -> None:
    assert reports[run].needless() == []


def test_nearly_all_tests_on_public_api_pass(reports: harness.Reports) -> None:
    assert harness.public_share(reports.values()) >= harness.PUBLIC_SHARE


def test_the_command_shows_a_table() -> None:
    command = [sys.executable, "-P", "-m", f"{Path(__file__).parent.name}", "threads", "protocols", "-l", "plait"]
    environment = {**os.environ, "PYTHONPATH": str(harness.TESTS)}
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=harness.MODULE_SECONDS)
    assert ended.returncode == 0, ended.stderr
    assert [line.split()[0] for line in ended.stdout.splitlines()[2:]] == ["threads", "protocols", "in", "of"]


def test_every_difference_is_explained() -> None:
    explained = {line.split("|")[1].strip() for line in DIFFERENCES.read_text().splitlines() if line.startswith("| ")}
    entries = [entry for entries in LEFT_OUT.values() for entry in entries]
    named = {entry.why for entry in entries if entry.kind in ("difference", "older")}
    assert named <= explained
