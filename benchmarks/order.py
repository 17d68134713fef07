"""The command line of a worker: one row on one contestant, for how long, on which core."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TypeVar

from benchmarks.contestants import Contestant, select_contestants
from benchmarks.row import Row, select_rows

FLOOR = "floor"
"""The name under which a row's floor is asked for, where a contestant's is expected."""

SomeRow = TypeVar("SomeRow", bound=Row)


def parse_order(suite: str, what: str | None, seconds: float) -> argparse.Namespace:
    """The options every suite's worker has; `seconds` is the default of its measuring time."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{suite}.worker", description=what)
    parser.add_argument("--row", required=True, help="a row's name, or a part that only one name has")
    parser.add_argument("--contestant", required=True, help="plait, asyncio, uvloop, …, or floor")
    parser.add_argument("--seconds", type=float, default=seconds, help="how long to measure, after the warm-up")
    parser.add_argument("--iterations", type=int, help="run exactly this many operations once, without warm-up")
    parser.add_argument("--core", type=int, help="run on this core only")
    return parser.parse_args()


def find_row(rows: Sequence[SomeRow], name: str) -> SomeRow:
    found = select_rows(rows, [name])
    if len(found) > 1:
        raise SystemExit(f"{name!r} is a part of several names: {'; '.join(row.name for row in found)}")
    return found[0]


def find_contestant(name: str) -> Contestant:
    return select_contestants([name])[0]
