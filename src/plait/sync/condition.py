# cython: nonecheck=True
"""Wait, without the lock, until notified; go on with it.

Who is notified moves from the queue of the condition to that of its lock, and is woken once, when it has the lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.base.errors import CancelledError
from plait.native import locks, methods, pool
from plait.sync.lock import Lock
from plait.sync.waiter_queue import Waiter, WaiterQueue
from plait.tasks import coroutine_kinds, operation, returned

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from plait.sync.mutex import Mutex
    from plait.tasks.future import Future


class Condition:
    """See `asyncio.Condition`."""

    __slots__ = ("__weakref__", "_lock", "_waiters")

    def __init__(self, lock: Lock | None = None) -> None:
        if lock is not None and not isinstance(lock, Lock):
            raise TypeError(f"a Condition needs a lock of plait's own (plait.Lock), got {lock!r}")
        self._lock = Lock() if lock is None else lock
        self._waiters = WaiterQueue()
        if not locks.is_implied():
            self.share()

    def locked(self) -> bool:
        """Whether somebody holds the lock."""
        return self._lock.locked()

    def acquire(self) -> Any:
        """Wait for the lock, and hold it; gives True."""
        return self._lock.acquire()

    def release(self) -> None:
        """Hold the lock no more."""
        self._lock.release()

    def wait(self) -> Any:
        """Release the lock, wait until notified, hold the lock again; gives True."""
        return self._make_wait(None)

    def wait_for(self, predicate: Callable[[], Any]) -> Any:
        """`wait` until ``predicate()`` is true; gives its value."""
        return self._make_wait(predicate)

    def _make_wait(self, predicate: Callable[[], Any] | None) -> Wait:
        operation = pool.new(Wait)
        operation.prepare(self, predicate)
        return operation

    def notify(self, n: int = 1) -> None:
        """Let at most `n` of those who wait go on, once the lock is free. Callable from any thread."""
        if not self._lock._locked:
            raise RuntimeError("cannot notify on un-acquired lock")
        self.pass_on(n)

    def notify_all(self) -> None:
        """Let all who wait go on, one after the other."""
        self.notify(self._waiters.size())

    def pass_on(self, n: int) -> None:
        """Move `n` waiters on to the lock."""
        if self._lock._waiters._mutex is None:
            self._move(n)
        else:
            self._move_alone(n, self.share())

    def _move(self, n: int) -> None:
        waiters = self._waiters
        while n > 0 and waiters._first is not None:
            waiter: Wait = waiters._first
            waiters.remove(waiter)
            waiter.notify()
            n -= 1

    def _move_alone(self, n: int, mutex: Mutex) -> None:
        mutex.enter()
        try:
            self._move(n)
        finally:
            mutex.leave()

    def share(self) -> Mutex:
        """Let threads take part, and tasks of any loop, from now on: one mutex for the lock and for this."""
        return self._waiters.share(self._lock.share())

    def __aenter__(self) -> Any:
        return self._lock._enter()

    def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> Any:
        self._lock.release()
        return returned.returned(None)

    def __repr__(self) -> str:
        state = "locked" if self.locked() else "unlocked"
        waiting = "" if self._waiters.is_empty() else f", waiters:{self._waiters.size()}"
        return f"<{type(self).__module__}.{type(self).__qualname__} object at {id(self):#x} [{state}{waiting}]>"


methods.guard(Condition)


class Wait(Waiter):
    """``condition.wait()`` and ``condition.wait_for(predicate)``."""

    __slots__ = ("_condition", "_error", "_is_wait_for", "_notified", "_predicate")

    def prepare(self, condition: Condition, predicate: Callable[[], Any] | None) -> None:
        """What the constructor would do."""
        self.begin()
        self._condition = condition
        self._predicate = predicate
        self._is_wait_for = predicate is not None  # for the label, which is asked for when objects are gone
        self._notified = False
        self._error: BaseException | None = None
        self._value = True

    def label(self) -> str:
        return "wait_for" if self._is_wait_for else "wait"

    def start(self) -> Future | None:
        condition = self._condition
        if self._is_satisfied():
            return None
        if not condition._lock._locked:
            raise RuntimeError("cannot wait on un-acquired lock")
        return self._wait_for_notification()

    def _is_satisfied(self) -> bool:
        if self._predicate is None:
            return False
        self._value = self._predicate()
        return bool(self._value)

    def home(self) -> WaiterQueue:
        return self._condition._lock._waiters

    def _wait_for_notification(self) -> Future:
        condition = self._condition
        if condition._lock._waiters._mutex is not None and not condition._lock._waiters.excludes_others():
            return self._wait_alone(condition.share())
        future = self._next_future(condition._waiters, condition)
        if condition._lock._waiters._mutex is not None and not condition._lock._waiters.excludes_others():
            return self._wait_alone(condition.share())  # others began to take part while the future was made
        self._notified = False
        self._awaited = future
        condition._waiters.append(self)
        condition._lock.pass_on()
        return future

    def _wait_alone(self, mutex: Mutex) -> Future:
        mutex.enter()
        try:
            return self._wait_for_notification()
        finally:
            mutex.leave()

    def notify(self) -> None:
        """Wait for the lock from now on."""
        lock = self._condition._lock
        self._notified = True
        if lock._locked:
            if lock._waiters._mutex is None:
                lock._waiters.bind(lock)
            lock._waiters.append(self)
        else:
            lock._locked = True
            lock._waiters.append(self)
            lock.pass_on()

    def resumed(self) -> Future | None:
        """The lock is held again."""
        if self._error is not None:
            error = self._error
            self._error = None
            self._condition.pass_on(1)  # the notification was not used
            raise error
        if self._predicate is None or self._is_satisfied():
            return None
        return self._wait_for_notification()

    def interrupted(self, error: BaseException) -> Future | None:
        """Whatever happens, the lock is held when this ends, as the block around it expects."""
        lock = self._condition._lock
        if lock._waiters.excludes_others():
            return self._end_or_wait(lock, error)
        mutex = self._condition.share()
        mutex.enter()
        try:
            return self._end_or_wait(lock, error)
        finally:
            mutex.leave()

    def _end_or_wait(self, lock: Lock, error: BaseException) -> Future | None:
        if isinstance(error, GeneratorExit):
            self._forget()
            raise error
        if self._error is None or isinstance(error, CancelledError):
            self._error = error
        queue = self._queue
        if queue is None:
            return self._end_with_lock() if self._notified else self._acquire_again(lock)
        was_notified = queue is lock._waiters
        queue.remove(self)
        if was_notified:
            return self.wait_again_in(lock._waiters, lock)
        return self._acquire_again(lock)

    def _end_with_lock(self) -> Future | None:
        """It had the lock already when the cancellation came."""
        return self.resumed()

    def _acquire_again(self, lock: Lock) -> Future | None:
        """It was not notified, so it joins the others at the end."""
        self._notified = True
        self._predicate = None
        if lock._locked:
            return self.wait_in(lock._waiters, lock)
        lock._locked = True
        lock._holder = None if lock._waiters._mutex is None else self.side()
        return self._end_unnotified()

    def retry(self) -> Future | None:
        mutex = self._condition.share()
        mutex.enter()
        try:
            return self._acquire_again(self._condition._lock)
        finally:
            mutex.leave()

    def _end_unnotified(self) -> Future | None:
        error = self._error
        self._error = None
        assert error is not None
        raise error

    def _forget(self) -> None:
        """The coroutine is closed, and may not wait."""
        if self._queue is not None:
            self._queue.remove(self)
        elif self._notified:
            self._condition._lock.pass_on()


pool.keep_freed_if_set(Wait, operation.progress_place())
coroutine_kinds.mark_context_manager(Condition)
coroutine_kinds.mark_coroutine_function(Condition.acquire)
coroutine_kinds.mark_coroutine_function(Condition.wait)
coroutine_kinds.mark_coroutine_function(Condition.wait_for)
