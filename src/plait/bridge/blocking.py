"""Wait for an awaitable where nothing can be awaited."""

from __future__ import annotations

import asyncio
import threading
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from plait.api.runner import run
from plait.base.errors import SelfDeadlock
from plait.bridge import crossing, worker_pool
from plait.schedule import foreign
from plait.schedule.foreign import ForeignScheduler
from plait.tasks import awaiting, coroutine_kinds

if TYPE_CHECKING:
    from collections.abc import Awaitable


def block_on(awaitable: Awaitable[Any]) -> Any:
    """The result of `awaitable`, from a function that is not asynchronous.

    In plain code it runs on a loop of its own; in a worker of `bridge.thread` on the loop of that; a future or a task on the
    loop it belongs to. Under a running loop of plait's, that loop turns on inside the call; a stock loop cannot, and stands
    still while a loop in a helper thread runs the awaitable: `SelfDeadlock` if it belongs to the standing loop.
    """
    if not hasattr(awaitable, "__await__"):
        raise TypeError(f"an awaitable is needed, got {awaitable!r}{coroutine_kinds.hint(awaitable)}")
    home = awaitable.get_loop() if asyncio.isfuture(awaitable) else None
    here = asyncio._get_running_loop()
    if home is not None and foreign.scheduler_of(home).is_running_here():
        here = home
    if here is not None and (home is None or home is here):
        return _block_under(here, awaitable, home)
    if home is not None:
        return _wait_for_other(home, awaitable)
    job = worker_pool.current_job()
    if job is not None:
        return worker_pool.cross_from(job, _itself, (awaitable,), True)
    return run(awaitable)


def _itself(awaitable: Any) -> Any:
    return awaitable


def _wait_for_other(home: Any, future: Any) -> Any:
    """A future of a loop that does not run in this thread."""
    if home.is_running():
        return crossing.cross(home, _itself, (future,), True)
    return home.run_until_complete(future)


def _block_under(loop: Any, awaitable: Any, home: Any) -> Any:
    scheduler = foreign.scheduler_of(loop)
    if not isinstance(scheduler, ForeignScheduler):
        return loop.run_until_complete(awaitable)
    if home is not None:
        raise SelfDeadlock(
            f"{awaitable!r} belongs to the loop that this thread runs, which stands still while the thread waits: await it, "
            "call this function by bridge.thread(), or run the program on plait's loop, which can turn inside a call"
        )
    return _run_aside(awaitable)


def _run_aside(awaitable: Any) -> Any:
    """On a loop of its own in a helper thread, with this context's variables."""
    outcome: list[Any] = []
    context = copy_context()

    def work() -> None:
        try:
            outcome.append((context.run(run, _as_coroutine(awaitable)), None))
        except BaseException as error:
            outcome.append((None, error))

    thread = threading.Thread(target=work, name="plait block_on")
    thread.start()
    thread.join()
    value, error = outcome.pop()
    if error is not None:
        raise error
    return value


def _as_coroutine(awaitable: Any) -> Any:
    return awaitable if coroutine_kinds.is_coroutine(awaitable) else awaiting.await_it(awaitable)
