"""Keeps the workers of a row alive beside each other, and has one after the other measure short windows; then anew.

A machine that is twice as fast in one minute as in the next hits all alike, where a run of each for some seconds does not. Where
its memory comes to lie makes one process a fifth faster than the next of its kind, for all its life: so each round has new ones.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import groupby
from typing import IO

from benchmarks.contestants import ROOT, Contestant
from benchmarks.row import JointRow
from benchmarks.runner import Cell, Plan, Results, clear_progress, last_line, show_progress

READY = "ready"
"""What a worker says when it can measure; then it measures a window for each line it reads, and answers with JSON."""

WINDOWS = 2
"""That each worker measures in a round."""

END_PATIENCE = 20.0
"""Seconds a worker may take to end once it is told to."""


class WorkerError(Exception):
    """The worker has ended, or is hung; the text says why."""


class Worker:
    """One contestant's process, which waits for orders."""

    def __init__(self, process: subprocess.Popen[str], complaints: IO[str], patience: float) -> None:
        self._process = process
        self._complaints = complaints
        self._patience = patience

    def hear(self) -> str:
        """Its next line."""
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], self._patience)[0]:
            raise WorkerError(f"not done after {self._patience:.0f} s")
        line = self._process.stdout.readline()
        if not line:
            self._process.wait(END_PATIENCE)
            self._complaints.seek(0)
            raise WorkerError(last_line(self._complaints.read()) or f"exit code {self._process.returncode}")
        return line.strip()

    def measure(self) -> dict[str, float]:
        """One window; by name, each figure of it."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        figures: dict[str, float] = json.loads(self.hear())
        return figures


def run_side_by_side(plan: Plan) -> Results:
    """Run every round of every row; Ctrl+C ends the run early and keeps what was measured."""
    results: Results = {row.name: {} for row in plan.rows}
    rows = [row for row in plan.rows if isinstance(row, JointRow)]
    jobs = [(job, list(group)) for job, group in groupby(rows, key=lambda row: row.job)]
    total = len(jobs) * plan.rounds
    try:
        for number, (job, group) in enumerate(jobs):
            for turn in range(1, plan.rounds + 1):
                show_progress(number * plan.rounds + turn, total, f"{job} · round {turn}/{plan.rounds}")
                with ExitStack() as stack:
                    workers = start_workers(stack, plan, group, results)
                    for _ in range(WINDOWS):
                        measure_all(workers, group, results)
    except KeyboardInterrupt:
        print("\ninterrupted: the table shows what was measured until now", file=sys.stderr)
    finally:
        clear_progress()
    return results


def start_workers(
    stack: ExitStack, plan: Plan, rows: Sequence[JointRow], results: Results
) -> list[tuple[Contestant, Worker]]:
    """A worker for each contestant, all ready; those that fail, or have, are left out, and their cells say why."""
    workers = []
    for contestant in plan.runners_of(rows[0]):
        cells = [results[row.name].setdefault(contestant.name, Cell()) for row in rows]
        if cells[0].is_over:
            continue
        worker = stack.enter_context(start_worker(plan, rows[0], contestant))
        try:
            if (said := worker.hear()) != READY:
                raise WorkerError(f"said {said!r}, not {READY!r}")
        except WorkerError as error:
            note_failure(error, contestant, rows, results)
        else:
            workers.append((contestant, worker))
    return workers


@contextmanager
def start_worker(plan: Plan, row: JointRow, contestant: Contestant) -> Iterator[Worker]:
    command, environment = command_of(plan, row, contestant), contestant.environment()
    pipe = subprocess.PIPE
    with tempfile.TemporaryFile("w+") as complaints:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, stderr=complaints, text=True
        )
        try:
            yield Worker(process, complaints, plan.suite.patience)
        finally:
            end(process)


def command_of(plan: Plan, row: JointRow, contestant: Contestant) -> list[str]:
    command = [sys.executable, "-m", f"benchmarks.{plan.suite.name}.worker", "--row", row.name]
    command += ["--contestant", contestant.name, "--seconds", str(plan.seconds)]
    return command + ([] if plan.core is None else ["--core", str(plan.core)])


def end(process: subprocess.Popen[str]) -> None:
    """A worker ends when there are no more orders."""
    try:
        process.communicate(timeout=END_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def measure_all(workers: list[tuple[Contestant, Worker]], rows: Sequence[JointRow], results: Results) -> None:
    """One window of each."""
    for contestant, worker in list(workers):
        try:
            figures = worker.measure()
        except (WorkerError, BrokenPipeError) as error:
            note_failure(error, contestant, rows, results)
            workers.remove((contestant, worker))
            continue
        for row in rows:
            cell = results[row.name][contestant.name]
            cell.samples.append(figures[row.figure])
            cell.batches.append([figures[row.figure]])


def note_failure(error: Exception, contestant: Contestant, rows: Sequence[JointRow], results: Results) -> None:
    for row in rows:
        results[row.name][contestant.name].failure = str(error)
