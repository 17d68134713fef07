"""Queues that give their items in another order than they came."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any

from plait.sync.queue import Queue


class PriorityQueue(Queue):
    """Gives the smallest item first. See `asyncio.PriorityQueue`."""

    def _init(self, maxsize: int) -> None:
        self._queue: Any = []

    def _get(self) -> Any:
        return heappop(self._queue)

    def _put(self, item: Any) -> None:
        heappush(self._queue, item)


class LifoQueue(Queue):
    """Gives the newest item first. See `asyncio.LifoQueue`."""

    def _init(self, maxsize: int) -> None:
        self._queue: Any = []

    def _get(self) -> Any:
        return self._queue.pop()

    def _put(self, item: Any) -> None:
        self._queue.append(item)
