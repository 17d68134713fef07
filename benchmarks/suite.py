"""Describes a suite: its rows, and how thoroughly they are measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.contestants import LOOPS, Contestant
from benchmarks.row import Row


def prepare_nothing() -> None:
    """What most suites need before they run."""


@dataclass(frozen=True, kw_only=True)
class Suite:
    """`explanation` stands above the table, `floor_title` over the column of the floors.

    `contestants` take part unless `--loops` names others, and those `unasked` only if it names them. `growth` names rows
    that differ in their size only, from few to many. A worker that has not ended after `patience` seconds counts as hung.
    `prepare` runs first; what it lacks is a `LookupError`. With `side_by_side`, all rows are `JointRow`, and a contestant
    measures two windows of `seconds` a round.
    """

    name: str
    rows: Sequence[Row]
    explanation: str
    contestants: Sequence[Contestant] = LOOPS
    floor_title: str = "floor"
    growth: Sequence[str] = ()
    unasked: frozenset[str] = frozenset()
    rounds: int = 3
    seconds: float = 0.2
    quick_seconds: float = 0.02
    patience: float = 180.0
    prepare: Callable[[], None] = prepare_nothing
    side_by_side: bool = False
