"""Measures one row on one contestant in this process and prints what came out as one line of JSON."""

from __future__ import annotations

import argparse
import json
import os
from contextlib import ExitStack
from statistics import median

from benchmarks.batches import Once, run_batches, warm_up
from benchmarks.core.row import CoreRow
from benchmarks.core.rows import ROWS
from benchmarks.order import FLOOR, find_contestant, find_row, parse_order

DEFAULT_SECONDS = 0.2
"""How long one worker measures; long against the clock and a switch of threads, short enough to interleave."""

SECONDS_PER_IMPORT = 0.04
"""One repeat of a probe for each of these in the measuring time: a repeat starts two interpreters."""


def main() -> None:
    options = parse_order("core", __doc__, DEFAULT_SECONDS)
    if options.core is not None:
        os.sched_setaffinity(0, {options.core})
    row = find_row(ROWS, options.row)
    with ExitStack() as stack:
        figures = measure(row, options, stack)
    answer = {"row": row.name, "contestant": options.contestant, "median": median(figures), "batches": figures}
    print(json.dumps(answer))


def measure(row: CoreRow, options: argparse.Namespace, stack: ExitStack) -> list[float]:
    """The figures of each batch: nanoseconds (or bytes) an operation."""
    if row.probe is not None:
        repeats = options.iterations or max(2, round(options.seconds / SECONDS_PER_IMPORT))
        return row.probe(find_contestant(options.contestant), repeats)
    once = operation(row, options.contestant, stack)
    if options.iterations:
        return [once(options.iterations) / options.iterations]
    return run_batches(once, warm_up(once, row.size, options.seconds), 0 if row.once else options.seconds)


def operation(row: CoreRow, name: str, stack: ExitStack) -> Once:
    """What to measure as a plain function; the loop it runs on lives until the stack is closed."""
    if name == FLOOR:
        assert row.floor is not None, f"{row.name} has no floor"
        return row.floor
    assert row.body is not None
    body, contestant = row.body, find_contestant(name)
    runner, functions = stack.enter_context(contestant.runner()), contestant.functions()
    return lambda n: runner.run(body(functions, n))


if __name__ == "__main__":
    main()
