"""`plait info`: what a bug report needs."""

import json

import plait as package

from .conftest import Command


def test_json_is_build_info_and_counts(plait: Command) -> None:
    facts = json.loads(plait("info", "--json").stdout)
    counts = facts.pop("counts")
    assert facts == package.build_info()
    assert counts["compiled"] + counts["interpreted"] == len(facts["modules"])


def test_table_has_a_row_for_each_fact(plait: Command) -> None:
    ended = plait("info")
    rows = dict(line.split(maxsplit=1) for line in ended.stdout.splitlines())
    facts = package.build_info()
    assert ended.returncode == 0
    assert list(rows) == ["plait", "build", "poller", "Python", "platform"]
    assert (rows["plait"], rows["poller"], rows["Python"]) == (facts["version"], facts["poller"], facts["python"])
    assert rows["build"].startswith(f"{facts['mode']} (")


def test_half_compiled_build_names_what_is_interpreted() -> None:
    from plait.cli.info import build_line

    modules = {"plait.a": "compiled", "plait.b": "interpreted"}
    facts = {"mode": "mixed", "modules": modules, "counts": {"compiled": 1, "interpreted": 1}}
    assert build_line(facts) == "mixed (1 of 2 modules compiled); not compiled: plait.b"
