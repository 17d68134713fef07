# cython: nonecheck=True
"""Items from tasks to tasks, in the order in which they were put.

A getter that is woken finds its item still in the queue, which keeps as many back as it has woken getters: one who is
cancelled loses nothing, one who comes later takes nothing away. The same holds for free places and putters.
"""

from __future__ import annotations

from collections import deque
from types import GenericAlias
from typing import TYPE_CHECKING, Any

from plait.base import numeric
from plait.base.errors import QueueEmpty, QueueFull, QueueShutDown
from plait.native import deques, locks, methods, pool
from plait.sync import first_face, queue_text
from plait.sync.waiter_queue import Waiter, WaiterQueue
from plait.tasks import coroutine_kinds, operation

if TYPE_CHECKING:
    from plait.sync.mutex import Mutex
    from plait.sync.queue_face import QueueSync
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
    _format = queue_text.describe

    def __init__(self, maxsize: int = 0) -> None:
        self._maximum = self._limit = numeric.must_be_number(maxsize, "Queue", "how many items it holds at most")
        self._getters = WaiterQueue()
        self._putters = WaiterQueue()
        self._finished = WaiterQueue()
        self._unfinished_tasks = 0
        self._kept_items = self._kept_places = 0
        self._is_shutdown = False
        self._init(maxsize)
        if type(self) is not Queue or not locks.is_implied():
            self.share()  # other threads can come between the lines of a subclass

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
        """Put the item; QueueFull when there is no place. Callable from any thread."""
        if self._getters._mutex is not None:
            with self.share():
                self._put_at_once(item)
        else:
            self._put_at_once(item)

    def _put_at_once(self, item: Any) -> None:
        if self._is_shutdown:
            raise QueueShutDown
        if self.full():
            raise QueueFull
        self.store(item)

    def store(self, item: Any) -> None:
        """Put the item, and wake a getter for it."""
        if type(self) is Queue:
            deques.append(self._queue, item)
        else:
            self._put(item)
        self._unfinished_tasks += 1
        if not self._getters.is_empty():
            self.keep_item()

    def keep_item(self) -> None:
        """Wake a getter for an item, and keep that for it."""
        getter: Get | None = self._getters.grant_first()  # type: ignore[assignment]
        if getter is not None:
            getter._kept = True
            self._kept_items += 1

    def has_place(self) -> bool:
        """Whether a putter who comes now need not wait."""
        is_full = type(self) is not Queue and self.full()
        return not is_full and (self._limit <= 0 or self.qsize() + self._kept_places < self._limit)

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
        """Take an item; QueueEmpty when there is none. Callable from any thread."""
        if self._putters._mutex is not None:
            with self.share():
                return self._take_at_once()
        return self._take_at_once()

    def _take_at_once(self) -> Any:
        if self.empty():
            raise QueueShutDown if self._is_shutdown else QueueEmpty
        return self.take()

    def take(self) -> Any:
        """Take an item, which must be there, and wake a putter for its place."""
        item = deques.popleft(self._queue) if type(self) is Queue else self._get()
        if not self._putters.is_empty():
            self.offer_place()
        return item

    def offer_item(self) -> None:
        """Wake a getter for an item that nobody has been woken for."""
        if self.has_item():
            self.keep_item()

    def has_item(self) -> bool:
        """Whether a getter who comes now need not wait."""
        if type(self) is Queue:
            return len(self._queue) > self._kept_items
        return not self.empty() and (self._kept_items == 0 or self.qsize() > self._kept_items)

    def offer_place(self) -> None:
        """Wake a putter for a place that nobody has been woken for."""
        putter: Put | None = self._putters.grant_first() if self.has_place() else None  # type: ignore[assignment]
        if putter is not None:
            putter._kept = True
            self._kept_places += 1

    # Finishing.

    def task_done(self) -> None:
        """Say that the work on an item that was taken is done. See `join`. Callable from any thread."""
        if self._finished._mutex is not None:
            with self.share():
                self._finish_one()
        else:
            self._finish_one()

    def _finish_one(self) -> None:
        if self._unfinished_tasks <= 0:
            raise ValueError("task_done() called too many times")
        self.count_down(1)

    def count_down(self, items: int) -> None:
        """So many items less to work on."""
        self._unfinished_tasks = max(0, self._unfinished_tasks - items)
        if self._unfinished_tasks == 0:
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
        with self.share():
            self._is_shutdown = True
            if immediate:
                dropped = self.qsize()
                for _ in range(dropped):
                    self._get()
                self.count_down(dropped)
            self._getters.grant_all()
            self._putters.grant_all()

    def put_if_place(self, item: Any) -> bool:
        """Put the item if nobody has to wait for that; for threads. Whether it was put."""
        mutex = self.share()
        mutex.enter()
        try:
            if self._is_shutdown:
                raise QueueShutDown
            has_place = self.has_place()
            if has_place:
                self.store(item)
            return has_place
        finally:
            mutex.leave()

    def take_if_item(self, nothing: Any) -> Any:
        """An item if nobody has to wait for that, else `nothing`; for threads."""
        mutex = self.share()
        mutex.enter()
        try:
            if self.has_item():
                return self.take()
            if self._is_shutdown:
                raise QueueShutDown
            return nothing
        finally:
            mutex.leave()

    @property
    def sync(self) -> QueueSync:
        """The same queue for threads: calls that block, in the terms of `queue.Queue`."""
        return first_face.face(self, "QueueSync", "plait.sync.queue_face")  # type: ignore[no-any-return]

    def share(self) -> Mutex:
        """Let threads take part, and tasks of any loop, from now on."""
        mutex = self._getters.share()
        if self._putters._mutex is None:
            self._putters.share(mutex)
            self._finished.share(mutex)
        return mutex

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {id(self):#x} {self._format()}>"

    def __str__(self) -> str:
        return f"<{type(self).__name__} {self._format()}>"


class Put(Waiter):
    """``queue.put(item)``."""

    __slots__ = ("_item", "_kept", "_target")

    _target: Queue
    _item: Any
    _kept: bool

    def home(self) -> WaiterQueue:
        return self._target._getters

    def start(self) -> Future | None:
        queue = self._target
        if queue._getters._mutex is not None and not queue._getters.excludes_others():
            return self.start_alone()
        if queue._is_shutdown:
            raise QueueShutDown
        if queue.has_place():
            queue.store(self._item)
            return None
        return self.wait_in(queue._putters, queue)

    def resumed(self) -> Future | None:
        queue = self._target
        if queue._getters._mutex is not None and not queue._getters.excludes_others():
            return self.resume_alone()
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

    def home(self) -> WaiterQueue:
        return self._source._getters

    def start(self) -> Future | None:
        queue = self._source
        if queue._getters._mutex is not None and not queue._getters.excludes_others():
            return self.start_alone()
        if queue.has_item():
            self._value = queue.take()
            return None
        if queue._is_shutdown:
            raise QueueShutDown
        return self.wait_in(queue._getters, queue)

    def resumed(self) -> Future | None:
        queue = self._source
        if queue._getters._mutex is not None and not queue._getters.excludes_others():
            return self.resume_alone()
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

    def home(self) -> WaiterQueue:
        return self._source._getters

    def start(self) -> Future | None:
        queue = self._source
        if queue._getters._mutex is not None and not queue._getters.excludes_others():
            return self.start_alone()
        return self.wait_in(queue._finished, queue) if queue._unfinished_tasks > 0 else None


methods.guard(Queue)
pool.keep_freed_if_set(Put, operation.progress_place())
pool.keep_freed_if_set(Get, operation.progress_place())
coroutine_kinds.mark_coroutine_function(Queue.put)
coroutine_kinds.mark_coroutine_function(Queue.get)
coroutine_kinds.mark_coroutine_function(Queue.join)
