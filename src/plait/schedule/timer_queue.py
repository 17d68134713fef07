# cython: boundscheck=False, wraparound=False
"""Deadlines in order: a binary heap, in which cancelled timers stay until they surface or are swept.

Timers of the same deadline come out in the order in which they were added.
"""

from __future__ import annotations

from math import inf
from typing import Any

from plait.base import limits
from plait.schedule.timer import Timer, TimerHolder

_CANCELLED_KEPT = limits.CANCELLED_TIMERS_KEPT


class TimerQueue(TimerHolder):
    """The timers of one scheduler. Adding and taking are O(log n), cancelling is O(1) amortised."""

    __slots__ = ("_added", "_cancelled", "_count", "_heap")

    def __init__(self) -> None:
        self._heap: list[Any] = []
        self._added = 0
        self._cancelled = 0
        self._count = 0  # of the heap, the cancelled ones included

    def size(self) -> int:
        """How many wait, the cancelled ones not counted."""
        return self._count - self._cancelled

    def add(self, timer: Timer) -> None:
        """Put a timer in."""
        self._added += 1
        timer._order = self._added
        timer._holder = self
        self._heap.append(timer)
        self._rise(self._count)
        self._count += 1

    def forget(self, timer: Timer) -> None:
        """Take note that `timer`, which is in here, was cancelled."""
        heap = self._heap
        timer._holder = None
        if heap[self._count - 1] is timer:
            heap.pop()
            self._count -= 1
            return
        self._cancelled += 1
        if self._cancelled > _CANCELLED_KEPT and self._cancelled * 2 > self._count:
            self._sweep()

    def next_deadline(self) -> float:
        """When the earliest timer is due; infinity when there is none."""
        while self._count:
            first: Timer = self._heap[0]
            if not first._cancelled:
                return first._deadline
            self._remove_first()
            self._cancelled -= 1
        return inf

    def take_due(self, now: float) -> Timer | None:
        """Remove and return the earliest timer whose deadline is not after `now`."""
        if self.next_deadline() > now:
            return None
        timer: Timer = self._remove_first()
        timer._holder = None
        return timer

    def clear(self) -> None:
        """Drop all timers."""
        for timer in self._heap:
            timer._holder = None
        self._heap.clear()
        self._cancelled = self._count = 0

    def _sweep(self) -> None:
        self._heap = [timer for timer in self._heap if not timer._cancelled]
        self._cancelled = 0
        self._count = len(self._heap)
        for index in range(self._count // 2 - 1, -1, -1):
            self._sink(index)

    def _remove_first(self) -> Timer:
        heap = self._heap
        last: Timer = heap.pop()
        self._count -= 1
        if not self._count:
            return last
        first: Timer = heap[0]
        heap[0] = last
        self._sink(0)
        return first

    def _rise(self, index: int) -> None:
        heap = self._heap
        timer: Timer = heap[index]
        while index:
            parent_index = (index - 1) >> 1
            parent: Timer = heap[parent_index]
            if not _is_before(timer, parent):
                break
            heap[index] = parent
            index = parent_index
        heap[index] = timer

    def _sink(self, index: int) -> None:
        heap = self._heap
        size = self._count
        timer: Timer = heap[index]
        child_index = 2 * index + 1
        while child_index < size:
            child: Timer = heap[child_index]
            if child_index + 1 < size:
                other: Timer = heap[child_index + 1]
                if _is_before(other, child):
                    child = other
                    child_index += 1
            if not _is_before(child, timer):
                break
            heap[index] = child
            index = child_index
            child_index = 2 * index + 1
        heap[index] = timer


def _is_before(one: Timer, other: Timer) -> bool:
    if one._deadline != other._deadline:
        return one._deadline < other._deadline
    return one._order < other._order
