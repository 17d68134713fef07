"""A heap of items with a time each; those of the same time have an order among them.

Each node has four children. The items lie in a list, which the garbage collector can look into, and what they are ordered by
beside it, so that ordering a hundred thousand of them does not fetch a single one from memory.
"""

from __future__ import annotations

from typing import Any

Keys = list[tuple[float, int]]


def make() -> Keys:
    """The keys of an empty list."""
    return []


def push(keys: Keys, items: list[Any], time: float, order: int, item: Any) -> Keys:
    """Put an item in; no two may have both time and order the same. Returns `keys`, or what replaces them."""
    keys.append((time, order))
    items.append(item)
    index = len(items) - 1
    while index and keys[index] < keys[parent := (index - 1) >> 2]:
        _swap(keys, items, index, parent)
        index = parent
    return keys


def first_time(keys: Keys) -> float:
    """The time of the first item, which must exist."""
    return keys[0][0]


def pop(keys: Keys, items: list[Any]) -> Any:
    """Take the first item, which must exist, out."""
    _swap(keys, items, 0, len(items) - 1)
    first = pop_last(keys, items)
    index = 0
    while 4 * index + 1 < len(items):
        child = min(range(4 * index + 1, min(4 * index + 5, len(items))), key=keys.__getitem__)
        if keys[index] < keys[child]:
            break
        _swap(keys, items, index, child)
        index = child
    return first


def take_due(keys: Keys, items: list[Any], time: float) -> list[Any]:
    """Take all out whose time is not after `time`, in order, at a cost that grows with all; none if they are few of them."""
    due = sorted((key, item) for key, item in zip(keys, items, strict=True) if key[0] <= time)
    if len(due) < len(items) // 8:
        return []
    left = [(key, item) for key, item in zip(keys, items, strict=True) if key[0] > time]
    keys.clear()
    items.clear()
    for (when, order), item in left:
        push(keys, items, when, order, item)
    return [item for _, item in due]


def pop_last(keys: Keys, items: list[Any]) -> Any:
    """Take the item out that is the last of the list, which is none in particular."""
    keys.pop()
    return items.pop()


def free(keys: Keys) -> None:
    """Give the memory of the keys back."""
    keys.clear()


def _swap(keys: Keys, items: list[Any], one: int, other: int) -> None:
    keys[one], keys[other] = keys[other], keys[one]
    items[one], items[other] = items[other], items[one]
