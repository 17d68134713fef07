# cython: nonecheck=True
"""A number of permits; one given back goes straight to who has waited longest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.native import pool
from plait.sync.waiter_queue import Waiter, WaiterQueue
from plait.tasks import coroutine_kinds, operation, returned

if TYPE_CHECKING:
    from types import TracebackType

    from plait.tasks.future import Future


class Semaphore:
    """See `asyncio.Semaphore`."""

    __slots__ = ("__weakref__", "_value", "_waiters")

    def __init__(self, value: int = 1) -> None:
        if value < 0:
            raise ValueError("Semaphore initial value must be >= 0")
        self._value = value
        self._waiters = WaiterQueue()

    def locked(self) -> bool:
        """Whether `acquire` would have to wait."""
        return self._value == 0

    def acquire(self) -> Any:
        """Wait for a permit, and take it; gives True."""
        return self.acquisition(True)

    def acquisition(self, value: Any) -> Acquire:
        """An awaitable that takes a permit and then gives `value`."""
        operation = pool.new(Acquire)
        operation.begin()
        operation._semaphore = self
        operation._value = value
        return operation

    def release(self) -> None:
        """Give a permit back. From another thread: the loop is asked to do so."""
        if self._waiters.is_foreign_thread():
            self._waiters.route(self.release)
        else:
            self.pass_on()

    def pass_on(self) -> None:
        """Give a permit to who has waited longest, or keep it for the next."""
        if self._waiters.grant_first() is None:
            self._value += 1

    def __aenter__(self) -> Any:
        return self.acquisition(None)

    def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> Any:
        self.release()
        return returned.returned(None)

    def __repr__(self) -> str:
        state = "locked" if self._value == 0 else f"unlocked, value:{self._value}"
        waiting = "" if self._waiters.is_empty() else f", waiters:{self._waiters.size()}"
        return f"<{type(self).__module__}.{type(self).__qualname__} object at {id(self):#x} [{state}{waiting}]>"


class BoundedSemaphore(Semaphore):
    """A semaphore that refuses to have more permits than it began with. See `asyncio.BoundedSemaphore`."""

    __slots__ = ("_bound",)

    def __init__(self, value: int = 1) -> None:
        Semaphore.__init__(self, value)
        self._bound = value

    def release(self) -> None:
        """Give a permit back; ValueError when all are there already."""
        if self._value >= self._bound:
            raise ValueError("BoundedSemaphore released too many times")
        Semaphore.release(self)


class Acquire(Waiter):
    """``semaphore.acquire()``."""

    __slots__ = ("_semaphore",)

    _semaphore: Semaphore

    def start(self) -> Future | None:
        semaphore = self._semaphore
        if semaphore._value == 0:
            return self.wait_in(semaphore._waiters, semaphore)
        semaphore._value -= 1
        return None

    def give_back(self) -> None:
        self._semaphore.pass_on()


pool.keep_freed_if(Acquire, operation.is_spent)
coroutine_kinds.mark_coroutine_function(Semaphore.acquire)
