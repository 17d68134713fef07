"""Makes plait's tasks visible to ``asyncio.current_task()`` and ``asyncio.all_tasks()``.

asyncio keeps both in places of its own, which differ by version. Up to 3.13 the current tasks are a dictionary, and all
tasks are what one or two iterables yield, which are extended here once. From 3.14 on both are behind functions in C.
"""

from __future__ import annotations

import asyncio
import sys
from asyncio import tasks as asyncio_tasks
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plait.schedule.scheduler import Scheduler

_HIDDEN = sys.version_info >= (3, 14)

_current_tasks: dict[Any, Any] = asyncio_tasks._current_tasks  # type: ignore[attr-defined]
_swap_current_task: Any = getattr(asyncio_tasks, "_swap_current_task", None)
_register_task: Any = getattr(asyncio_tasks, "_register_eager_task", None)
_unregister_task: Any = getattr(asyncio_tasks, "_unregister_eager_task", None)

_schedulers: WeakSet[Scheduler] = WeakSet()


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


def schedulers() -> list[Any]:
    """Every scheduler that has been shown and is alive."""
    return list(_schedulers)


def current(loop: Any) -> Any:
    """The task that runs now on `loop`, plait's or not, or None."""
    return asyncio_tasks.current_task(loop) if _HIDDEN else _current_tasks.get(loop)


def show(task: Any) -> None:
    """Have ``asyncio.all_tasks()`` list `task` where it does not ask the schedulers."""
    if _HIDDEN:
        _register_task(task)


def hide(task: Any) -> None:
    """Undo `show`."""
    if _HIDDEN:
        _unregister_task(task)


def show_tasks_of(scheduler: Scheduler) -> None:
    """Have ``asyncio.all_tasks()`` list the tasks that `scheduler` holds, where it can be made to ask."""
    _schedulers.add(scheduler)


class _AllTasks:
    """asyncio's own set of tasks, and those of every scheduler of plait's."""

    def __init__(self, own: Any) -> None:
        self._own = own
        self.add = own.add
        self.discard = own.discard

    def __iter__(self) -> Iterator[Any]:
        yield from list(self._own)
        for scheduler in list(_schedulers):
            yield from list(scheduler.tasks())  # type: ignore[attr-defined]

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, task: object) -> bool:
        return any(task is other for other in self)


if not _HIDDEN:
    _name = "_eager_tasks" if hasattr(asyncio_tasks, "_eager_tasks") else "_all_tasks"
    setattr(asyncio_tasks, _name, _AllTasks(getattr(asyncio_tasks, _name)))


def current_task(loop: Any = None) -> Any:
    """The task that runs now on `loop` (the running one when None), or None. See `asyncio.current_task`."""
    return asyncio.current_task(loop)


def all_tasks(loop: Any = None) -> set[Any]:
    """The unfinished tasks of `loop` (the running one when None). See `asyncio.all_tasks`."""
    return asyncio.all_tasks(loop)
