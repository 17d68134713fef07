"""Describes a row of any suite: its name, what it is compared with, and what plait promises."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table; each suite adds how it is measured.

    `bar` is the least ratio peer/plait, for each peer or the one that `against` names, and `bars` has those that differ
    from it; `stock_bar` is the same with stock functions on plait's loop. `floor`, if there is one, is what no loop can
    do without, and plait costs at most `most` times as much. `most_rounds` limits the runs, `without` names
    contestants that lack the row.
    """

    name: str
    bar: float | None = None
    stock_bar: float | None = 1.0
    bars: Mapping[str, float] = field(default_factory=dict)
    against: str | None = None
    floor: object = None
    most: float | None = None
    most_rounds: int | None = None
    without: frozenset[str] = frozenset()

    @property
    def is_slow(self) -> bool:
        """Whether one round is so long that it is not repeated as often as others, and left out of a quick run."""
        return self.most_rounds is not None

    def bar_here(self, peer: str) -> float | None:
        """The least ratio to this peer, on this Python."""
        return self.bars.get(peer, self.bar)


@dataclass(frozen=True, kw_only=True)
class JointRow(Row):
    """One of several rows that come out of the same measurement: of that named `job` it shows `figure`."""

    job: str
    figure: str


SomeRow = TypeVar("SomeRow", bound=Row)


def select_rows(rows: Sequence[SomeRow], wanted: Iterable[str]) -> list[SomeRow]:
    """The rows wanted, in the table's order; each word is a row's name or, if no row has that name, a part of names."""
    names = {name for word in wanted for name in matching_names(rows, word)}
    return [row for row in rows if row.name in names]


def matching_names(rows: Sequence[Row], word: str) -> list[str]:
    exact = [row.name for row in rows if row.name == word]
    found = exact or [row.name for row in rows if word.lower() in row.name.lower()]
    if not found:
        raise LookupError(f"no row is named {word!r}; there are: {'; '.join(row.name for row in rows)}")
    return found
