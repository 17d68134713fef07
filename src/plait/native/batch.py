"""A list of runnables that is consumed place by place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plait.base.runnable import Runnable


def look_at(items: list[Any], index: int) -> Any:
    """The item at `index`, which must exist, when the next to be looked at are those after it."""
    return items[index]


def take(items: list[Any], index: int) -> Runnable:
    """The item at `index`, which must exist; leaves None there."""
    item = items[index]
    items[index] = None
    return item  # type: ignore[no-any-return]


def pour(items: list[Any], start: int, others: list[Any]) -> None:
    """Exchange the items of a ring, of 2^n places, from `start` on, with those of the list `others`, as far as that goes."""
    room = len(items)
    for index in range(min(room, len(others))):
        place = (start + index) & (room - 1)
        items[place], others[index] = others[index], items[place]
