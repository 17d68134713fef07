"""Wait for an awaitable where nothing can be awaited."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from plait.api.runner import run
from plait.base.errors import SelfDeadlock
from plait.bridge import crossing, worker_pool
from plait.schedule import foreign
from plait.schedule.scheduler import Scheduler
from plait.tasks import coroutine_kinds

if TYPE_CHECKING:
    from collections.abc import Awaitable


def block_on(awaitable: Awaitable[Any]) -> Any:
    """The result of `awaitable`, from a function that is not asynchronous.

    In plain code it runs on a loop of its own; in a worker of `bridge.thread` on the loop of that; a future or a task on the
    loop it belongs to. Under a running loop of plait's, that loop turns on inside the call; a stock loop cannot, and stands
    still while another one runs the awaitable: `SelfDeadlock` if that belongs to the standing loop.
    """
    if not hasattr(awaitable, "__await__"):
        raise TypeError(f"an awaitable is needed, got {awaitable!r}{coroutine_kinds.hint(awaitable)}")
    if asyncio.isfuture(awaitable) and not awaitable.done():
        return _wait_for_future(awaitable)
    job = worker_pool.current_job()
    if job is not None and asyncio._get_running_loop() is None:
        return worker_pool.cross_from(job, _itself, (awaitable,), True)
    return run(awaitable)


def _wait_for_future(future: Any) -> Any:
    """On its own loop, which may run in this thread, in another, or not at all."""
    home = future.get_loop()
    is_here = foreign.runs_here(home)
    if is_here and not isinstance(home, Scheduler):
        raise SelfDeadlock(
            f"{future!r} belongs to the loop that this thread runs, which stands still while the thread waits: await it, "
            "call this function by bridge.thread(), or run the program on plait's loop, which can turn inside a call"
        )
    if home.is_running() and not is_here:
        return crossing.cross(home, _itself, (future,), True)
    return home.run_until_complete(future)


def _itself(awaitable: Any) -> Any:
    return awaitable
