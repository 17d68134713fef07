# cython: nonecheck=True
"""Items from tasks to tasks, in the order in which they were put.

A getter that is woken finds its item still in the queue: the queue keeps as many items back as it has woken getters, so
that one who is cancelled loses nothing, and one who comes later takes nothing away. The same holds for free places and
putters.
"""

from __future__ import annotations

from collections import deque
from types import GenericAlias
from typing import TYPE_CHECKING, Any

from plait.base.errors import QueueEmpty, QueueFull, QueueShutDown
from plait.native import deques, pool
from plait.sync.waiter_queue import Waiter, WaiterQueue
from plait.tasks import coroutine_kinds, operation

if TYPE_CHECKING:
    from plait.tasks.future import Future


class Queue:
    """See `asyncio.Queue`."""

    __slots__ = (
        "__weakref__",
        "_finished",
        "_getters",
        "_is_shutdown",
        "_kept_items",
        "_kept_places",
        "_limit",
        "_maximum",
        "_putters",
        "_queue",
        "_unfinished_tasks",
    )

    __class_getitem__ = classmethod(GenericAlias)  # type: ignore[var-annotated]

    def __init__(self, maxsize: int = 0) -> None:
        self._maximum = maxsize
        self._limit = maxsize
        self._getters = WaiterQueue()
        self._putters = WaiterQueue()
        self._finished = WaiterQueue()
        self._unfinished_tasks = 0
        self._kept_items = 0
        self._kept_places = 0
        self._is_shutdown = False
        self._init(maxsize)

    # What a subclass may override, as with asyncio.

    def _init(self, maxsize: int) -> None:
        self._queue: Any = deque()

    def _get(self) -> Any:
        return deques.popleft(self._queue)

    def _put(self, item: Any) -> None:
        deques.append(self._queue, item)

    # What is in it.

    @property
    def maxsize(self) -> int:
        """How many items it holds at most; 0: any number."""
        return self._maximum

    @property
    def _maxsize(self) -> int:
        return self._maximum

    @_maxsize.setter
    def _maxsize(self, maxsize: int) -> None:
        self._maximum = maxsize
        self._limit = maxsize

    def qsize(self) -> int:
        """How many items are in it."""
        return len(self._queue)

    def empty(self) -> bool:
        """Whether there are no items."""
        return not self._queue

    def full(self) -> bool:
        """Whether there is no place."""
        return 0 < self._limit <= self.qsize()

    # Putting.

    def put(self, item: Any) -> Any:
        """Wait for a free place, and put the item there."""
        return self._make_put(item)

    def _make_put(self, item: Any) -> Put:
        operation = pool.new(Put)
        operation.begin()
        operation._target = self
        operation._item = item
        operation._kept = False
        return operation

    def put_nowait(self, item: Any) -> None:
        """Put the item; QueueFull when there is no place. From another thread: the loop is asked to do so."""
        if self._is_shutdown:
            raise QueueShutDown
        if self._limit > 0 and self.full():
            raise QueueFull
        if self._getters.is_foreign_thread():
            self._getters.route(self.store, item)
        else:
            self.store(item)

    def store(self, item: Any) -> None:
        """Put the item, and wake a getter for it."""
        self._put(item)
        self._unfinished_tasks += 1
        self.keep_item()

    def keep_item(self) -> None:
        """Wake a getter for an item, and keep that for it."""
        getter: Get | None = self._getters.grant_first()  # type: ignore[assignment]
        if getter is not None:
            getter._kept = True
            self._kept_items += 1

    def has_place(self) -> bool:
        """Whether a putter who comes now need not wait."""
        return self._limit <= 0 or self.qsize() + self._kept_places < self._limit

    # Getting.

    def get(self) -> Any:
        """Wait for an item, and take it."""
        return self._make_get()

    def _make_get(self) -> Get:
        operation = pool.new(Get)
        operation.begin()
        operation._source = self
        operation._kept = False
        return operation

    def get_nowait(self) -> Any:
        """Take an item; QueueEmpty when there is none."""
        if self.empty():
            if self._is_shutdown:
                raise QueueShutDown
            raise QueueEmpty
        return self.take()

    def take(self) -> Any:
        """Take an item, which must be there, and wake a putter for its place."""
        item = self._get()
        if not self._putters.is_empty():
            self.offer_place()
        return item

    def offer_item(self) -> None:
        """Wake a getter for an item that nobody has been woken for."""
        if self.has_item():
            self.keep_item()

    def has_item(self) -> bool:
        """Whether a getter who comes now need not wait."""
        return self.qsize() > self._kept_items

    def offer_place(self) -> None:
        """Wake a putter for a place that nobody has been woken for."""
        if not self.has_place():
            return
        putter: Put | None = self._putters.grant_first()  # type: ignore[assignment]
        if putter is not None:
            putter._kept = True
            self._kept_places += 1

    # Finishing.

    def task_done(self) -> None:
        """Say that the work on an item that was taken is done. See `join`."""
        if self._unfinished_tasks <= 0:
            raise ValueError("task_done() called too many times")
        if self._finished.is_foreign_thread():
            self._finished.route(self.count_down, 1)
        else:
            self.count_down(1)

    def count_down(self, items: int) -> None:
        """So many items less to work on."""
        self._unfinished_tasks -= items
        if self._unfinished_tasks <= 0:
            self._unfinished_tasks = 0
            self._finished.grant_all()

    def join(self) -> Any:
        """Wait until the work on all items has been done."""
        return self._make_join()

    def _make_join(self) -> Join:
        operation = pool.new(Join)
        operation.begin()
        operation._source = self
        return operation

    def shutdown(self, immediate: bool = False) -> None:
        """Refuse items from now on; getters get what is there, then QueueShutDown; `immediate`: drop it."""
        self._is_shutdown = True
        if immediate:
            dropped = 0
            while not self.empty():
                self._get()
                dropped += 1
            self.count_down(dropped)
        self._getters.grant_all()
        self._putters.grant_all()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {id(self):#x} {self._format()}>"

    def __str__(self) -> str:
        return f"<{type(self).__name__} {self._format()}>"

    def _format(self) -> str:
        parts = [f"maxsize={self._maximum!r}"]
        if self._queue:
            parts.append(f"_queue={list(self._queue)!r}")
        if not self._getters.is_empty():
            parts.append(f"_getters[{self._getters.size()}]")
        if not self._putters.is_empty():
            parts.append(f"_putters[{self._putters.size()}]")
        if self._unfinished_tasks:
            parts.append(f"tasks={self._unfinished_tasks}")
        if self._is_shutdown:
            parts.append("shutdown")
        return " ".join(parts)


class Put(Waiter):
    """``queue.put(item)``."""

    __slots__ = ("_item", "_kept", "_target")

    _target: Queue
    _item: Any
    _kept: bool

    def start(self) -> Future | None:
        queue = self._target
        if queue._is_shutdown:
            raise QueueShutDown
        if queue.has_place():
            queue.store(self._item)
            return None
        return self.wait_in(queue._putters, queue)

    def resumed(self) -> Future | None:
        queue = self._target
        self._take_kept()
        if queue._is_shutdown:
            raise QueueShutDown
        if queue.full():
            return self.wait_again_in(queue._putters, queue)
        queue.store(self._item)
        return None

    def _take_kept(self) -> None:
        if self._kept:
            self._kept = False
            self._target._kept_places -= 1

    def give_back(self) -> None:
        self._take_kept()
        self._target.offer_place()


class Get(Waiter):
    """``queue.get()``."""

    __slots__ = ("_kept", "_source")

    _source: Queue
    _kept: bool

    def start(self) -> Future | None:
        queue = self._source
        if queue.has_item():
            self._value = queue.take()
            return None
        if queue._is_shutdown:
            raise QueueShutDown
        return self.wait_in(queue._getters, queue)

    def resumed(self) -> Future | None:
        queue = self._source
        self._take_kept()
        if queue.has_item():
            self._value = queue.take()
            return None
        if queue._is_shutdown:
            raise QueueShutDown
        return self.wait_again_in(queue._getters, queue)

    def _take_kept(self) -> None:
        if self._kept:
            self._kept = False
            self._source._kept_items -= 1

    def give_back(self) -> None:
        self._take_kept()
        self._source.offer_item()


class Join(Waiter):
    """``queue.join()``."""

    __slots__ = ("_source",)

    _source: Queue

    def start(self) -> Future | None:
        queue = self._source
        if queue._unfinished_tasks > 0:
            return self.wait_in(queue._finished, queue)
        return None


pool.keep_freed_if(Put, operation.is_spent)
pool.keep_freed_if(Get, operation.is_spent)
coroutine_kinds.mark_coroutine_function(Queue.put)
coroutine_kinds.mark_coroutine_function(Queue.get)
coroutine_kinds.mark_coroutine_function(Queue.join)
