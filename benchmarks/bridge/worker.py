"""Measures one row on one contestant in this process and prints what came out as one line of JSON."""

from __future__ import annotations

import argparse
import json
import os
from contextlib import ExitStack
from statistics import median

from benchmarks.batches import Once, run_batches, warm_up
from benchmarks.bridge.row import BridgeRow
from benchmarks.bridge.rows import ROWS
from benchmarks.order import FLOOR, find_contestant, find_row, parse_order

DEFAULT_SECONDS = 0.2
"""How long one worker measures; long against the clock and a switch of threads, short enough to interleave."""


def main() -> None:
    options = parse_order("bridge", __doc__, DEFAULT_SECONDS)
    if options.core is not None:
        os.sched_setaffinity(0, {options.core})
    row = find_row(ROWS, options.row)
    with ExitStack() as stack:
        figures = measure(row, options, stack)
    answer = {"row": row.name, "contestant": options.contestant, "median": median(figures), "batches": figures}
    print(json.dumps(answer))


def measure(row: BridgeRow, options: argparse.Namespace, stack: ExitStack) -> list[float]:
    """The nanoseconds of a crossing, in each batch."""
    once = operation(row, options.contestant, stack)
    if options.iterations:
        return [once(options.iterations) / options.iterations]
    return run_batches(once, warm_up(once, None, options.seconds), options.seconds)


def operation(row: BridgeRow, name: str, stack: ExitStack) -> Once:
    """What to measure as a plain function; the loop it runs on lives until the stack is closed."""
    if name == FLOOR:
        assert row.floor is not None, f"{row.name} has no floor"
        return row.floor
    contestant, body = find_contestant(name), row.bodies[name]
    runner, package = stack.enter_context(contestant.runner()), contestant.functions()
    return lambda n: runner.run(body(package, n))


if __name__ == "__main__":
    main()
