"""From a thread to the loop: run a coroutine there, or call a function there, and wait for the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.bridge import crossing, worker_pool
from plait.bridge.thread_call import check_cancelled as check_cancelled

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Awaitable, Callable

__all__ = ["call", "check_cancelled", "run"]


def run(async_function: Callable[..., Awaitable[Any]], /, *args: Any, loop: AbstractEventLoop | None = None) -> Any:
    """The result of ``await async_function(*args)`` on the loop, awaited there in a copy of this thread's context.

    loop: None in a worker of `bridge.thread`, whose loop it is. If the await of that worker is cancelled, so is this one.
    """
    return _cross(loop, async_function, args, True)


def call(function: Callable[..., Any], /, *args: Any, loop: AbstractEventLoop | None = None) -> Any:
    """The result of ``function(*args)``, called on the loop. See `run`."""
    return _cross(loop, function, args, False)


def _cross(loop: Any, function: Any, args: tuple[Any, ...], awaits: bool) -> Any:
    if not callable(function):
        raise TypeError(f"a function is needed that the loop can call, got {function!r}")
    job = worker_pool.current_job()
    if loop is not None:
        return crossing.cross(loop, function, args, awaits)
    if job is None:
        raise RuntimeError(
            "this thread was not started by bridge.thread(), so that no loop belongs to it: give loop=, or use a Portal"
        )
    return worker_pool.cross_from(job, function, args, awaits)
