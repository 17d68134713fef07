"""Results in the order in which they come."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

from plait.base import numeric
from plait.schedule import foreign
from plait.tasks import coroutine_kinds
from plait.tasks.spawn import ensure_future

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable


def as_completed(fs: Iterable[Any], *, timeout: float | None = None) -> AsCompleted:
    """Iterate over awaitables as they finish; TimeoutError after `timeout` seconds. See `asyncio.as_completed`.

    ``async for`` gives the very tasks and futures that were passed; plain ``for`` gives coroutines to await.
    """
    if asyncio.isfuture(fs) or coroutine_kinds.is_coroutine(fs):
        raise TypeError(f"expected an iterable of awaitables, not {type(fs).__name__}")
    numeric.must_be_time(timeout, "as_completed")
    return AsCompleted(fs, timeout)


class AsCompleted:
    """The iterator, of both kinds."""

    def __init__(self, awaitables: Iterable[Any], timeout: float | None) -> None:
        self._loop = foreign.choose_loop()
        self._missing = {ensure_future(awaitable, loop=self._loop) for awaitable in set(awaitables)}
        self._left = len(self._missing)
        self._done: deque[Any] = deque()
        self._waiting: deque[Any] = deque()
        self._alarm = None
        for future in self._missing:
            future.add_done_callback(self._arrived)
        if self._missing and timeout is not None:
            self._alarm = self._loop.call_later(timeout, self._timed_out)

    def __iter__(self) -> AsCompleted:
        return self

    def __next__(self) -> Coroutine[Any, Any, Any]:
        if self._left == 0:
            raise StopIteration
        self._left -= 1
        return self._result_of_next()

    def __aiter__(self) -> AsCompleted:
        return self

    async def __anext__(self) -> Any:
        if self._left == 0:
            raise StopAsyncIteration
        self._left -= 1
        return await self._next()

    async def _result_of_next(self) -> Any:
        return (await self._next()).result()

    async def _next(self) -> Any:
        try:
            if not self._done:
                await self._wait()
        except BaseException:
            self._left += 1  # this one did not take its turn
            raise
        future = self._done.popleft()
        if future is None:
            self._done.append(None)  # time is up for whoever asks next, too
            raise TimeoutError
        return future

    async def _wait(self) -> None:
        waiter = self._loop.create_future()
        self._waiting.append(waiter)
        try:
            await waiter
        except BaseException:
            if waiter.done() and not waiter.cancelled():
                self._wake_one()
            else:
                self._waiting.remove(waiter)
            raise
        if not self._done:
            await self._wait()

    def _wake_one(self) -> None:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return

    def _arrived(self, future: Any) -> None:
        if future not in self._missing:
            return
        self._missing.remove(future)
        self._done.append(future)
        if not self._missing and self._alarm is not None:
            self._alarm.cancel()
        self._wake_one()

    def _timed_out(self) -> None:
        for future in self._missing:
            future.remove_done_callback(self._arrived)
        self._missing.clear()
        self._done.append(None)
        while self._waiting:
            self._wake_one()
