"""Locks, events and semaphores as threads see them, in the terms of `threading`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.native import methods
from plait.sync import blocking

if TYPE_CHECKING:
    from types import TracebackType

    from plait.sync.event import Event
    from plait.sync.lock import Lock
    from plait.sync.semaphore import Semaphore


class LockSync:
    """``lock.sync``. See `threading.Lock`; SelfDeadlock where the loop of this thread is in the way."""

    __slots__ = ("_lock",)

    def __init__(self, lock: Lock) -> None:
        self._lock = lock

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Wait until it is free, at most `timeout` seconds (-1: for ever), and hold it; whether this holds it now."""
        seconds = _seconds(blocking, None if timeout == -1 else timeout)
        return self._acquire(seconds)

    def _acquire(self, seconds: float) -> bool:
        if self._lock.take():
            return True
        return seconds != 0 and blocking.block(self._lock.acquisition(True), seconds, self._lock)

    def release(self) -> None:
        """Hold it no more; it goes to who has waited longest, a thread or a task."""
        self._lock.release()

    def locked(self) -> bool:
        """Whether somebody holds it."""
        return self._lock.locked()

    def __enter__(self) -> bool:
        return self._acquire(-1)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._lock.release()

    def __repr__(self) -> str:
        return f"<sync face of {self._lock!r}>"


methods.guard(LockSync)


class EventSync:
    """``event.sync``. See `threading.Event`; SelfDeadlock instead of blocking the thread of a running loop."""

    __slots__ = ("_event",)

    def __init__(self, event: Event) -> None:
        self._event = event

    def is_set(self) -> bool:
        """Whether the flag is up."""
        return self._event.is_set()

    def set(self) -> None:
        """Raise the flag and wake all who wait, threads and tasks."""
        self._event.set()

    def clear(self) -> None:
        """Lower the flag."""
        self._event.clear()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the flag is up, at most `timeout` seconds; whether it was raised."""
        seconds = blocking.seconds_of(timeout)
        if self._event.is_set():
            return True
        return seconds != 0 and blocking.block(self._event.wait(), seconds, self._event)

    def __repr__(self) -> str:
        return f"<sync face of {self._event!r}>"


methods.guard(EventSync)


class SemaphoreSync:
    """``semaphore.sync``. See `threading.Semaphore`; SelfDeadlock instead of blocking the thread of a running loop."""

    __slots__ = ("_semaphore",)

    def __init__(self, semaphore: Semaphore) -> None:
        self._semaphore = semaphore

    def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
        """Wait for a permit, at most `timeout` seconds, and take it; whether this has one now."""
        return self._acquire(_seconds(blocking, timeout))

    def _acquire(self, seconds: float) -> bool:
        if self._semaphore.take():
            return True
        return seconds != 0 and blocking.block(self._semaphore.acquisition(True), seconds, self._semaphore)

    def release(self, n: int = 1) -> None:
        """Give back `n` permits; each goes to who has waited longest, a thread or a task."""
        if n < 1:
            raise ValueError("n must be one or more")
        for _ in range(n):
            self._semaphore.release()

    def __enter__(self) -> bool:
        return self._acquire(-1)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._semaphore.release()

    def __repr__(self) -> str:
        return f"<sync face of {self._semaphore!r}>"


methods.guard(SemaphoreSync)


def _seconds(is_blocking: bool, timeout: Any) -> float:
    if is_blocking:
        return blocking.seconds_of(timeout)
    if timeout is not None:
        raise ValueError("can't specify a timeout for a non-blocking call")
    return 0.0
