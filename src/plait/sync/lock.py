# cython: nonecheck=True
"""Mutual exclusion: one holder at a time; released, the lock goes straight to who has waited longest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.native import pool
from plait.sync.waiter_queue import Waiter, WaiterQueue
from plait.tasks import coroutine_kinds, operation, returned

if TYPE_CHECKING:
    from types import TracebackType

    from plait.tasks.future import Future


class Lock:
    """See `asyncio.Lock`."""

    __slots__ = ("__weakref__", "_locked", "_waiters")

    def __init__(self) -> None:
        self._locked = False
        self._waiters = WaiterQueue()

    def locked(self) -> bool:
        """Whether somebody holds it."""
        return self._locked

    def acquire(self) -> Any:
        """Wait until it is free, and hold it; gives True."""
        return self.acquisition(True)

    def acquisition(self, value: Any) -> Acquire:
        """An awaitable that acquires this and then gives `value`."""
        operation = pool.new(Acquire)
        operation.begin()
        operation._lock = self
        operation._value = value
        return operation

    def release(self) -> None:
        """Hold it no more. From another thread: the loop is asked to do so."""
        if not self._locked:
            raise RuntimeError("Lock is not acquired.")
        if self._waiters.is_foreign_thread():
            self._waiters.route(self.release)
        else:
            self.pass_on()

    def pass_on(self) -> None:
        """Give it to who has waited longest, or to nobody."""
        if self._waiters.grant_first() is None:
            self._locked = False

    def __aenter__(self) -> Any:
        return self.acquisition(None)

    def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> Any:
        self.release()
        return returned.returned(None)

    def __repr__(self) -> str:
        state = "locked" if self._locked else "unlocked"
        waiting = "" if self._waiters.is_empty() else f", waiters:{self._waiters.size()}"
        return f"<{type(self).__module__}.{type(self).__qualname__} object at {id(self):#x} [{state}{waiting}]>"


class Acquire(Waiter):
    """``lock.acquire()``."""

    __slots__ = ("_lock",)

    _lock: Lock

    def start(self) -> Future | None:
        lock = self._lock
        if lock._locked:
            return self.wait_in(lock._waiters, lock)
        lock._locked = True
        return None

    def give_back(self) -> None:
        self._lock.pass_on()


pool.keep_freed_if(Acquire, operation.is_spent)
coroutine_kinds.mark_coroutine_function(Lock.acquire)
