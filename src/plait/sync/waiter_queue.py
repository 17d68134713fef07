# cython: nonecheck=True
"""Who waits for what, in order: the one place that handles a cancellation while waiting.

A waiter is granted what it waits for, once, by whoever has it to give. One that is cancelled before leaves the queue; one
that is cancelled after, but before it could run, gives back what it was granted, and nothing is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.native import pool
from plait.schedule import foreign
from plait.schedule.handle import Handle
from plait.tasks.future import Future
from plait.tasks.operation import Operation

if TYPE_CHECKING:
    from collections.abc import Callable


class WaiterQueue:
    """A doubly linked list: joining, leaving and being first are O(1)."""

    __slots__ = ("_count", "_first", "_last", "_scheduler")

    def __init__(self) -> None:
        self._first: Any = None
        self._last: Any = None
        self._count = 0
        self._scheduler: Any = None

    def is_empty(self) -> bool:
        """Whether nobody waits."""
        return self._first is None

    def size(self) -> int:
        """How many wait."""
        return self._count

    def first(self) -> Waiter | None:
        """Who has waited longest."""
        return self._first  # type: ignore[no-any-return]

    def append(self, waiter: Waiter) -> None:
        """Join at the end."""
        waiter._queue = self
        waiter._before = self._last
        waiter._after = None
        if self._last is None:
            self._first = waiter
        else:
            self._last._after = waiter
        self._last = waiter
        self._count += 1

    def prepend(self, waiter: Waiter) -> None:
        """Join at the front: for one who had its turn, and could not use it through no fault of its own."""
        waiter._queue = self
        waiter._before = None
        waiter._after = self._first
        if self._first is None:
            self._last = waiter
        else:
            self._first._before = waiter
        self._first = waiter
        self._count += 1

    def remove(self, waiter: Waiter) -> None:
        """Leave; the waiter must be in here."""
        before = waiter._before
        after = waiter._after
        if before is None:
            self._first = after
        else:
            before._after = after
        if after is None:
            self._last = before
        else:
            after._before = before
        waiter._queue = waiter._before = waiter._after = None
        self._count -= 1

    def grant_first(self) -> Waiter | None:
        """Wake who has waited longest, and return it; it has left."""
        waiter = self._first
        if waiter is not None:
            self.remove(waiter)
            waiter.grant()
        return waiter  # type: ignore[no-any-return]

    def grant_all(self) -> None:
        """Wake all that wait now."""
        for _ in range(self._count):
            self.grant_first()

    def bind(self, owner: Any) -> Any:
        """The scheduler of whoever is about to wait; all who wait at a time must be on one loop."""
        scheduler = foreign.current_scheduler()
        if scheduler is not self._scheduler:
            if self._first is not None:
                raise RuntimeError(
                    f"{owner!r} is bound to a different event loop: tasks of another loop wait on it at this moment"
                )
            self._scheduler = scheduler
        return scheduler

    def is_foreign_thread(self) -> bool:
        """Whether those who wait live on a loop that another thread runs."""
        return self._scheduler is not None and self._scheduler.is_foreign_thread()

    def route(self, method: Callable[..., Any], *args: Any) -> None:
        """Have the loop of those who wait make this call."""
        self._scheduler.push_threadsafe(Handle(method, args, self._scheduler.loop(), None))


class Waiter(Operation):
    """An operation that may have to wait in a queue."""

    __slots__ = ("_after", "_before", "_queue")

    _queue: Any
    _before: Any
    _after: Any

    def wait_in(self, queue: WaiterQueue, owner: Any) -> Future:
        """Join the end of `queue`; returns what `start` is to return."""
        scheduler = queue.bind(owner)
        future = pool.new(Future)
        future.begin(scheduler)
        queue.append(self)
        self._awaited = future
        return future

    def wait_again_in(self, queue: WaiterQueue, owner: Any) -> Future:
        """Join the front of `queue`."""
        scheduler = queue.bind(owner)
        future = pool.new(Future)
        future.begin(scheduler)
        queue.prepend(self)
        self._awaited = future
        return future

    def grant(self) -> None:
        """It is this one's turn."""
        if not self._awaited.is_settled():
            self._awaited.finish(None)

    def interrupted(self, error: BaseException) -> Future | None:
        if self._queue is not None:
            self._queue.remove(self)
            self.left()
        else:
            self.give_back()
        raise error

    def left(self) -> None:
        """It was cancelled while it waited, and has left the queue."""

    def give_back(self) -> None:
        """It was cancelled after it was granted, before it could run: pass on what it got."""
