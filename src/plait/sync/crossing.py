"""Who waits on a primitive that threads share: a thread, or a task of any loop; and how its turn is told to it."""

from __future__ import annotations

from _thread import allocate_lock
from typing import Any

from plait.base.runnable import Runnable
from plait.native import pool, thread
from plait.schedule.scheduler import Scheduler
from plait.tasks.future import Future


class Outside(Scheduler):
    """The scheduler of those who are on no loop."""

    __slots__ = ()

    def is_running_here(self) -> bool:
        return True


_OUTSIDE = Outside()


class Parked(Future):
    """What a thread waits for: a future on which no task can wait."""

    __slots__ = ("_ident", "_lock")

    def __init__(self) -> None:
        self._ident = thread.ident()
        self._lock = allocate_lock()
        self._lock.acquire()
        self._unretrieved = False
        self.begin(_OUTSIDE)

    def next(self) -> Parked:
        """The one for the next wait of this thread: this, as long as it is pending."""
        return Parked() if self.is_settled() else self

    def _wake_waiters(self) -> None:
        self._lock.release()

    def wait(self, seconds: float) -> bool:
        """Wait at most so long (below 0: for ever) until this is settled; whether it is."""
        return self._lock.acquire(True, seconds)

    def ident(self) -> int:
        """Of the thread."""
        return self._ident


class Granting(Runnable):
    """On its way to the loop of somebody who is to go on."""

    __slots__ = ("_future",)

    _future: Any

    def is_quiet(self) -> bool:
        return True

    def run(self) -> Any:
        if not self._future.is_settled():
            self._future.finish(None)


def grant(future: Future) -> bool:
    """Settle the future of one who waits, wherever that is; False if the loop there is closed, and nobody will hear."""
    if future.is_settled():
        return True
    scheduler = future._scheduler
    if scheduler.is_running_here():
        future.finish(None)
        return True
    if scheduler._closed:
        return False
    granting = pool.new(Granting)
    granting._future = future
    try:
        scheduler.push_threadsafe(granting)
    except RuntimeError:  # another library's loop that is closed
        return False
    return True


pool.keep_freed(Granting)
