"""Measures one row on one contestant in this process and prints what came out as one line of JSON."""

from __future__ import annotations

import argparse
import gc
import json
import os
from collections.abc import Callable
from contextlib import ExitStack
from statistics import median
from time import perf_counter

from benchmarks.contestants import Contestant, select_contestants
from benchmarks.core.rows import ROWS
from benchmarks.row import Row, select_rows

FLOOR = "floor"
"""The name under which a row's floor is asked for, where a contestant's is expected."""

DEFAULT_SECONDS = 0.2
"""How long one worker measures; long against the clock and a switch of threads, short enough to interleave."""

BATCHES = 4
"""Batches a measurement is cut into; their median shrugs off a disturbance that hits one of them."""

LONGEST_BATCH = 0.05
"""Seconds: a longer batch would let a flood of pending callbacks grow without need."""

FIRST_BATCH = 10
"""Operations in the first batch of the warm-up, which grows until it is long enough to judge the speed by."""

GROWTH_STEP = 4
"""How many times as many operations the next batch of the warm-up has."""

WARM_UP_SIZE = 1000
"""Operations of the warm-up of a row whose batch has a fixed size."""

SECONDS_PER_IMPORT = 0.04
"""One repeat of a probe for each of these in the measuring time: a repeat starts two interpreters."""

Once = Callable[[int], int]
"""Runs the operation n times and returns the nanoseconds (or bytes)."""


def main() -> None:
    options = parse_options()
    if options.core is not None:
        os.sched_setaffinity(0, {options.core})
    row = find_row(options.row)
    with ExitStack() as stack:
        figures = measure(row, options, stack)
    answer = {"row": row.name, "contestant": options.contestant, "median": median(figures), "batches": figures}
    print(json.dumps(answer))


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.core.worker", description=__doc__)
    parser.add_argument("--row", required=True, help="a row's name, or a part that only one name has")
    parser.add_argument("--contestant", required=True, help="plait, asyncio, uvloop, …, or floor")
    parser.add_argument("--seconds", type=float, default=DEFAULT_SECONDS, help="how long to measure, after the warm-up")
    parser.add_argument("--iterations", type=int, help="run exactly this many operations once, without warm-up")
    parser.add_argument("--core", type=int, help="run on this core only")
    return parser.parse_args()


def find_row(name: str) -> Row:
    found = select_rows(ROWS, [name])
    if len(found) > 1:
        raise SystemExit(f"{name!r} is a part of several names: {'; '.join(row.name for row in found)}")
    return found[0]


def measure(row: Row, options: argparse.Namespace, stack: ExitStack) -> list[float]:
    """The figures of each batch: nanoseconds (or bytes) an operation."""
    if row.probe is not None:
        repeats = options.iterations or max(2, round(options.seconds / SECONDS_PER_IMPORT))
        return row.probe(find_contestant(options.contestant), repeats)
    once = operation(row, options.contestant, stack)
    if options.iterations:
        return [once(options.iterations) / options.iterations]
    return run_batches(once, warm_up(once, row, options.seconds), 0 if row.once else options.seconds)


def find_contestant(name: str) -> Contestant:
    return select_contestants([name])[0]


def operation(row: Row, name: str, stack: ExitStack) -> Once:
    """What to measure as a plain function; the loop it runs on lives until the stack is closed."""
    if name == FLOOR:
        assert row.floor is not None, f"{row.name} has no floor"
        return row.floor
    assert row.body is not None
    body, contestant = row.body, find_contestant(name)
    runner, functions = stack.enter_context(contestant.runner()), contestant.functions()
    return lambda n: runner.run(body(functions, n))


def warm_up(once: Once, row: Row, seconds: float) -> int:
    """Run the operation until everything it needs is there; returns the operations of a batch."""
    if row.size is not None:
        once(min(row.size, WARM_UP_SIZE))
        return row.size
    batch = min(seconds / BATCHES, LONGEST_BATCH)
    n, elapsed = FIRST_BATCH, once(FIRST_BATCH) / 1e9
    while elapsed < batch / GROWTH_STEP:
        n *= GROWTH_STEP
        elapsed = once(n) / 1e9
    return max(FIRST_BATCH, round(n * batch / elapsed))


def run_batches(once: Once, n: int, seconds: float) -> list[float]:
    """Batches of n operations until the time is over, each after a garbage collection, at least one."""
    figures: list[float] = []
    end = perf_counter() + seconds
    while not figures or perf_counter() < end:
        gc.collect()
        figures.append(once(n) / n)
    return figures


if __name__ == "__main__":
    main()
