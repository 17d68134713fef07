"""Run a main coroutine on a loop of its own, and clean up after it."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
from typing import TYPE_CHECKING, Any

from plait.api.event_loop import new_event_loop
from plait.api.interrupts import Interrupts
from plait.base import limits
from plait.tasks import awaiting, coroutine_kinds
from plait.tasks.gather import gather

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from types import TracebackType


class Runner:
    """Several calls on one loop. See `asyncio.Runner`; the loop is plait's unless a factory makes another."""

    def __init__(
        self, *, debug: bool | None = None, loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    ) -> None:
        self._debug = debug
        self._factory = loop_factory
        self._loop: Any = None
        self._context: contextvars.Context | None = None
        self._closed = False

    def __enter__(self) -> Runner:
        self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _open(self) -> None:
        if self._closed:
            raise RuntimeError("Runner is closed: make a new one for each series of runs")
        if self._loop is not None:
            return
        if self._factory is None:
            self._loop = self._new_loop()
            asyncio.set_event_loop(self._loop)
        else:
            self._loop = self._factory()
        if self._debug is not None:
            self._loop.set_debug(self._debug)
        self._context = contextvars.copy_context()

    def _new_loop(self) -> Any:
        return new_event_loop()

    def get_loop(self) -> Any:
        """The loop."""
        self._open()
        return self._loop

    def run(
        self, coro: Coroutine[Any, Any, Any] | Awaitable[Any], *, context: contextvars.Context | None = None
    ) -> Any:
        """Run `coro` to its end and return its result. Ctrl+C cancels it; a second Ctrl+C interrupts at once."""
        coro = as_coroutine(coro)
        if asyncio._get_running_loop() is not None:
            coro.close()
            raise RuntimeError("Runner.run() cannot be called from a running event loop")
        self._open()
        task = self._loop.create_task(coro, context=self._context if context is None else context)
        return self._run_interruptibly(task)

    def _run_interruptibly(self, task: Any) -> Any:
        interrupts = Interrupts(self._loop)
        interrupts.begin(task)
        try:
            return self._run_until_done(task, interrupts)
        finally:
            interrupts.end()

    def _run_until_done(self, task: Any, interrupts: Interrupts) -> Any:
        try:
            return self._loop.run_until_complete(task)
        except asyncio.CancelledError:
            if interrupts.have_cancelled(task):
                raise KeyboardInterrupt from None
            raise

    def close(self) -> None:
        """Cancel what is left, close async generators, wait for the default executor, close the loop.

        Raises RuntimeError while the loop runs, and changes nothing then.
        """
        loop = self._loop
        if loop is None:  # it was closed before, or has not begun and still can
            return
        if loop.is_running() is True:  # not what a mock answers
            raise RuntimeError("Cannot close a running event loop")
        self._closed = True
        try:
            _cancel_all_tasks(loop)
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(_executor_shutdown(loop))
        finally:
            if self._factory is None:
                asyncio.set_event_loop(None)
            loop.close()
            self._loop = None


def run(
    main: Coroutine[Any, Any, Any] | Awaitable[Any],
    *,
    debug: bool | None = None,
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None,
    nested: bool = True,
) -> Any:
    """Run `main` and return its result: on a new loop, see `asyncio.run`, or on plait's if one runs here already.

    Then the running loop goes on until `main` is done, with all its other tasks. A running loop of another kind waits, and
    with it its tasks, as it does with a `loop_factory`. With ``nested=False`` a running loop is an error, as in asyncio.
    """
    if asyncio._get_running_loop() is None:
        with Runner(debug=debug, loop_factory=loop_factory) as runner:
            return runner.run(main)
    if nested:
        from plait.api import nested_run

        return nested_run.run(main, debug, loop_factory)
    if coroutine_kinds.is_coroutine(main):
        main.close()  # type: ignore[union-attr]
    raise RuntimeError("run() cannot be called from a running event loop: await the coroutine instead")


def as_coroutine(awaitable: Any) -> Coroutine[Any, Any, Any]:
    """`awaitable` itself, or a coroutine that awaits it."""
    if coroutine_kinds.is_coroutine(awaitable):
        return awaitable  # type: ignore[no-any-return]
    if inspect.isawaitable(awaitable):
        return awaiting.await_it(awaitable)
    raise TypeError(f"a coroutine or an awaitable is required, got {awaitable!r}{coroutine_kinds.hint(awaitable)}")


def _executor_shutdown(loop: Any) -> Any:
    try:
        return loop.shutdown_default_executor(limits.EXECUTOR_JOIN_SECONDS)
    except TypeError:  # a loop of before Python 3.12 knows no timeout
        return loop.shutdown_default_executor()


def _cancel_all_tasks(loop: Any) -> None:
    tasks = asyncio.all_tasks(loop)
    if not tasks:
        return
    for task in tasks:
        task.cancel()
    loop.run_until_complete(_wait_for_all(tasks))
    for task in tasks:
        if not task.cancelled() and task.exception() is not None:
            loop.call_exception_handler(
                {
                    "message": "unhandled exception during asyncio.run() shutdown",
                    "exception": task.exception(),
                    "task": task,
                }
            )


async def _wait_for_all(tasks: set[Any]) -> None:
    await gather(*tasks, return_exceptions=True)
