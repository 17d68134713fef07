# cython: nonecheck=True
"""Mutual exclusion: one holder at a time; released, the lock goes straight to who has waited longest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.native import locks, methods, pool, thread
from plait.schedule.scheduler import Scheduler
from plait.sync import crossing, entering, first_face
from plait.sync.waiter_queue import Waiter, WaiterQueue
from plait.tasks import coroutine_kinds, operation, returned

if TYPE_CHECKING:
    from types import TracebackType

    from plait.sync.faces import LockSync
    from plait.sync.mutex import Mutex
    from plait.tasks.future import Future


class Lock:
    """See `asyncio.Lock`."""

    __slots__ = ("__weakref__", "_holder", "_locked", "_waiters")

    def __init__(self) -> None:
        self._locked = False
        self._waiters = WaiterQueue()
        self._holder: Any = None  # when shared: the scheduler of the task, or the ident of the thread, that got it last
        if not locks.is_implied():
            self.share()

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
        """Hold it no more; callable from any thread."""
        if self._waiters._mutex is not None:
            self._release_alone(self._waiters._mutex)
        elif self._locked:
            self.pass_on()
        else:
            raise RuntimeError("Lock is not acquired.")

    def _release_alone(self, mutex: Mutex) -> None:
        mutex.enter()
        try:
            if not self._locked:
                raise RuntimeError("Lock is not acquired.")
            self.pass_on()
        finally:
            mutex.leave()

    def pass_on(self) -> None:
        """Give it to who has waited longest, or to nobody."""
        if self._waiters._mutex is not None:
            self._pass_on_shared()
        elif self._waiters.grant_first() is None:
            self._locked = False

    def _pass_on_shared(self) -> None:
        waiter = self._waiters.first()
        while waiter is not None:
            self._waiters.remove(waiter)
            self._holder = waiter.side()
            if crossing.grant(waiter._awaited):
                return
            waiter = self._waiters.first()
        self._locked = False

    def take(self) -> bool:
        """Hold it if it is free; for threads. Whether it was."""
        mutex = self.share()
        mutex.enter()
        try:
            was_free = not self._locked
            if was_free:
                self._locked = True
                self._holder = thread.ident()
            return was_free
        finally:
            mutex.leave()

    def is_held_here(self, waiter: Waiter) -> bool:
        """Whether this thread, or a loop that it runs, holds it or gets it before `waiter`."""
        mutex = self.share()
        mutex.enter()
        try:
            held = _is_here(self._holder)
            ahead = self._waiters.first()
            while not held and ahead is not None and ahead is not waiter:
                held = _is_here(ahead.side())
                ahead = ahead._after
            return held
        finally:
            mutex.leave()

    @property
    def sync(self) -> LockSync:
        """The same lock for threads: acquired by a call that blocks, in the terms of `threading.Lock`."""
        return first_face.face(self, "LockSync", "plait.sync.faces")  # type: ignore[no-any-return]

    def share(self) -> Mutex:
        """Let threads take part, and tasks of any loop, from now on."""
        return self._waiters.share()

    def _enter(self) -> Any:
        """What ``async with`` awaits first."""
        return self.acquisition(None) if type(self) is Lock else entering.enter(self)

    def __aenter__(self) -> Any:
        return self._enter()

    def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> Any:
        self.release()
        return returned.returned(None)

    def __repr__(self) -> str:
        state = "locked" if self._locked else "unlocked"
        waiting = "" if self._waiters.is_empty() else f", waiters:{self._waiters.size()}"
        return f"<{type(self).__module__}.{type(self).__qualname__} object at {id(self):#x} [{state}{waiting}]>"


methods.guard(Lock)


class Acquire(Waiter):
    """``lock.acquire()``."""

    __slots__ = ("_lock",)

    _lock: Lock

    def home(self) -> WaiterQueue:
        return self._lock._waiters

    def start(self) -> Future | None:
        lock = self._lock
        if lock._waiters._mutex is not None:
            return self._start_shared(lock)
        if lock._locked:
            return self.wait_in(lock._waiters, lock)
        lock._locked = True
        return None

    def _start_shared(self, lock: Lock) -> Future | None:
        if not lock._waiters.excludes_others():
            return self.start_alone()
        if lock._locked:
            return self.wait_in(lock._waiters, lock)
        lock._locked = True
        lock._holder = self.side()
        return None

    def is_up_to_this_thread(self) -> bool:
        return self._lock.is_held_here(self)

    def give_back(self) -> None:
        self._lock.pass_on()


def _is_here(side: Any) -> bool:
    """Whether a side (see `Waiter.side`) is this thread's; None: that of a task before threads took part."""
    if isinstance(side, Scheduler):
        scheduler: Scheduler = side
        return scheduler.is_running_here()
    return side is None or side == thread.ident()


pool.keep_freed_if_set(Acquire, operation.progress_place())
coroutine_kinds.mark_context_manager(Lock)
coroutine_kinds.mark_coroutine_function(Lock.acquire)
