"""Parts of bytes, and where bytes are in them."""

from __future__ import annotations


def part(data: bytes, start: int, stop: int) -> bytes:
    """The bytes from `start` up to `stop`, both within `data`."""
    return data[start:stop]


def find(data: bytes, sought: bytes, start: int) -> int:
    """Where `sought`, which is not empty, begins in `data` at `start` or later; -1: nowhere."""
    return data.find(sought, start)
