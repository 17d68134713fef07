"""Describes a row of the bridge suite: one crossing, as each contestant does it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from benchmarks.contestants import WAYS
from benchmarks.row import Row

Body = Callable[[ModuleType, int], Coroutine[Any, Any, int]]
"""`await body(package, n)` crosses n times by means of the contestant's package; returns the nanoseconds."""

Floor = Callable[[int], int]
"""`floor(n)` does n times what no way can do without, and returns the nanoseconds."""

PLAITS = ("plait", "plait-on-asyncio")


@dataclass(frozen=True, kw_only=True)
class BridgeRow(Row):
    """`bodies` has a body for each contestant that has such a crossing, by name."""

    bodies: Mapping[str, Body]
    floor: Floor | None = None
    stock_bar: float | None = None


def crossing(name: str, plait: Body, bar: float | None = None, floor: Floor | None = None, **peers: Body) -> BridgeRow:
    """A row of plait, on its own loop and on asyncio's, and of the `peers` named."""
    bodies = dict.fromkeys(PLAITS, plait) | peers
    without = frozenset(way.name for way in WAYS) - bodies.keys()
    return BridgeRow(name=name, bodies=bodies, bar=bar, floor=floor, without=without)
