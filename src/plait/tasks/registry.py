"""Makes plait's tasks visible to ``asyncio.current_task()`` and ``asyncio.all_tasks()``.

asyncio keeps both in places of its own, which differ by version. The current tasks are a dictionary up to 3.13, and behind
functions in C from 3.14 on. All tasks are what a WeakSet yields, which is extended here once.
"""

from __future__ import annotations

import asyncio
import sys
import weakref
from asyncio import tasks as asyncio_tasks
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plait.schedule.scheduler import Scheduler

_HIDDEN = sys.version_info >= (3, 14)

_current_tasks: dict[Any, Any] = asyncio_tasks._current_tasks  # type: ignore[attr-defined]
_swap_current_task: Any = getattr(asyncio_tasks, "_swap_current_task", None)

_schedulers: set[weakref.ref[Scheduler]] = set()


def announce(loop: Any, task: Any) -> None:
    """Make `task` the current one of `loop`; None: no task is."""
    if _HIDDEN:
        _swap_current_task(loop, task)
    elif task is None:
        _current_tasks.pop(loop, None)
    else:
        _current_tasks[loop] = task


def forget_current(loop: Any) -> None:
    """In a forked child: the task that ran in this thread, on `loop`, runs in the parent."""
    asyncio._set_running_loop(loop)  # which has been forgotten already
    announce(loop, None)
    asyncio._set_running_loop(None)


def current(loop: Any) -> Any:
    """The task that runs now on `loop`, plait's or not, or None."""
    return asyncio_tasks.current_task(loop) if _HIDDEN else _current_tasks.get(loop)


def show_tasks_of(scheduler: Scheduler) -> None:
    """Have ``asyncio.all_tasks()`` list the tasks that `scheduler` holds."""
    _schedulers.add(weakref.ref(scheduler, _schedulers.discard))


def schedulers() -> list[Any]:
    """Every scheduler that has been shown and is alive."""
    return [scheduler for shown in list(_schedulers) if (scheduler := shown()) is not None]


class _AllTasks(weakref.WeakSet[Any]):
    """asyncio's own set of tasks, which yields those of every scheduler of plait's, too."""

    def __iter__(self) -> Iterator[Any]:
        yield from weakref.WeakSet.__iter__(self)
        for scheduler in schedulers():
            yield from scheduler.tasks()


class _Member:
    """No task of asyncio's, which would be kept elsewhere."""


def _set_of_all_tasks() -> weakref.WeakSet[Any]:
    """What ``asyncio.all_tasks()`` goes through; from 3.14 on only the weak reference to a member of it knows it."""
    if not _HIDDEN:
        name = "_scheduled_tasks" if hasattr(asyncio_tasks, "_scheduled_tasks") else "_all_tasks"
        return getattr(asyncio_tasks, name)  # type: ignore[no-any-return]
    member = _Member()
    asyncio_tasks._register_task(member)  # type: ignore[arg-type]
    forget_member: Any = weakref.getweakrefs(member)[0].__callback__
    asyncio_tasks._unregister_task(member)  # type: ignore[arg-type]
    return forget_member.__defaults__[0]()  # type: ignore[no-any-return]


_set_of_all_tasks().__class__ = _AllTasks


def current_task(loop: Any = None) -> Any:
    """The task that runs now on `loop` (the running one when None), or None. See `asyncio.current_task`."""
    return asyncio.current_task(loop)


def all_tasks(loop: Any = None) -> set[Any]:
    """The unfinished tasks of `loop` (the running one when None). See `asyncio.all_tasks`."""
    return asyncio.all_tasks(loop)
