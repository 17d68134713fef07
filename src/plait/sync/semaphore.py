# cython: nonecheck=True
"""A number of permits; one given back goes straight to who has waited longest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.base import limits, numeric
from plait.native import locks, methods, pool
from plait.sync import entering, first_face
from plait.sync.waiter_queue import Waiter, WaiterQueue
from plait.tasks import coroutine_kinds, operation, returned

if TYPE_CHECKING:
    from types import TracebackType

    from plait.sync.faces import SemaphoreSync
    from plait.sync.mutex import Mutex
    from plait.tasks.future import Future

_MOST = limits.MOST_PERMITS


class Semaphore:
    """See `asyncio.Semaphore`."""

    __slots__ = ("__weakref__", "_value", "_waiters")

    def __init__(self, value: int = 1) -> None:
        if type(value) is not int:
            numeric.must_be_number(value, type(self).__name__, "how many permits there are")
        if value < 0:
            raise ValueError("Semaphore initial value must be >= 0")
        self._value = min(value, _MOST)
        self._waiters = WaiterQueue()
        if not locks.is_implied():
            self.share()

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
        """Give a permit back; callable from any thread."""
        if self._waiters._mutex is not None:
            self._release_alone(self._waiters._mutex)
        else:
            self.pass_on()

    def _release_alone(self, mutex: Mutex) -> None:
        mutex.enter()
        try:
            self.pass_on()
        finally:
            mutex.leave()

    def take(self) -> bool:
        """Take a permit if there is one; for threads. Whether there was."""
        mutex = self.share()
        mutex.enter()
        try:
            has_one = self._value > 0
            if has_one:
                self._value -= 1
            return has_one
        finally:
            mutex.leave()

    @property
    def sync(self) -> SemaphoreSync:
        """The same semaphore for threads: acquired by a call that blocks, in the terms of `threading.Semaphore`."""
        return first_face.face(self, "SemaphoreSync", "plait.sync.faces")  # type: ignore[no-any-return]

    def share(self) -> Mutex:
        """Let threads take part, and tasks of any loop, from now on."""
        return self._waiters.share()

    def pass_on(self) -> None:
        """Give a permit to who has waited longest, or keep it for the next."""
        if self._waiters.grant_first() is None:
            self._value += 1

    def __aenter__(self) -> Any:
        if type(self) is Semaphore or type(self) is BoundedSemaphore:
            return self.acquisition(None)
        return entering.enter(self)

    def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> Any:
        self.release()
        return returned.returned(None)

    def __repr__(self) -> str:
        state = "locked" if self._value == 0 else f"unlocked, value:{self._value}"
        waiting = "" if self._waiters.is_empty() else f", waiters:{self._waiters.size()}"
        return f"<{type(self).__module__}.{type(self).__qualname__} object at {id(self):#x} [{state}{waiting}]>"


methods.guard(Semaphore)


class BoundedSemaphore(Semaphore):
    """A semaphore that refuses to have more permits than it began with. See `asyncio.BoundedSemaphore`."""

    __slots__ = ("_bound",)

    def __init__(self, value: int = 1) -> None:
        Semaphore.__init__(self, value)
        self._bound = min(value, _MOST)

    def release(self) -> None:
        """Give a permit back; ValueError when all are there already."""
        Semaphore.release(self)

    def pass_on(self) -> None:
        if self._value >= self._bound:
            raise ValueError("BoundedSemaphore released too many times")
        Semaphore.pass_on(self)


methods.guard(BoundedSemaphore)


class Acquire(Waiter):
    """``semaphore.acquire()``."""

    __slots__ = ("_semaphore",)

    _semaphore: Semaphore

    def home(self) -> WaiterQueue:
        return self._semaphore._waiters

    def start(self) -> Future | None:
        semaphore = self._semaphore
        if semaphore._waiters._mutex is not None and not semaphore._waiters.excludes_others():
            return self.start_alone()
        if semaphore._value == 0:
            return self.wait_in(semaphore._waiters, semaphore)
        semaphore._value -= 1
        return None

    def give_back(self) -> None:
        self._semaphore.pass_on()


pool.keep_freed_if_set(Acquire, operation.progress_place())
coroutine_kinds.mark_context_manager(Semaphore)
coroutine_kinds.mark_coroutine_function(Semaphore.acquire)
