"""`bridge.map`: one function over many items, wherever they are to be worked on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from plait.bridge.mapping.choose import engine_for
from plait.bridge.mapping.run import Run

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable, Iterable
    from types import TracebackType


def map(
    fn: Callable[[Any], Any],
    items: Iterable[Any] | AsyncIterable[Any],
    *,
    on: Any = None,
    limit: int | None = None,
    ordered: bool = True,
    progress: Any = None,
    retries: int = 0,
    return_exceptions: bool = False,
) -> Mapped:
    """An async iterator of ``fn(item)`` for each item, many at a time and in bounded memory.

    `on`: ``"threads"``, ``"processes"``, a `ProcessPool`, any Executor of `concurrent.futures`, or a Client of
    dask.distributed. None: threads, or the loop itself if `fn` is a coroutine function.
    `limit`: how many items are worked on at a time; twice as many results at most wait to be asked for, and items are taken no
    faster. `ordered`: results come in the order of the items; else as they are done.
    `progress`: True shows a bar (tqdm or rich), ``function(done, total)`` is called.
    `retries`: how often an item whose call fails, or whose worker dies, is tried again.

    An error ends the iteration and stops the rest; with `return_exceptions` it is a result. Cancelling the iteration, leaving
    ``async with``, `aclose()` and dropping the iterator stop the far work as far as its world can: what waits is not begun,
    processes are killed, threads and cluster workers finish the item that they are at.
    """
    if retries < 0:
        raise ValueError(f"retries must be 0 at least, not {retries!r}")
    if not hasattr(items, "__aiter__") and not hasattr(items, "__iter__") and not hasattr(items, "__getitem__"):
        raise TypeError(f"map() needs an iterable or an async iterable of items, got {items!r}")
    return Mapped(fn, items, on, limit, ordered, progress, retries, return_exceptions)


class Mapped:
    """What `map()` returns: ``async for`` it, or ``async with`` to be sure when it ends. Work begins when it is asked."""

    __slots__ = ("_arguments", "_is_over", "_return_exceptions", "_run")

    def __init__(
        self,
        fn: Any,
        items: Any,
        on: Any,
        limit: int | None,
        ordered: bool,
        progress: Any,
        retries: int,
        return_exceptions: bool,
    ) -> None:
        self._run: Run | None = None
        self._is_over = False
        self._return_exceptions = return_exceptions
        self._arguments: Any = (engine_for(on, fn, limit), items, ordered, retries, progress)

    def __aiter__(self) -> Mapped:
        return self

    async def __anext__(self) -> Any:
        run = self._run or self._begin()
        while (call := run.next_done()) is None:
            if run.is_over():
                self._end()
            try:
                await run.wait()
            except asyncio.CancelledError:
                self.stop()
                raise
        if call.error is None:
            return call.result
        if self._return_exceptions and isinstance(call.error, Exception):
            return call.error
        self.stop()
        call.error.add_note(call.described())
        raise call.error

    def _begin(self) -> Run:
        if self._arguments is None:
            raise RuntimeError("this map() was stopped before all its results were asked for: make another")
        arguments, self._arguments = self._arguments, None
        self._run = Run(*arguments)
        return self._run

    def _end(self) -> None:
        run = self._run
        assert run is not None
        if run.is_stopped and not self._is_over:
            raise RuntimeError("this map() was stopped before all its results were asked for: make another")
        self._is_over = True
        error = run.source_error()
        self.stop()
        if error is not None:
            raise error
        raise StopAsyncIteration

    def stop(self) -> None:
        """Stop the far work, and wait for nothing. In the loop's thread."""
        self._arguments = None
        if self._run is not None:
            self._run.stop()

    async def aclose(self) -> None:
        """`stop()`, and wait for what ends for sure: processes and tasks, not threads."""
        self.stop()
        if self._run is not None:
            await self._run.wait_stopped()

    async def __aenter__(self) -> Mapped:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def __del__(self) -> None:
        run = getattr(self, "_run", None)
        if run is not None and not run.is_stopped:
            run.stop_soon()
