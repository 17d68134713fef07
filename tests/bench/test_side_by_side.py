"""The workers of a row wait beside each other and measure in turn; one that fails does not end the others."""

import sys
from pathlib import Path
from typing import Any

import pytest
from benchmarks import side_by_side
from benchmarks.contestants import select_contestants
from benchmarks.row import JointRow
from benchmarks.runner import Plan, Results
from benchmarks.suite import Suite

ROWS = [JointRow(name=f"job, {figure}", job="job", figure=figure) for figure in ("cpu", "wall")]

GOOD = """
print("ready", flush=True)
for turn, order in enumerate(sys.stdin):
    print(json.dumps({"cpu": 1.0 + turn, "wall": 11.0 + turn}), flush=True)
"""
BROKEN = "raise SystemExit('no port is free')"
CONFUSED = "print('hello', flush=True); sys.stdin.read()"
FRAIL = """
print("ready", flush=True)
for turn, order in enumerate(sys.stdin):
    if turn == 1:
        raise OSError("hung up")
    print(json.dumps({"cpu": 2.0, "wall": 12.0}), flush=True)
"""
SLOW = """
print("ready", flush=True)
sys.stdin.read()
"""


def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, patience: float = 60.0, **programs: str) -> Results:
    """Two rounds of two windows of each, of workers that are these programs by contestant."""

    def command_of(plan: Plan, row: JointRow, contestant: Any) -> list[str]:
        script = tmp_path / f"{contestant.name}.py"
        script.write_text(f"import json, sys\n{programs[contestant.name]}\n")
        return [sys.executable, str(script)]

    monkeypatch.setattr(side_by_side, "command_of", command_of)
    suite = Suite(name="none", rows=ROWS, explanation="", patience=patience)
    contestants = select_contestants(programs)
    plan = Plan(suite=suite, rows=ROWS, contestants=contestants, rounds=2, seconds=0.1, core=None)
    return side_by_side.run_side_by_side(plan)


def test_one_measurement_fills_all_its_rows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    results = run(monkeypatch, tmp_path, asyncio=GOOD, uvloop=GOOD)
    for name in ("asyncio", "uvloop"):
        assert results["job, cpu"][name].samples == [1.0, 2.0, 1.0, 2.0]
        assert results["job, wall"][name].samples == [11.0, 12.0, 11.0, 12.0]
        assert results["job, wall"][name].median == 11.0  # of the faster half


@pytest.mark.parametrize(
    ("program", "complaint"), [(BROKEN, "no port is free"), (FRAIL, "OSError: hung up"), (CONFUSED, "said 'hello'")]
)
def test_one_that_fails_says_why_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str, complaint: str
) -> None:
    results = run(monkeypatch, tmp_path, asyncio=program, uvloop=GOOD)
    for row in ROWS:
        failure = results[row.name]["asyncio"].failure
        assert failure is not None
        assert complaint in failure
        assert len(results[row.name]["uvloop"].samples) == 4


def test_one_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    results = run(monkeypatch, tmp_path, patience=2.0, asyncio=SLOW)
    assert results["job, cpu"]["asyncio"].failure == "not done after 2 s"
