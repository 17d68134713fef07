"""A deque's own append and popleft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections import deque

    from plait.base.runnable import Runnable


def append(items: deque[Any], item: Any) -> None:
    """Add `item` at the end."""
    items.append(item)


def popleft(items: deque[Any]) -> Any:
    """Remove and return the first item; IndexError when there is none."""
    return items.popleft()


def pop_runnable(items: deque[Runnable]) -> Runnable:
    """`popleft`, where nobody needs to look at the item to know its kind."""
    return items.popleft()
