"""Make a task of a coroutine."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from plait.native import pool
from plait.schedule import foreign
from plait.tasks import awaiting, coroutine_kinds
from plait.tasks.task import Task

if TYPE_CHECKING:
    from contextvars import Context

    from plait.schedule.scheduler import Scheduler


_FACTORIES_TAKE_NAMES = sys.version_info >= (3, 14)


def spawn(
    scheduler: Scheduler, coro: Any, name: Any = None, context: Context | None = None, eager_start: bool = False
) -> Task:
    """A new task of plait's on `scheduler`."""
    task = pool.new(Task)
    task.prepare(scheduler, coro, name, context)
    task.start(eager_start)
    return task


def spawn_by_factory(
    loop: Any, factory: Any, coro: Any, name: Any = None, context: Context | None = None, eager_start: Any = None
) -> Any:
    """What ``factory(loop, coro, **options)`` makes; options that were not given are not passed."""
    options: dict[str, Any] = {}
    if context is not None:
        options["context"] = context
    if eager_start is not None:
        options["eager_start"] = eager_start
    if name is not None and _FACTORIES_TAKE_NAMES:
        options["name"] = name
    task = factory(loop, coro, **options)
    if name is not None and not _FACTORIES_TAKE_NAMES:
        task.set_name(name)
    return task


def create_task(coro: Any, *, name: Any = None, context: Context | None = None, eager_start: Any = None) -> Any:
    """Run `coro` concurrently, on the running loop. See `asyncio.create_task`."""
    return create_task_on(foreign.current_scheduler(), coro, name, context, eager_start)


def create_task_on(scheduler: Scheduler, coro: Any, name: Any, context: Context | None, eager_start: Any) -> Any:
    """``loop.create_task(…)``, without the call where that is known to make plait's own task."""
    if scheduler._plain and not scheduler._closed:
        return spawn(scheduler, coro, name, context, bool(eager_start))
    options: dict[str, Any] = {}
    if name is not None:
        options["name"] = name
    if context is not None:
        options["context"] = context
    if eager_start is not None:
        options["eager_start"] = eager_start
    return scheduler.loop().create_task(coro, **options)


def ensure_future(coro_or_future: Any, *, loop: Any = None) -> Any:
    """The future itself, or a task that awaits the awaitable. See `asyncio.ensure_future`."""
    awaitable = coro_or_future
    if asyncio.isfuture(awaitable):
        if loop is not None and loop is not awaitable.get_loop():
            raise ValueError("The future belongs to a different loop than the one specified as the loop argument")
        return awaitable
    is_coroutine = coroutine_kinds.is_coroutine(awaitable)
    if not is_coroutine:
        if not isinstance(awaitable, Awaitable):
            raise TypeError(
                f"An asyncio.Future, a coroutine or an awaitable is required, got {awaitable!r}{coroutine_kinds.hint(awaitable)}"
            )
        awaitable = awaiting.await_it(awaitable)
    try:
        return foreign.choose_loop(loop).create_task(awaitable)
    except RuntimeError:
        awaitable.close()  # it will not be awaited, and need not be warned of
        raise
