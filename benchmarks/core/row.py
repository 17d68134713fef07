"""Describes a row of the core suite: one operation of a loop, and how it is run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from benchmarks.contestants import Contestant
from benchmarks.row import Row

Body = Callable[[ModuleType, int], Coroutine[Any, Any, int]]
"""`await body(aio, n)` does the operation n times with the functions of `aio`; returns the nanoseconds (or bytes)."""

Floor = Callable[[int], int]
"""`floor(n)` does n times what no loop can do without, with no loop, and returns the nanoseconds."""

Probe = Callable[[Contestant, int], list[float]]
"""`probe(contestant, repeats)` measures from outside a loop and returns one figure a repeat."""

NEW_PYTHON_SHARE = 2 / 3
"""From Python 3.14 on stock tasks are faster, and a bar on speed is this share of what it is before."""


@dataclass(frozen=True, kw_only=True)
class CoreRow(Row):
    """Measured by `body` on a loop or by `probe` from outside.

    A row with a `size` has batches of so many operations; `once` allows one batch only in a process.
    """

    body: Body | None = None
    probe: Probe | None = None
    floor: Floor | None = None
    size: int | None = None
    once: bool = False

    def bar_here(self, peer: str) -> float | None:
        """Lower on new Pythons; bars against asyncio (memory, import) are the same on all."""
        bar = super().bar_here(peer)
        return bar if bar is None or self.against or sys.version_info < (3, 14) else bar * NEW_PYTHON_SHARE
