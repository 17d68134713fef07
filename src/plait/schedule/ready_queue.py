# cython: boundscheck=False, wraparound=False
"""What is ready to run, first in, first out, taken in batches.

A batch is what was ready when it began; what becomes ready meanwhile waits for the next. A runnable that raises, or that
runs the queue itself (a nested run of the loop), loses nothing: the rest of the batch is taken up where it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.base import limits
from plait.native import batch

if TYPE_CHECKING:
    from plait.base.runnable import Runnable

_LEAST_ROOM = limits.READY_QUEUE_ROOM
_BURST_ROOM = limits.READY_QUEUE_BURST


class ReadyQueue:
    """A ring: positions count up, and their low bits tell the place in the list.

    Wherever Python calls or allocates, a signal handler or a finalizer may push: the methods reckon with that.
    """

    __slots__ = ("_end", "_head", "_items", "_mask", "_tail")

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Drop all that waits."""
        self._items: list[Any] = [None] * _LEAST_ROOM
        self._mask = _LEAST_ROOM - 1
        self._head = 0  # the position of the next to run,
        self._end = 0  # of the first that is not in the batch,
        self._tail = 0  # and of the next to come

    def push(self, runnable: Runnable) -> None:
        """Add a runnable at the end; callable from a signal handler."""
        while self._tail - self._head > self._mask:
            self._set_room(2 * (self._mask + 1))
        tail = self._tail
        self._tail = tail + 1
        self._items[tail & self._mask] = runnable

    def size(self) -> int:
        """How many wait."""
        return self._tail - self._head

    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return self._tail == self._head

    def waiting(self) -> list[Any]:
        """The runnables, in order."""
        return [self._items[place & self._mask] for place in range(self._head, self._tail)]

    def begin(self) -> int:
        """Make a batch of what is ready now, unless some of the last is left, and return its size."""
        if self._head == self._end:
            if self._mask >= _BURST_ROOM:
                self._forget_burst()
            self._end = self._tail
        return self._end - self._head

    def take(self) -> Runnable:
        """Remove and return the next of the batch, which must have one: the one place that decides who runs next."""
        head = self._head
        self._head = head + 1
        return batch.take(self._items, head & self._mask)

    def run_batch(self) -> int:
        """Run one batch and return how many ran."""
        count = self.begin()
        while self._head != self._end:
            self.take().run()
        return count

    def _forget_burst(self) -> None:
        """Give the memory of a burst back, when that is over."""
        if self._tail - self._head < self._mask >> 3:
            self._set_room(self._mask + 1 >> 3)

    def _set_room(self, room: int) -> None:
        """Move to a list of `room` places; without effect when something was pushed meanwhile, by a finalizer say."""
        tail = self._tail
        items: list[Any] = [None] * room
        if self._tail == tail:
            batch.pour(self._items, self._head & self._mask, items)
            self._items, self._mask = items, room - 1
            self._head, self._end, self._tail = 0, self._end - self._head, tail - self._head
