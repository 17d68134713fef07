"""Where the calls of a map are made: each engine starts a call, stops it as far as its world can, and tells the end."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
from typing import TYPE_CHECKING, Any

from plait.base.errors import WorkLost

if TYPE_CHECKING:
    from collections.abc import Callable

    from plait.bridge.mapping.call import Call
    from plait.bridge.mapping.crossing import Crossing


class Engine:
    """The contract. `depth`: how many calls it may have at a time."""

    depth: int

    def open(self, crossing: Crossing) -> None:
        """Called in the running loop before the first call; each call that has ended is sent over `crossing`."""
        raise NotImplementedError

    def start(self, call: Call) -> None:
        """Begin to make the call. May raise: that is the call's error then."""
        raise NotImplementedError

    def take(self, call: Call) -> None:
        """Set `call.result` or `call.error`; in the loop, after its end."""
        raise NotImplementedError

    def stop(self, call: Call) -> None:
        """End the call, as far as that can be done."""
        call.work.cancel()

    def close(self) -> None:
        """No more calls come; those that were stopped may still run."""

    async def wait_closed(self) -> None:
        """Wait for what was stopped, where that ends soon for sure."""


class ExecutorEngine(Engine):
    """Any `concurrent.futures.Executor`; one of threads gets the context variables too."""

    def __init__(self, executor: concurrent.futures.Executor, fn: Any, depth: int) -> None:
        self._executor = executor
        self._fn = fn
        self.depth = depth
        self._context: contextvars.Context | None = None

    def open(self, crossing: Crossing) -> None:
        self._ended = crossing.send
        if isinstance(self._executor, concurrent.futures.ThreadPoolExecutor):
            self._context = contextvars.copy_context()

    def start(self, call: Call) -> None:
        if self._context is None:
            future = self._executor.submit(self._fn, call.item)
        else:
            future = self._executor.submit(self._context.copy().run, self._fn, call.item)
        call.work = future
        future.add_done_callback(lambda _: self._ended(call))

    def take(self, call: Call) -> None:
        take_outcome(call, call.work, self._lost)

    def _lost(self) -> WorkLost:
        return WorkLost("the executor has cancelled the call: it was shut down while the map was under way")


def take_outcome(call: Call, future: Any, lost: Callable[[], Exception]) -> None:
    """Of any future or task that is done. Nobody but the map may cancel it, so a cancellation is an error."""
    if future.cancelled():
        call.error = lost()
    else:
        call.error = future.exception()
        call.result = None if call.error is not None else future.result()


class TaskEngine(Engine):
    """A coroutine function, on the loop itself."""

    def __init__(self, fn: Any, depth: int) -> None:
        self._fn = fn
        self.depth = depth
        self._stopped: list[asyncio.Task[Any]] = []

    def open(self, crossing: Crossing) -> None:
        self._loop = asyncio.get_running_loop()
        self._ended = crossing.send_in_loop

    def start(self, call: Call) -> None:
        call.work = self._loop.create_task(self._fn(call.item))
        call.work.add_done_callback(lambda _: self._ended(call))

    def take(self, call: Call) -> None:
        take_outcome(call, call.work, self._lost)

    def _lost(self) -> WorkLost:
        return WorkLost("the task of the item was cancelled, and not by the map")

    def stop(self, call: Call) -> None:
        call.work.cancel()
        self._stopped.append(call.work)

    async def wait_closed(self) -> None:
        if self._stopped:
            await asyncio.wait(self._stopped)
