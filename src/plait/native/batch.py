"""A list of runnables that is consumed place by place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plait.base.runnable import Runnable


def take(items: list[Any], index: int) -> Runnable:
    """The item at `index`, which must exist; leaves None there."""
    item = items[index]
    items[index] = None
    return item  # type: ignore[no-any-return]
