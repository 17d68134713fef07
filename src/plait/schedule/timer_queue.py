"""Deadlines in order: a heap, in which cancelled timers stay until they come to the top or are swept.

Those of the same deadline come out in the order in which they were added.
"""

from __future__ import annotations

from math import inf
from typing import Any

from plait.base import limits
from plait.native import batch, heap
from plait.schedule.timer import Timer, TimerHolder

_CANCELLED_KEPT = limits.CANCELLED_TIMERS_KEPT
_CROWD = limits.CROWD


class TimerQueue(TimerHolder):
    """The timers of one scheduler. Adding and taking are O(log n), cancelling is O(1) amortised."""

    __slots__ = ("_added", "_cancelled", "_count", "_keys", "_surfaced", "_timers")

    def __init__(self) -> None:
        self._timers: list[Any] = []
        self._keys = heap.make()
        self._added = 0
        self._surfaced = 0  # how many had been added by the last `surface`
        self._cancelled = 0
        self._count = 0  # of the heap, the cancelled ones included

    def __dealloc__(self) -> None:
        heap.free(self._keys)

    def size(self) -> int:
        """How many wait, the cancelled ones not counted."""
        return self._count - self._cancelled

    def add(self, timer: Timer) -> None:
        """Put a timer in."""
        self._added += 1
        timer._order = self._added
        self._push(timer)
        timer._holder = self

    def forget(self, timer: Timer) -> None:
        """Take note that `timer`, which is in here, was cancelled."""
        timer._holder = None
        if self._timers[self._count - 1] is timer:
            self._count -= 1
            heap.pop_last(self._keys, self._timers)
            return
        self._cancelled += 1
        if self._cancelled > _CANCELLED_KEPT and self._cancelled * 2 > self._count:
            self._sweep()

    def next_deadline(self) -> float:
        """When the earliest timer is due; infinity when there is none."""
        while self._cancelled:
            first: Timer = self._timers[0]
            if not first._cancelled:
                break
            self._pop()
            self._cancelled -= 1
        return heap.first_time(self._keys) if self._count else inf

    def take_due(self, now: float) -> Timer | None:
        """Remove and return the earliest timer whose deadline is not after `now`."""
        if not self.next_deadline() <= now or not self._count:
            return None
        timer = self._pop()
        timer._holder = None
        return timer

    def take_crowd(self, now: float) -> list[Any]:
        """Remove and return all timers whose deadline is not after `now`, in order, cancelled ones among them.

        None of them, if so many others wait that to take them one by one costs less.
        """
        taken = heap.take_due(self._keys, self._timers, now)
        self._count -= len(taken)
        for index in range(len(taken)):
            timer = batch.look_at(taken, index)
            timer._holder = None
            if timer._cancelled:
                self._cancelled -= 1
        return taken

    def clear(self) -> None:
        """Drop all timers."""
        for timer in self._take_all():
            timer._holder = None

    def is_crowd(self) -> bool:
        """Whether many wait, most of them added since the last `surface`, so that the next costs no more than they did."""
        return self._count > _CROWD and self._is_mostly_new()

    def surface(self) -> None:
        """Show all to the garbage collector; it passes over none unless this was a crowd since the last time."""
        if self._is_mostly_new():
            for timer in self._timers:
                timer.surface()
        self._surfaced = self._added

    def _is_mostly_new(self) -> bool:
        return (self._added - self._surfaced) * 2 > self._count

    def _sweep(self) -> None:
        """Make the heap anew of those that are not cancelled."""
        for timer in self._take_all():
            if not timer._cancelled:
                self._push(timer)

    def _take_all(self) -> list[Any]:
        timers = self._timers
        self._timers = []
        self._cancelled = self._count = 0
        heap.free(self._keys)
        self._keys = heap.make()
        return timers

    def _push(self, timer: Timer) -> None:
        self._keys = heap.push(self._keys, self._timers, timer._deadline, timer._order, timer)
        self._count += 1

    def _pop(self) -> Timer:
        self._count -= 1
        return heap.pop(self._keys, self._timers)  # type: ignore[no-any-return]
