"""The beginning of a buffer as an object of its own, without a copy."""

from __future__ import annotations


def first(block: bytearray, count: int) -> memoryview:
    """The first `count` bytes of `block`; to be used up before anybody touches `block` again."""
    return memoryview(block)[:count]
