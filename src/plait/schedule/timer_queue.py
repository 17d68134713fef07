# cython: boundscheck=False, wraparound=False
"""Deadlines in order: a heap, in which cancelled timers stay until they surface or are swept.

Each node has four children, and the deadlines lie in an array of their own: ordering a hundred thousand timers then seldom
looks at the timers themselves. Those of the same deadline come out in the order in which they were added.
"""

from __future__ import annotations

from math import inf
from typing import Any

from plait.base import limits
from plait.native import heap, times
from plait.schedule.timer import Timer, TimerHolder

_CANCELLED_KEPT = limits.CANCELLED_TIMERS_KEPT


class TimerQueue(TimerHolder):
    """The timers of one scheduler. Adding and taking are O(log n), cancelling is O(1) amortised."""

    __slots__ = ("_added", "_cancelled", "_count", "_heap", "_times")

    def __init__(self) -> None:
        self._heap: list[Any] = []
        self._times = times.make()
        self._added = 0
        self._cancelled = 0
        self._count = 0  # of the heap, the cancelled ones included

    def __dealloc__(self) -> None:
        times.free(self._times)

    def size(self) -> int:
        """How many wait, the cancelled ones not counted."""
        return self._count - self._cancelled

    def add(self, timer: Timer) -> None:
        """Put a timer in."""
        self._added += 1
        timer._order = self._added
        timer._holder = self
        self._times = times.fit(self._times, self._count + 1)
        self._heap.append(timer)
        self._rise(self._count, timer)
        self._count += 1

    def forget(self, timer: Timer) -> None:
        """Take note that `timer`, which is in here, was cancelled."""
        items = self._heap
        timer._holder = None
        if items[self._count - 1] is timer:
            items.pop()
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
                return times.read(self._times, 0)
            self._remove_first()
            self._cancelled -= 1
        return inf

    def take_due(self, now: float) -> Timer | None:
        """Remove and return the earliest timer whose deadline is not after `now`."""
        deadline = self.next_deadline()
        if self._count == 0 or not deadline <= now:
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
        """Make the heap anew of those that are not cancelled."""
        kept = [timer for timer in self._heap if not timer._cancelled]
        self._heap = []
        self._cancelled = self._count = 0
        for timer in kept:
            self._heap.append(timer)
            self._rise(self._count, timer)
            self._count += 1

    def _remove_first(self) -> Timer:
        """Remove and return the first; the last fills the gap it leaves."""
        items = self._heap
        self._count -= 1
        if not self._count:
            return items.pop()  # type: ignore[no-any-return]
        last: Timer = items[self._count]
        first: Timer = heap.lift(items, 0)
        heap.drop_last(items)
        self._sink(last)
        return first

    def _rise(self, index: int, timer: Timer) -> None:
        """Put `timer` at `index`, or where it belongs on the way up from there."""
        items = self._heap
        time = timer._deadline
        while index:
            parent = (index - 1) >> 2
            parent_time = times.read(self._times, parent)
            if time > parent_time or (time == parent_time and not _is_older(timer, items[parent])):
                break
            heap.move(items, index, parent)
            times.write(self._times, index, parent_time)
            index = parent
        heap.place(items, index, timer)
        times.write(self._times, index, time)

    def _sink(self, timer: Timer) -> None:
        """Put `timer` at the top, or where it belongs on the way down from there."""
        items = self._heap
        time = timer._deadline
        index = 0
        while 4 * index + 1 < self._count:
            child = self._first_child(4 * index + 1)
            child_time = times.read(self._times, child)
            if time < child_time or (time == child_time and _is_older(timer, items[child])):
                break
            heap.move(items, index, child)
            times.write(self._times, index, child_time)
            index = child
        heap.place(items, index, timer)
        times.write(self._times, index, time)

    def _first_child(self, child: int) -> int:
        """Of the up to four siblings from `child` on, the one that is due first."""
        best = child
        best_time = times.read(self._times, child)
        end = min(child + 4, self._count)
        for other in range(child + 1, end):
            time = times.read(self._times, other)
            if time < best_time or (time == best_time and _is_older(self._heap[other], self._heap[best])):
                best = other
                best_time = time
        return best


def _is_older(one: Timer, other: Timer) -> bool:
    return one._order < other._order
