"""Runs every contestant and row in fresh pinned processes, interleaved, and gathers what they print."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from statistics import median
from typing import Any

from benchmarks.contestants import CONTESTANTS, ROOT, Contestant
from benchmarks.row import Row
from benchmarks.suite import Suite

PROBE_PATIENCE = 60.0
"""Seconds a contestant may take to start and make a loop."""

LOGGED_STEPS = 40
"""Steps between two lines of progress in a log."""

FLOOR = Contestant("floor", "asyncio")
"""Runs the rows' floors: not a loop, but a column and a worker like the others."""

PROBE = """
import json
from benchmarks.contestants import select_contestants
contestant = select_contestants([{name!r}])[0]
with contestant.runner():
    print(json.dumps(contestant.build_mode()))
"""


@dataclass
class Cell:
    """One contestant's figures of one row: a sample a run, or why there is none: it failed, or has no such thing."""

    samples: list[float] = field(default_factory=list)
    batches: list[list[float]] = field(default_factory=list)
    failure: str | None = None
    lacking: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether another run would only tell the same."""
        return self.failure is not None or self.lacking is not None

    @property
    def median(self) -> float | None:
        """Of the faster half: in the others somebody else may have used the machine, which only ever makes them slower."""
        if self.failure or not self.samples:
            return None
        return median(sorted(self.samples)[: (len(self.samples) + 1) // 2])


@dataclass
class Field:
    """Who takes part: the contestants found, their versions and build modes, and why the others are left out."""

    contestants: list[Contestant] = field(default_factory=list)
    versions: dict[str, str | None] = field(default_factory=dict)
    builds: dict[str, str | None] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What to run: rows by contestants, how often, for how long each, on which core."""

    suite: Suite
    rows: Sequence[Row]
    contestants: Sequence[Contestant]
    rounds: int
    seconds: float
    core: int | None

    def steps(self) -> list[tuple[int, Row, Contestant]]:
        """Every run in order: round by round, and within a row one contestant after the other."""
        return list(self._steps())

    def _steps(self) -> Iterator[tuple[int, Row, Contestant]]:
        for number in range(1, self.rounds + 1):
            for row in self.rows:
                if row.most_rounds is None or number <= row.most_rounds:
                    yield from ((number, row, contestant) for contestant in self.runners_of(row))

    def runners_of(self, row: Row) -> list[Contestant]:
        floor = [FLOOR] if row.floor else []
        return [contestant for contestant in self.contestants if contestant.name not in row.without] + floor


Results = dict[str, dict[str, Cell]]
"""By row, by contestant."""


def find_field(wanted: Sequence[Contestant] = CONTESTANTS) -> Field:
    """Make each contestant's loop in a process of its own, and tell who can."""
    found = Field()
    for contestant in wanted:
        try:
            done = run_python(contestant, ["-c", PROBE.format(name=contestant.name)], PROBE_PATIENCE)
        except subprocess.TimeoutExpired:
            found.left_out[contestant.name] = f"not ready after {PROBE_PATIENCE:.0f} s"
            continue
        if done.returncode:
            found.left_out[contestant.name] = last_line(done.stderr)
        else:
            found.contestants.append(contestant)
            found.versions[contestant.name] = version(contestant)
            found.builds[contestant.name] = json.loads(done.stdout)
    return found


def version(contestant: Contestant) -> str | None:
    """The version of the package installed; None for asyncio, whose version is Python's, and for plain source."""
    try:
        return None if contestant.interpreted else metadata.version(contestant.package)
    except metadata.PackageNotFoundError:
        return None


def run_plan(plan: Plan) -> Results:
    """Run every step; Ctrl+C ends the run early and keeps what was measured."""
    steps = plan.steps()
    results: Results = {row.name: {} for row in plan.rows}
    try:
        for k, (number, row, contestant) in enumerate(steps, 1):
            show_progress(k, len(steps), f"round {number}/{plan.rounds} · {row.name} · {contestant.name}")
            cell = results[row.name].setdefault(contestant.name, Cell())
            if not cell.is_over:
                run_step(plan, row, contestant, cell)
    except KeyboardInterrupt:
        print("\ninterrupted: the table shows what was measured until now", file=sys.stderr)
    finally:
        clear_progress()
    return results


def run_step(plan: Plan, row: Row, contestant: Contestant, cell: Cell) -> None:
    arguments = ["-m", f"benchmarks.{plan.suite.name}.worker", "--row", row.name, "--contestant", contestant.name]
    arguments += ["--seconds", str(plan.seconds), *([] if plan.core is None else ["--core", str(plan.core)])]
    try:
        done = run_python(contestant, arguments, plan.suite.patience)
    except subprocess.TimeoutExpired:
        cell.failure = f"not done after {plan.suite.patience:.0f} s"
        return
    if done.returncode:
        cell.failure = last_line(done.stderr) or f"exit code {done.returncode}"
    else:
        note_answer(json.loads(last_line(done.stdout)), contestant, cell)


def note_answer(answer: dict[str, Any], contestant: Contestant, cell: Cell) -> None:
    """What the worker measured; that a loop lacks what the row needs is no failure, except of plait."""
    if "lacking" not in answer:
        cell.samples.append(answer["median"])
        cell.batches.append(answer["batches"])
    elif contestant.is_peer:
        cell.lacking = answer["lacking"]
    else:
        cell.failure = answer["lacking"]


def run_python(contestant: Contestant, arguments: list[str], patience: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=contestant.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=patience,
        check=False,
    )


def last_line(text: str) -> str:
    """The line that matters: of a traceback the error, of a worker's output the answer."""
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""


def show_progress(k: int, total: int, step: str) -> None:
    """One line that is written over on a terminal; elsewhere, where each would stay, only some of them."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K[{k}/{total}] {step}", end="", file=sys.stderr, flush=True)
    elif k % LOGGED_STEPS == 1:
        print(f"[{k}/{total}] {step}", file=sys.stderr, flush=True)


def clear_progress() -> None:
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
