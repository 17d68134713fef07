# cython: nonecheck=True
"""Who waits for what, in order: the one place that handles a cancellation while waiting.

A waiter is granted what it waits for, once, by whoever has it to give. One that is cancelled before leaves the queue; one
that is cancelled after, but before it could run, gives back what it was granted, and nothing is lost.

The tasks of one loop need no lock among themselves. When a thread takes part, or another loop, the queue is shared: from
then on a mutex excludes the others from each step, and a grant is sent to the loop or the thread that waits for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.native import pool
from plait.schedule import foreign
from plait.schedule.handle import Handle
from plait.sync import crossing
from plait.sync.crossing import Parked
from plait.sync.mutex import Mutex
from plait.tasks.future import Future
from plait.tasks.operation import Operation

if TYPE_CHECKING:
    from collections.abc import Callable

    from plait.schedule.scheduler import Scheduler


class WaiterQueue:
    """A doubly linked list: joining, leaving and being first are O(1)."""

    __slots__ = ("_count", "_first", "_last", "_mutex", "_scheduler")

    def __init__(self) -> None:
        self._first: Any = None
        self._last: Any = None
        self._count = 0
        self._scheduler: Any = None
        self._mutex: Mutex | None = None  # once it is shared

    def is_empty(self) -> bool:
        """Whether nobody waits."""
        return self._first is None

    def size(self) -> int:
        """How many wait."""
        return self._count

    def __len__(self) -> int:  # anyio asks ``len(event._waiters)``
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
            if self._mutex is not None or self.is_foreign_thread():
                return self._grant_to_one_of_many(waiter)
            waiter.grant()
        return waiter  # type: ignore[no-any-return]

    def _grant_to_one_of_many(self, waiter: Waiter | None) -> Waiter | None:
        """To `waiter`, or to the first after it who can still hear of it."""
        while waiter is not None and not crossing.grant(waiter._awaited):
            waiter = self._first
            if waiter is not None:
                self.remove(waiter)
        return waiter

    def grant_all(self) -> None:
        """Wake all that wait now."""
        for _ in range(self._count):
            self.grant_first()

    def bind(self, owner: Any) -> Any:
        """The scheduler of whoever is about to wait; a second loop, or one that is not plait's, makes the queue shared."""
        scheduler = foreign.current_scheduler()
        if scheduler is not self._scheduler and self._mutex is None:
            self._bind_anew(scheduler, owner)
        return scheduler

    def _bind_anew(self, scheduler: Scheduler, owner: Any) -> None:
        """The code of other loops, and of debug mode, does not run in one piece: other threads can come between."""
        can_share = hasattr(owner, "share")
        if can_share and (
            self._first is not None or scheduler._debug or isinstance(scheduler, foreign.ForeignScheduler)
        ):
            owner.share()
        elif self._first is None:
            self._scheduler = scheduler
        else:
            raise RuntimeError(
                f"{owner!r} is bound to a different event loop: tasks of another loop wait on it at this moment"
            )

    def is_foreign_thread(self) -> bool:
        """Whether those who wait live on a loop that another thread runs."""
        return self._scheduler is not None and self._scheduler.is_foreign_thread()

    def route(self, method: Callable[..., Any], *args: Any) -> None:
        """Have the loop of those who wait make this call."""
        self._scheduler.push_threadsafe(Handle(method, args, self._scheduler.loop(), None))

    def share(self, mutex: Mutex | None = None) -> Mutex:
        """Let any thread take part, and tasks of any loop; returns the mutex, `mutex` if it is shared with other queues."""
        made = Mutex() if mutex is None else mutex
        if self._mutex is None:
            self._mutex = made
        return self._mutex

    def excludes_others(self) -> bool:
        """Whether this thread may go on: the mutex is not needed, or is held here."""
        return self._mutex is None or self._mutex.is_held()


class Waiter(Operation):
    """An operation that may have to wait in a queue."""

    __slots__ = ("_after", "_before", "_queue")

    _queue: Any
    _before: Any
    _after: Any

    def home(self) -> WaiterQueue | None:
        """The queue, or one of the queues, of the primitive; None of one that is never shared."""
        return None

    def _mutex(self) -> Mutex:
        home: Any = self.home()
        return home._mutex  # type: ignore[no-any-return]

    def start_alone(self) -> Future | None:
        """`start` while other threads are kept out."""
        mutex = self._mutex()
        mutex.enter()
        try:
            return self.start()
        finally:
            mutex.leave()

    def retry(self) -> Future | None:
        """Decide anew whether to wait."""
        return self.start_alone()

    def resume_alone(self) -> Future | None:
        """`resumed` while other threads are kept out."""
        mutex = self._mutex()
        mutex.enter()
        try:
            return self.resumed()
        finally:
            mutex.leave()

    def wait_in(self, queue: WaiterQueue, owner: Any) -> Future | None:
        """Join the end of `queue`; returns what `start` is to return."""
        future = self._next_future(queue, owner)
        if queue._mutex is not None and not queue._mutex.is_held():
            return self.retry()  # others began to take part while the future was made
        queue.append(self)
        self._awaited = future
        return future

    def wait_again_in(self, queue: WaiterQueue, owner: Any) -> Future | None:
        """Join the front of `queue`."""
        future = self._next_future(queue, owner)
        if queue._mutex is not None and not queue._mutex.is_held():
            return self.retry()
        queue.prepend(self)
        self._awaited = future
        return future

    def _next_future(self, queue: WaiterQueue, owner: Any) -> Future:
        if isinstance(self._awaited, Parked):
            return self._next_parked()
        scheduler = queue.bind(owner)
        future = pool.new(Future)
        future.begin(scheduler)
        return future

    def _next_parked(self) -> Future:
        parked: Parked = self._awaited
        return parked.next()

    def grant(self) -> None:
        """It is this one's turn."""
        if not self._awaited.is_settled():
            self._awaited.finish(None)

    def interrupted(self, error: BaseException) -> Future | None:
        home = self.home()
        if home is None or home._mutex is None:
            self._stop_waiting()
        else:
            self._stop_waiting_alone(home._mutex)
        raise error

    def _stop_waiting_alone(self, mutex: Mutex) -> None:
        mutex.enter()
        try:
            self._stop_waiting()
        finally:
            mutex.leave()

    def _stop_waiting(self) -> None:
        if self._queue is not None:
            self._queue.remove(self)
            self.left()
        else:
            self.give_back()

    def side(self) -> Any:
        """Where this belongs: the scheduler of its loop, or the ident of its thread."""
        if isinstance(self._awaited, Parked):
            parked: Parked = self._awaited
            return parked.ident()
        return foreign.current_scheduler() if self._awaited is None else self._awaited._scheduler

    def block(self, parked: Parked) -> None:
        """It is a thread that waits."""
        self.take_over()
        self._awaited = parked

    def is_up_to_this_thread(self) -> bool:
        """Whether, for all that is known, this thread alone could end the wait."""
        return True

    def leave_or_give_back(self) -> None:
        """Wait no more, and pass on what was granted meanwhile."""
        self._stop_waiting_alone(self._mutex())

    def give_up(self) -> bool:
        """Leave the queue, if this has not been granted already; whether it has not."""
        mutex = self._mutex()
        mutex.enter()
        try:
            waits = self._queue is not None
            if waits:
                self._stop_waiting()
            return waits
        finally:
            mutex.leave()

    def left(self) -> None:
        """It was cancelled while it waited, and has left the queue."""

    def give_back(self) -> None:
        """It was cancelled after it was granted, before it could run: pass on what it got."""
