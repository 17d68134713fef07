"""``run_in_executor`` and what belongs to it."""

from __future__ import annotations

import asyncio
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from plait.loop.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor


class DefaultExecutor:
    """The executor for calls that name none: plait's own threads until another is set."""

    def __init__(self) -> None:
        self._workers: Workers | None = None
        self._chosen: ThreadPoolExecutor | None = None
        self._shut_down = False

    def submit(self, loop: Any, executor: Executor | None, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        """A future of `loop` for ``function(*args)``, run by `executor`."""
        if executor is None:
            if self._shut_down:
                raise RuntimeError("Executor shutdown has been called")
            if self._chosen is None:
                return self._own(loop).submit(function, args)
            executor = self._chosen
        if not hasattr(executor, "submit"):
            raise TypeError(
                f"run_in_executor() takes an executor (or None for the default one) first, not {executor!r}"
            )
        return wrap_future(executor.submit(function, *args), loop)

    def choose(self, executor: ThreadPoolExecutor) -> None:
        """Use `executor` from now on."""
        if not isinstance(executor, ThreadPoolExecutor):
            raise TypeError("executor must be ThreadPoolExecutor instance")
        self._chosen = executor

    def _own(self, loop: Any) -> Workers:
        if self._workers is None:
            self._workers = Workers(loop)
        return self._workers

    async def shut_down(self, loop: Any, timeout: float | None) -> None:
        """Wait for the jobs under way, at most `timeout` seconds, and accept no more."""
        self._shut_down = True
        ended = loop.create_future()
        if self._workers is None and self._chosen is None:
            return
        joiner = threading.Thread(target=self._join, args=(loop, ended), daemon=True)
        joiner.start()
        try:
            async with asyncio.timeout(timeout):
                await ended
        except TimeoutError:
            warnings.warn(
                f"The executor did not finishing joining its threads within {timeout} seconds.",
                RuntimeWarning,
                stacklevel=2,
            )
            self.stop()
        else:
            joiner.join()

    def _join(self, loop: Any, ended: asyncio.Future[None]) -> None:
        try:
            if self._chosen is not None:
                self._chosen.shutdown(wait=True)
            workers = self._workers
            if workers is not None:
                workers.stop()
                workers.join()
        except BaseException as error:
            _tell(loop, ended, ended.set_exception, error)
        else:
            _tell(loop, ended, ended.set_result, None)

    def go_on_apart(self) -> None:
        """In a forked child, where the threads of the parent are not: have threads of its own."""
        self._workers = None

    def stop(self) -> None:
        """Accept no more jobs, and wait for nothing."""
        self._shut_down = True
        if self._chosen is not None:
            self._chosen.shutdown(wait=False)
        if self._workers is not None:
            self._workers.stop()

    def close(self) -> None:
        """`stop`, and let go of the threads, which know the loop."""
        self.stop()
        self._workers = None


def _tell(loop: Any, ended: asyncio.Future[None], settle: Callable[[Any], Any], outcome: Any) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(lambda: None if ended.done() else settle(outcome))


def wrap_future(future: Any, loop: Any) -> Any:
    """A future of `loop` that follows a `concurrent.futures.Future`."""
    return asyncio.wrap_future(future, loop=loop)
