# cython: boundscheck=False, wraparound=False
"""What is ready to run, first in, first out, taken in batches.

A batch is what was ready when it began; what becomes ready meanwhile waits for the next. A runnable that raises, or that
runs the queue itself (a nested run of the loop), loses nothing: the rest of the batch is taken up where it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.native import batch

if TYPE_CHECKING:
    from plait.schedule.runnable import Runnable


class ReadyQueue:
    """Two lists that take turns: one is run, the other one filled."""

    __slots__ = ("_batch", "_end", "_incoming", "_position")

    def __init__(self) -> None:
        self._incoming: list[Any] = []
        self._batch: list[Any] = []
        self._position = 0
        self._end = 0

    def push(self, runnable: Runnable) -> None:
        """Add a runnable at the end; callable from a signal handler."""
        self._incoming.append(runnable)

    def size(self) -> int:
        """How many wait."""
        return len(self._incoming) + self._end - self._position

    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return self._position == self._end and len(self._incoming) == 0

    def begin(self) -> int:
        """Make a batch of what is ready now, unless some of the last is left, and return its size."""
        if self._position == self._end:
            self._incoming, self._batch = self._batch, self._incoming
            self._end = len(self._batch)
        return self._end - self._position

    def take(self) -> Runnable:
        """Remove and return the next of the batch, which must have one: the one place that decides who runs next."""
        position = self._position
        runnable = batch.take(self._batch, position)
        self._position = position + 1
        if self._position == self._end:
            self._position = self._end = 0
            batch.empty(self._batch)
        return runnable  # type: ignore[no-any-return]

    def run_batch(self) -> int:
        """Run one batch and return how many ran."""
        count = self.begin()
        while self._position != self._end:
            self.take().run()
        return count

    def clear(self) -> None:
        """Drop all that waits."""
        self._incoming.clear()
        self._batch.clear()
        self._position = self._end = 0
