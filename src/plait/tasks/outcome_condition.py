"""What a `concurrent.futures.Future` locks and waits on: a `threading.Condition` that costs less to make and to use."""

from __future__ import annotations

from _thread import RLock, allocate_lock
from typing import Any


class OutcomeCondition:
    """The part of `threading.Condition` that futures use."""

    __slots__ = ("_mutex", "_sleepers")

    def __init__(self) -> None:
        self._mutex: Any = RLock()
        self._sleepers: list[Any] = []

    def acquire(self) -> bool:
        """Wait until no other thread has it."""
        return self._mutex.acquire()  # type: ignore[no-any-return]

    def release(self) -> None:
        """Let others have it."""
        self._mutex.release()

    def __enter__(self) -> bool:
        return self._mutex.acquire()  # type: ignore[no-any-return]

    def __exit__(self, *_: object) -> None:
        self._mutex.release()

    def wait(self, timeout: float | None = None) -> bool:
        """Let others have it until `notify_all`, at most `timeout` seconds; whether that was called."""
        sleeper = allocate_lock()
        sleeper.acquire()
        self._sleepers.append(sleeper)
        state = self._mutex._release_save()
        woken = False
        try:
            woken = sleeper.acquire() if timeout is None else sleeper.acquire(True, max(timeout, 0))
        finally:
            self._mutex._acquire_restore(state)
            if not woken and sleeper in self._sleepers:
                self._sleepers.remove(sleeper)
        return woken

    def notify_all(self) -> None:
        """Have all who wait go on."""
        sleepers = self._sleepers
        self._sleepers = []
        for sleeper in sleepers:
            sleeper.release()
