"""The unfinished tasks of a loop, which holds them, so that none vanishes.

While it runs they are alive for certain, and the garbage collector passes over them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.base import limits
from plait.native import collector
from plait.schedule.scheduler import Scheduler

if TYPE_CHECKING:
    from plait.schedule.clock import Clock
    from plait.tasks.task import Task

_CROWD = limits.CROWD


class TaskList(Scheduler):
    """A scheduler that keeps its tasks in a doubly linked list."""

    __slots__ = ("_newest_surfaced", "_newest_task")

    def __init__(self, clock: Clock | None = None) -> None:
        Scheduler.__init__(self, clock)
        self._newest_task: Any = None
        self._newest_surfaced = 0  # the number of the newest at the last `surface`

    def adopt_task(self, task: Any) -> None:
        """In a doubly linked list, which takes no memory of its own and tells the order of creation."""
        adopted: Task = task
        newest = self._newest_task
        adopted._older = newest
        if newest is not None:
            newest._newer = adopted
        self._newest_task = adopted
        if self._thread and self._ready.size() > _CROWD:
            collector.skip(task)

    def release_task(self, task: Any) -> None:
        released: Task = task
        older = released._older
        newer = released._newer
        released._older = None
        released._newer = None
        if older is not None:
            older._newer = newer
        if newer is not None:
            newer._older = older
        elif self._newest_task is released:
            self._newest_task = older
        collector.visit(task)

    def surface(self) -> None:
        Scheduler.surface(self)
        task = self._newest_task
        surfaced = self._newest_surfaced
        if task is not None:
            self._newest_surfaced = task._number
        while task is not None and task._number > surfaced:
            collector.visit(task)
            task = task._older

    def tasks(self) -> list[Any]:
        """The unfinished tasks, the newest first."""
        return [] if self._left_to_parent else self._list_tasks()

    def _list_tasks(self) -> list[Any]:
        tasks = []
        task = self._newest_task
        while task is not None:
            tasks.append(task)
            task = task._older
        return tasks
