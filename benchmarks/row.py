"""Describes a row: one operation, how it is run, and how much faster plait promises to be."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from benchmarks.contestants import Contestant

Body = Callable[[ModuleType, int], Coroutine[Any, Any, int]]
"""`await body(aio, n)` does the operation n times with the functions of `aio`; returns the nanoseconds (or bytes)."""

Floor = Callable[[int], int]
"""`floor(n)` does n times what no loop can do without, with no loop, and returns the nanoseconds."""

Probe = Callable[[Contestant, int], list[float]]
"""`probe(contestant, repeats)` measures from outside a loop and returns one figure a repeat."""

NEW_PYTHON_SHARE = 2 / 3
"""From Python 3.14 on stock tasks are faster, and a bar on speed is this share of what it is before."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table, measured by `body` on a loop or by `probe` from outside.

    `bar` is the least ratio reference/plait, `stock_bar` the same with stock functions on plait's loop; the reference
    is the best peer, or asyncio if `against_asyncio`. A row with a `size` has batches of so many operations; `once`
    allows one batch only in a process, `most_rounds` limits the runs, `without` names contestants that lack the row.
    """

    name: str
    body: Body | None = None
    probe: Probe | None = None
    floor: Floor | None = None
    bar: float | None = None
    stock_bar: float | None = 1.0
    against_asyncio: bool = False
    size: int | None = None
    once: bool = False
    most_rounds: int | None = None
    without: frozenset[str] = frozenset()

    @property
    def is_slow(self) -> bool:
        """Whether one round is so long that it is not repeated as often as others, and left out of a quick run."""
        return self.most_rounds is not None

    def bar_on(self, version: tuple[int, int] = sys.version_info[:2]) -> float | None:
        """The bar on this Python; bars against asyncio (memory, import) are the same on all."""
        if self.bar is None or self.against_asyncio or version < (3, 14):
            return self.bar
        return self.bar * NEW_PYTHON_SHARE


def select_rows(rows: Sequence[Row], wanted: Iterable[str]) -> list[Row]:
    """The rows wanted, in the table's order; each word is a row's name or, if no row has that name, a part of names."""
    names = {name for word in wanted for name in matching_names(rows, word)}
    return [row for row in rows if row.name in names]


def matching_names(rows: Sequence[Row], word: str) -> list[str]:
    exact = [row.name for row in rows if row.name == word]
    found = exact or [row.name for row in rows if word.lower() in row.name.lower()]
    if not found:
        raise LookupError(f"no row is named {word!r}; there are: {'; '.join(row.name for row in rows)}")
    return found
