"""A lock among threads, whose wait lets the others run, and whether one is needed at all."""

from __future__ import annotations

from _thread import allocate_lock
from typing import Any


def is_implied() -> bool:
    """Whether code that calls nothing foreign runs in one piece: compiled it does, no thread can come between."""
    return False


def make() -> Any:
    """A lock that nobody holds."""
    return allocate_lock()


def acquire(lock: Any) -> None:
    """Wait until it is free, and hold it."""
    lock.acquire()


def release(lock: Any) -> None:
    """Hold it no more."""
    lock.release()


def free(lock: Any) -> None:
    """Give back what the system gave; nobody holds the lock or waits for it."""
