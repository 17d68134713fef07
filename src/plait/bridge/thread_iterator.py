"""An iterator that blocks, as an asynchronous one: a thread reads ahead."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

from plait.base import limits
from plait.bridge import worker_pool
from plait.bridge.handover import Handover
from plait.bridge.thread_call import thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType


def async_iter_in_thread(
    iterable: Iterable[Any] | Callable[[], Iterable[Any]],
    *,
    read_ahead: int = limits.READ_AHEAD_ITEMS,
    limiter: Any = None,
) -> ThreadIterator:
    """Iterate over `iterable` (a file, a cursor) in a worker thread: ``async for row in async_iter_in_thread(rows):``.

    iterable: or a function that makes one, which is called in that thread, where all of it happens: a generator is closed
    there, too. read_ahead: items that may wait to be read. limiter: as of `thread`. What the iterator raises is raised after
    the items before it. ``async with`` or ``aclose()`` ends it early and waits for the thread; a cancelled ``__anext__`` loses
    nothing, and the iteration can go on.
    """
    if not callable(iterable) and not hasattr(iterable, "__iter__"):
        raise TypeError(f"an iterable is needed, or a function that makes one; got {iterable!r}")
    return ThreadIterator(iterable, Handover(read_ahead, read_ahead // 2), limiter)


class ThreadIterator:
    """``async_iter_in_thread(iterable)``."""

    def __init__(self, iterable: Any, handover: Handover, limiter: Any) -> None:
        self._handover = handover
        self._limiter = limiter
        self._iterable = iterable
        self._task: asyncio.Task[None] | None = None

    def __aiter__(self) -> ThreadIterator:
        return self

    async def __anext__(self) -> Any:
        if self._task is None:
            self._begin()
        try:
            return await self._handover.get()
        except asyncio.CancelledError:
            raise
        except BaseException:
            if self._handover.is_over:  # or this task is a second reader, which is refused at once
                await self._wait_for_end()
            raise

    def _begin(self) -> None:
        iterable, self._iterable = self._iterable, None
        work = _drive(iterable, self._handover, self._limiter)
        self._task = self._handover._loop.create_task(work)

    async def aclose(self) -> None:
        """End it; returns when the thread has let go of the iterator."""
        self._handover.close()
        await self._wait_for_end()

    async def _wait_for_end(self) -> None:
        if self._task is not None and not self._task.done():
            await asyncio.wait([self._task])

    async def __aenter__(self) -> ThreadIterator:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def __del__(self) -> None:
        if not sys.is_finalizing() and getattr(self, "_task", None) is not None:
            self._handover.close()  # the thread finds out, and ends


async def _drive(iterable: Any, handover: Handover, limiter: Any) -> None:
    """The task that stands for the thread."""
    try:
        await thread(_pump, iterable, handover, limiter=limiter)
    except asyncio.CancelledError:
        handover.end(asyncio.CancelledError("the task that read ahead was cancelled"))
        raise
    except BaseException as error:
        handover.end(error)
    else:
        handover.end()


def _pump(iterable: Any, handover: Handover) -> None:
    """In the worker: everything that touches the iterator."""
    worker_pool.call_on_cancel(handover.refuse)
    items = iter(iterable) if hasattr(iterable, "__iter__") else iter(iterable())
    try:
        for item in items:
            if not handover.put_waiting(item):
                return
    finally:
        close = getattr(items, "close", None)
        if close is not None and items is not iterable:
            close()
