"""What ``future.add_done_callback(fn)`` makes of `fn`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.native import pool
from plait.schedule.handle import Handle

if TYPE_CHECKING:
    from plait.schedule.scheduler import Scheduler


class DoneCallback(Handle):
    """A callback that waits for a future, and is its own handle once that is done."""

    __slots__ = ("_scheduler",)

    _scheduler: Scheduler

    def wake(self, future: Any) -> Any:
        self._args = (future,)
        self._scheduler.push(self)


pool.keep_freed(DoneCallback)
