"""A list that is consumed from the front: items are taken one by one, then it is emptied."""

from __future__ import annotations

from typing import Any


def take(items: list[Any], index: int) -> Any:
    """The item at `index`, which must exist; leaves None there."""
    item = items[index]
    items[index] = None
    return item


def empty(items: list[Any]) -> None:
    """Make `items`, which holds only None, empty; compiled, its storage is kept for the next items."""
    items.clear()
