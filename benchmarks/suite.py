"""Describes a suite: its rows, and how thoroughly they are measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.row import Row


def prepare_nothing() -> None:
    """What most suites need before they run."""


@dataclass(frozen=True, kw_only=True)
class Suite:
    """`explanation` stands above the table, `floor_title` over the column of the floors.

    `growth` names rows that differ in their size only, from few to many; `unasked` contestants run only when `--loops`
    names them. A worker that has not ended after `patience` seconds counts as hung. `prepare` runs first; what it lacks
    is a `LookupError`.
    """

    name: str
    rows: Sequence[Row]
    explanation: str
    floor_title: str = "floor"
    growth: Sequence[str] = ()
    unasked: frozenset[str] = frozenset()
    rounds: int = 3
    seconds: float = 0.2
    quick_seconds: float = 0.02
    patience: float = 180.0
    prepare: Callable[[], None] = prepare_nothing
