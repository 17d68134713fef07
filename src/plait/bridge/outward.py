"""From a coroutine to code that knows callbacks, or `concurrent.futures`."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from plait.base.errors import CancelledError
from plait.schedule import failure, foreign
from plait.tasks import awaiting, coroutine_kinds
from plait.tasks.spawn import ensure_future
from plait.tasks.threads import LoopBoundFuture, run_coroutine_threadsafe

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable


def to_callback(
    awaitable: Awaitable[Any],
    on_result: Callable[[Any], object] | None = None,
    on_error: Callable[[BaseException], object] | None = None,
) -> asyncio.Future[Any]:
    """Run `awaitable` as a task, which is returned, and kept until it is done; then have the loop call one of the two.

    `on_error` gets the exception, CancelledError too. Without it an exception is reported, and a cancellation is none. What
    a callback raises is reported to the loop's exception handler. Only on the thread of a running loop.
    """
    for callback in (on_result, on_error):
        _check_callback(callback)
    future = ensure_future(awaitable, loop=_running_loop("to_callback"))
    _unfinished.add(future)
    future.add_done_callback(_Outcome(on_result, on_error))
    return future  # type: ignore[no-any-return]


def concurrent_future(awaitable: Awaitable[Any], *, loop: Any = None) -> LoopBoundFuture:
    """A `concurrent.futures.Future` that follows `awaitable`; cancelling it cancels that.

    loop: where it is awaited; None: on the running loop, whose own thread must not wait for the future (`SelfDeadlock`).
    """
    if loop is None:
        loop = _running_loop("concurrent_future")
    coro = awaitable if coroutine_kinds.is_coroutine(awaitable) else _followed(awaitable)
    return run_coroutine_threadsafe(coro, loop)  # type: ignore[return-value]


def _followed(awaitable: Any) -> Any:
    if not hasattr(awaitable, "__await__"):
        raise TypeError(f"an awaitable is needed, got {awaitable!r}{coroutine_kinds.hint(awaitable)}")
    return awaiting.await_it(awaitable)


def _running_loop(name: str) -> Any:
    try:
        return foreign.current_loop()
    except RuntimeError:
        fix = "give loop=" if name == "concurrent_future" else "call it by loop.call_soon_threadsafe()"
        raise RuntimeError(f"{name}() was called where no loop runs: {fix}, or use a Portal") from None


def _check_callback(callback: Any) -> None:
    if callback is None:
        return
    if not callable(callback):
        raise TypeError(f"a callback was expected, got {callback!r}")
    if coroutine_kinds.is_coroutine_function(callback):
        raise TypeError(
            f"{callback!r} is a coroutine function: as a callback it would do nothing; await in a coroutine instead"
        )
    if inspect.isgeneratorfunction(callback) or inspect.isasyncgenfunction(callback):
        raise TypeError(f"{callback!r} makes a generator: as a callback it would do nothing")


class _Outcome:
    """Calls one of the two."""

    __slots__ = ("_on_error", "_on_result")

    def __init__(self, on_result: Any, on_error: Any) -> None:
        self._on_result = on_result
        self._on_error = on_error

    def __call__(self, future: Any) -> None:
        _unfinished.discard(future)
        error = CancelledError() if future.cancelled() else future.exception()
        if error is None:
            _call(self._on_result, future.result(), future)
        elif self._on_error is not None:
            _call(self._on_error, error, future)
        elif not future.cancelled():
            message = "an awaitable given to to_callback() has failed, and there is no on_error"
            failure.report(future.get_loop(), message, exception=error, future=future)


def _call(callback: Any, argument: Any, future: Any) -> None:
    returned = None if callback is None else callback(argument)
    if returned is not None and coroutine_kinds.is_coroutine(returned):
        returned.close()
        message = f"{callback!r}, a callback of to_callback(), has made a coroutine that nobody awaits"
        failure.report(future.get_loop(), message, future=future)


_unfinished: set[Any] = set()
"""A stock loop would forget them: it holds its tasks weakly."""
