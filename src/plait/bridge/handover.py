"""Items from any threads to one coroutine, through a bounded buffer."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from typing import Any

from plait.base import limits
from plait.bridge import ignored_counts as ignored
from plait.schedule import foreign

FULL = object()
"""What `put_nowait` returns instead of taking the item."""


class Handover:
    """The buffer. An `RLock` guards it, since signal handlers and finalizers may put in the midst of a put."""

    def __init__(self, places: int, resume_at: int) -> None:
        if places < 1:
            raise ValueError(f"a buffer needs room for one item at least, not for {places}")
        self._places = places
        self._resume_at = resume_at  # a full buffer takes items again when it holds so many
        self._items: deque[Any] = deque()
        self._lock = threading.RLock()
        self._room = threading.Condition(self._lock)
        self._loop = foreign.current_loop()
        self._waiter: Any = None
        self._error: BaseException | None = None
        self._ended = False
        self._closed = False  # nobody reads any more
        self.is_over = False
        """Whether the reader was told of the end."""
        self.dropped = 0

    # From any thread.

    def put_nowait(self, item: Any) -> Any:
        """Put it; FULL if there is no room. What comes after the end is counted and forgotten."""
        with self._lock:
            if self._ended:
                self._drop()
                return None
            if len(self._items) >= self._places:
                return FULL
            self._items.append(item)
        self._wake()
        return None

    def put_waiting(self, item: Any) -> bool:
        """Put it as soon as there is room; returns False if nobody reads any more."""
        with self._lock:
            if len(self._items) >= self._places:
                while len(self._items) > self._resume_at and not self._closed:
                    self._room.wait(limits.LOOP_LOOK_SECONDS)
                    self._closed = self._closed or self._loop.is_closed()
            if self._closed or self._ended:
                self._drop()
                return False
            self._items.append(item)
        self._wake()
        return True

    def put_dropping_oldest(self, item: Any) -> None:
        """Put it; the one that has waited longest makes room."""
        with self._lock:
            if self._ended:
                self._drop()
                return
            if len(self._items) >= self._places:
                self._items.popleft()
                self._drop()
            self._items.append(item)
        self._wake()

    def drop(self) -> None:
        """Count an item that was not put."""
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        self.dropped += 1
        ignored.count("events")

    def end(self, error: BaseException | None = None) -> None:
        """No more items; the reader gets those that are here, then `error`, or the end."""
        with self._lock:
            if self._ended:
                return
            self._ended = True
            self._error = error
        self._wake()

    def close(self) -> None:
        """Nobody reads any more: forget what is here, and let go of who waits for room, or in another task for an item."""
        with self._lock:
            self._ended = True
            self._error = None
            for _ in self._items:
                self._drop()
            self._items.clear()
            self.refuse()
        self._wake()

    def refuse(self) -> None:
        """Let go of who waits for room, and take no more."""
        with self._lock:
            self._closed = True
            self._room.notify_all()

    def _wake(self) -> None:
        with self._lock:
            waiter, self._waiter = self._waiter, None
        if waiter is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed, and nobody waits
                self._loop.call_soon_threadsafe(_settle, waiter)

    # On the loop.

    async def get(self) -> Any:
        """The next item; raises the error at the end, or StopAsyncIteration."""
        while True:
            with self._lock:
                if self._items:
                    item = self._items.popleft()
                    if len(self._items) <= self._resume_at:
                        self._room.notify_all()
                    return item
                if self._ended:
                    error, self._error = self._error, None
                    self.is_over = True
                    raise StopAsyncIteration if error is None else error
                if self._waiter is not None:
                    raise RuntimeError(
                        "two tasks wait for the next item of one iterator: let one of them read for both"
                    )
                waiter = self._waiter = self._loop.create_future()
                if self._items or self._ended:  # a signal handler was here, too
                    self._waiter = None
                    continue
            try:
                await waiter
            finally:
                self._waiter = None if self._waiter is waiter else self._waiter


def _settle(waiter: Any) -> None:
    if not waiter.done():
        waiter.set_result(None)
