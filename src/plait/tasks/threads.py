"""From coroutines to threads and back, in asyncio's vocabulary."""

from __future__ import annotations

import asyncio
import concurrent.futures
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any

from plait.base.errors import SelfDeadlock
from plait.schedule import foreign
from plait.tasks import coroutine_kinds
from plait.tasks.spawn import ensure_future

if TYPE_CHECKING:
    from collections.abc import Callable


async def to_thread(func: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """The result of ``func(*args, **kwargs)``, called in a thread with this context. See `asyncio.to_thread`."""
    call = partial(copy_context().run, func, *args, **kwargs)
    return await foreign.current_loop().run_in_executor(None, call)


def run_coroutine_threadsafe(coro: Any, loop: Any) -> concurrent.futures.Future[Any]:
    """Run `coro` on `loop`, from another thread; the future is for that thread. See `asyncio`."""
    if not coroutine_kinds.is_coroutine(coro):
        raise TypeError(f"A coroutine object is required, got {coro!r}{coroutine_kinds.hint(coro)}")
    crossing = _Crossing(coro, loop)
    loop.call_soon_threadsafe(crossing.begin)
    return crossing.outcome


class LoopBoundFuture(concurrent.futures.Future[Any]):
    """A future for other threads than that of the loop which will settle it: there, waiting for it raises SelfDeadlock."""

    def __init__(self, loop: Any) -> None:
        super().__init__()
        self._loop = loop

    def result(self, timeout: float | None = None) -> Any:
        """As `concurrent.futures.Future.result`."""
        self._must_not_block(timeout)
        return super().result(timeout)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """As `concurrent.futures.Future.exception`."""
        self._must_not_block(timeout)
        return super().exception(timeout)

    def _must_not_block(self, timeout: float | None) -> None:
        if timeout == 0 or self.done() or not foreign.runs_here(self._loop):
            return
        raise SelfDeadlock(
            "this thread runs the loop that is to settle the future: waiting here would last for ever. "
            "Await it (asyncio.wrap_future(future), or the coroutine itself), or wait in another thread"
        )


class _Crossing:
    """A coroutine in the loop, and the future that another thread holds for it."""

    __slots__ = ("_coro", "_loop", "_task", "outcome")

    def __init__(self, coro: Any, loop: Any) -> None:
        self._coro = coro
        self._loop = loop
        self._task: Any = None
        self.outcome = LoopBoundFuture(loop)

    def begin(self) -> None:
        """Called by the loop."""
        try:
            self._task = ensure_future(self._coro, loop=self._loop)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            if self.outcome.set_running_or_notify_cancel():
                self.outcome.set_exception(error)
            raise
        self._task.add_done_callback(self._end)
        self.outcome.add_done_callback(self._cancelled)

    def _end(self, task: Any) -> None:
        if task.cancelled():
            self.outcome.cancel()
        if not self.outcome.set_running_or_notify_cancel():
            return
        error = task.exception()
        if error is None:
            self.outcome.set_result(task.result())
        else:
            self.outcome.set_exception(error)

    def _cancelled(self, outcome: concurrent.futures.Future[Any]) -> None:
        """Called by the thread that cancels, or at the end."""
        if not outcome.cancelled() or self._task.done() or self._loop.is_closed():
            return
        if asyncio._get_running_loop() is self._loop:
            self._task.cancel()
        else:
            self._loop.call_soon_threadsafe(self._task.cancel)
