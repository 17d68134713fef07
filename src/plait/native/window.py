"""Parts of a buffer as objects of their own, without a copy; and bytes that somebody else writes into."""

from __future__ import annotations

from typing import Any

Room = Any


def first(block: bytearray, count: int) -> memoryview:
    """The first `count` bytes of `block`; to be used up before anybody touches `block` again."""
    return memoryview(block)[:count]


def room(size: int) -> Room:
    """Memory for so many bytes, which nobody else may see before `filled`."""
    return bytearray(size)


def whole(room: Room) -> memoryview:
    """`room` to be written into, and not kept."""
    return memoryview(room)


def filled(room: Room, count: int) -> bytes:
    """The first `count` bytes of `room`, which is not used any more."""
    return bytes(memoryview(room)[:count])
