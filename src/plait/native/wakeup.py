"""Wake a descriptor that somebody polls, without giving up the GIL."""

from __future__ import annotations

import contextlib
import os


def signal(fd: int) -> None:
    """Make the eventfd or the pipe end `fd` readable; one that is full is readable already, a closed one wakes nobody."""
    with contextlib.suppress(OSError):
        os.write(fd, b"\1\0\0\0\0\0\0\0")


def drain(fd: int) -> None:
    """Make `fd` unreadable again."""
    with contextlib.suppress(BlockingIOError):
        while len(os.read(fd, 4096)) == 4096:
            pass
