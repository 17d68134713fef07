"""Moves within the list of a heap, which touch only the list: counting references would fetch each item from memory.

Between `lift` or `drop_last` and the `place` that follows, the list has a hole; nothing else may be done to it.
"""

from __future__ import annotations

from typing import Any


def lift(items: list[Any], index: int) -> Any:
    """Take the item at `index` out, and leave a hole."""
    return items[index]


def drop_last(items: list[Any]) -> None:
    """Shorten the list by its last item, which the caller holds and will place elsewhere."""
    items.pop()


def move(items: list[Any], index: int, origin: int) -> None:
    """Move the item at `origin` into the hole at `index`; the hole is at `origin` then."""
    items[index] = items[origin]


def place(items: list[Any], index: int, item: Any) -> None:
    """Fill the hole at `index` with `item`, which was dropped, or is the last that was appended."""
    items[index] = item
