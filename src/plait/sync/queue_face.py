"""A queue as threads see it, in the terms of `queue.Queue`."""

from __future__ import annotations

import queue as threads_queue
from typing import TYPE_CHECKING, Any

from plait.base.errors import QueueEmpty, QueueFull, QueueShutDown
from plait.native import methods
from plait.sync import blocking

if TYPE_CHECKING:
    from plait.sync.queue import Queue

_NOTHING = object()


class SyncQueueEmpty(QueueEmpty, threads_queue.Empty):
    """No item came in time: asyncio's exception and that of `queue` in one."""


class SyncQueueFull(QueueFull, threads_queue.Full):
    """No place came in time: asyncio's exception and that of `queue` in one."""


_ShutDown: Any = getattr(threads_queue, "ShutDown", Exception)  # since Python 3.13


class SyncQueueShutDown(QueueShutDown, _ShutDown):  # type: ignore[misc]
    """The queue was shut down: asyncio's exception and that of `queue` in one."""


class QueueSync:
    """``queue.sync``. See `queue.Queue`; SelfDeadlock instead of blocking the thread of a running loop.

    Its exceptions are those of `queue` and those of asyncio at once.
    """

    __slots__ = ("_queue",)

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    @property
    def maxsize(self) -> int:
        """How many items it holds at most; 0: any number."""
        return self._queue.maxsize

    def qsize(self) -> int:
        """How many items are in it."""
        return self._queue.qsize()

    def empty(self) -> bool:
        """Whether there are no items."""
        return self._queue.empty()

    def full(self) -> bool:
        """Whether there is no place."""
        return self._queue.full()

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Wait for a free place, at most `timeout` seconds, and put the item there; `queue.Full` if none came."""
        seconds = blocking.seconds_of(timeout) if block else 0.0
        try:
            if self._queue.put_if_place(item):
                return
            if seconds != 0 and blocking.block(self._queue.put(item), seconds, self._queue):
                return
        except QueueShutDown:
            raise SyncQueueShutDown from None
        raise SyncQueueFull

    def put_nowait(self, item: Any) -> None:
        """Put the item if there is a place now; `queue.Full` if not."""
        self.put(item, False)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Wait for an item, at most `timeout` seconds, and take it; `queue.Empty` if none came."""
        seconds = blocking.seconds_of(timeout) if block else 0.0
        try:
            item = self._queue.take_if_item(_NOTHING)
            if item is not _NOTHING:
                return item
            if seconds != 0:
                return self._wait_for_item(seconds)
        except QueueShutDown:
            raise SyncQueueShutDown from None
        raise SyncQueueEmpty

    def _wait_for_item(self, seconds: float) -> Any:
        waiter = self._queue.get()
        if blocking.block(waiter, seconds, self._queue):
            return waiter.value()
        raise SyncQueueEmpty

    def get_nowait(self) -> Any:
        """Take an item if there is one now; `queue.Empty` if not."""
        return self.get(False)

    def task_done(self) -> None:
        """Say that the work on an item that was taken is done."""
        self._queue.task_done()

    def join(self, timeout: float | None = None) -> bool:
        """Wait until the work on all items has been done, at most `timeout` seconds; whether it has."""
        return blocking.block(self._queue.join(), blocking.seconds_of(timeout), self._queue)

    def shutdown(self, immediate: bool = False) -> None:
        """Refuse items from now on; getters get what is there, then `queue.ShutDown`; `immediate`: drop it."""
        self._queue.shutdown(immediate)

    def __repr__(self) -> str:
        return f"<sync face of {self._queue!r}>"


methods.guard(QueueSync)
