"""Warns of an operation that was dropped before anybody awaited it, as the interpreter does of a coroutine."""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

_OWNERS = {
    "plait.sync.condition": "Condition.",
    "plait.sync.event": "Event.",
    "plait.sync.lock": "Lock.",
    "plait.sync.queue": "Queue.",
    "plait.sync.semaphore": "Semaphore.",
    "plait.streams.protocol_core": "StreamWriter.",
    "plait.streams.reader_core": "StreamReader.",
    "plait.streams.reader_feed": "StreamReader.",
    "plait.streams.writer_core": "StreamWriter.",
    "plait.tasks.task_group": "TaskGroup.",
}
"""The classes whose methods return the operations of a module."""


def qualified(module: str, name: str) -> str:
    """What asyncio's coroutine is called, in the place of the operation `name` of `module`."""
    return _OWNERS.get(module, "") + name


def warn(name: str) -> None:
    """Name the line of the program where it was dropped: the innermost that is not plait's."""
    level = 1
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_globals.get("__name__", "").startswith("plait."):
        frame = frame.f_back
        level += 1
    warnings.warn(f"coroutine '{name}' was never awaited", RuntimeWarning, stacklevel=level)


class Dropped:
    """Stands for the operation, which is no more, where the warning is an error that nobody catches."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"<coroutine object {self._name}>"
