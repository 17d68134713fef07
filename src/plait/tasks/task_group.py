# cython: nonecheck=True
"""Structured spawning: a block that ends when all its tasks have, and in which one failure cancels the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.base.errors import CancelledError
from plait.base.runnable import Runnable
from plait.native import methods, pool
from plait.schedule import failure, foreign
from plait.tasks import coroutine_kinds, registry, returned, spawn
from plait.tasks.future import Future
from plait.tasks.operation import Operation

if TYPE_CHECKING:
    from contextvars import Context
    from types import TracebackType


class TaskGroup(Runnable):
    """See `asyncio.TaskGroup`."""

    __slots__ = (
        "__weakref__",
        "_aborting",
        "_all_done",
        "_base_error",
        "_cancel_on_enter",
        "_entered",
        "_errors",
        "_exiting",
        "_failed",
        "_parent",
        "_parent_cancelled",
        "_scheduler",
        "_tasks",
        "_told",
    )

    def __init__(self) -> None:
        self._scheduler: Any = None
        self._parent: Any = None
        self._tasks: set[Any] = set()
        self._errors: list[BaseException] = []
        self._failed: list[Any] = []
        self._told = False
        self._base_error: BaseException | None = None
        self._all_done: Any = None
        self._entered = False
        self._exiting = False
        self._aborting = False
        self._parent_cancelled = False
        self._cancel_on_enter = False

    # The block.

    def __aenter__(self) -> Any:
        if self._entered:
            raise RuntimeError(f"TaskGroup {self!r} has already been entered")
        self._enter()
        return returned.returned(self)

    def _enter(self) -> None:
        scheduler = foreign.current_scheduler()
        self._scheduler = scheduler
        self._parent = registry.current(scheduler.loop())
        if self._parent is None:
            raise RuntimeError(f"TaskGroup {self!r} cannot determine the parent task")
        self._entered = True
        if self._cancel_on_enter:
            self.cancel()

    def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> Any:
        return self._leave(error)

    def _leave(self, error: BaseException | None) -> Exit:
        leaving = pool.new(Exit)
        leaving.begin()
        leaving.prepare(self, error)
        return leaving

    def create_task(
        self, coro: Any, *, name: Any = None, context: Context | None = None, eager_start: Any = None
    ) -> Any:
        """Run `coro` concurrently, as a part of this group."""
        if not self._entered or self._aborting or (self._exiting and not self._tasks):
            self._refuse(coro)
        return self._spawn(coro, name, context, eager_start)

    def _refuse(self, coro: Any) -> None:
        coro.close()
        if not self._entered:
            raise RuntimeError(f"TaskGroup {self!r} has not been entered")
        raise RuntimeError(
            f"TaskGroup {self!r} is {'shutting down' if self._tasks or not self._exiting else 'finished'}"
        )

    def _spawn(self, coro: Any, name: Any, context: Context | None, eager_start: Any) -> Any:
        task = spawn.create_task_on(self._scheduler, coro, name, context, eager_start)
        self._tasks.add(task)
        if isinstance(task, Future) and not task.done():
            mine: Future = task
            mine.add_waiter(self)
        else:
            task.add_done_callback(self._task_done)
        if self._aborting and not task.done():
            task.cancel()  # it began eagerly, and what it did made the group abort
        return task

    def cancel(self) -> None:
        """Cancel all tasks of the group and the block itself; the block then ends without an exception."""
        if not self._entered:
            self._cancel_on_enter = True
        elif not self._aborting and not (self._exiting and not self._tasks):
            self._abort()
            self._cancel_parent()

    # What the tasks bring.

    def _task_done(self, task: Any) -> None:
        self.wake(task)

    def wake(self, future: Any) -> Any:
        self._tasks.discard(future)
        failed = not future.cancelled() and future.exception() is not None
        if failed:
            self._failed.append(future)
        if not self._told and (failed or not self._tasks):
            self._told = True
            self._scheduler.push(self)

    def run(self) -> Any:
        """What the tasks of one turn brought is dealt with in the next, so that all that fail in it are heard."""
        self._told = False
        failed = self._failed
        self._failed = []
        for task in failed:
            self._task_failed(task, task.exception())
        if self._all_done is not None and not self._tasks and not self._all_done.is_settled():
            self._all_done.finish(None)

    def _task_failed(self, task: Any, error: BaseException) -> None:
        self._errors.append(error)
        if self._base_error is None and isinstance(error, (SystemExit, KeyboardInterrupt)):
            self._base_error = error
        if self._parent.done():
            failure.report(
                self._scheduler.loop(),
                f"Task {task!r} has errored out but its parent task {self._parent} is already completed",
                exception=error,
                task=task,
            )
        elif not self._aborting and not self._parent_cancelled:
            self._abort()
            self._cancel_parent()

    def _abort(self) -> None:
        self._aborting = True
        for task in list(self._tasks):
            if not task.done():
                task.cancel()

    def _cancel_parent(self) -> None:
        if self._parent is not None and not self._parent_cancelled:
            self._parent_cancelled = True
            self._parent.cancel()

    def __repr__(self) -> str:
        info = [""]
        if self._tasks:
            info.append(f"tasks={len(self._tasks)}")
        if self._errors:
            info.append(f"errors={len(self._errors)}")
        if self._aborting:
            info.append("cancelling")
        elif self._entered:
            info.append("entered")
        return f"<TaskGroup{' '.join(info)}>"


methods.guard(TaskGroup)


class Exit(Operation):
    """The end of the block: waits for the tasks, then raises what there is to raise."""

    __slots__ = ("_cancellation", "_error", "_group", "_late_cancellation")

    def prepare(self, group: TaskGroup, error: BaseException | None) -> None:
        """`error`: what the block raised."""
        self._group = group
        self._error = error
        self._cancellation: BaseException | None = None
        self._late_cancellation: BaseException | None = None

    def label(self) -> str:
        return "__aexit__"

    def start(self) -> Future | None:
        group = self._group
        error = self._error
        group._exiting = True
        if error is not None:
            if group._base_error is None and isinstance(error, (SystemExit, KeyboardInterrupt)):
                group._base_error = error
            if isinstance(error, CancelledError):
                self._cancellation = error
            if not group._aborting:
                group._abort()
        return self.resumed()

    def resumed(self) -> Future | None:
        group = self._group
        if not group._tasks and not group._told:
            group._all_done = None
            self._end()
            return None
        if group._all_done is None or group._all_done.is_settled():
            future = pool.new(Future)
            future.begin(group._scheduler)
            group._all_done = future
        return group._all_done  # type: ignore[no-any-return]

    def interrupted(self, error: BaseException) -> Future | None:
        if not isinstance(error, CancelledError):
            raise error
        self._late_cancellation = error
        if not self._group._aborting:
            self._cancellation = error
            self._group._abort()
        return self.resumed()

    def _end(self) -> None:
        group = self._group
        try:
            self._value = self._conclude(group)
        finally:
            # Exceptions refer to the frames that refer to the group: leave no cycle.
            group._parent = group._base_error = None
            group._errors = []
            self._error = self._cancellation = self._late_cancellation = None

    def _conclude(self, group: TaskGroup) -> bool | None:
        if group._base_error is not None:
            raise group._base_error
        if group._parent_cancelled:
            self._take_back_cancellation(group)
        if self._cancellation is not None and not group._errors:
            raise self._cancellation
        if self._error is not None and not isinstance(self._error, CancelledError):
            group._errors.append(self._error)
        if group._errors:
            self._raise_errors(group)
        return True if group._parent_cancelled else None

    def _take_back_cancellation(self, group: TaskGroup) -> None:
        """The group cancelled its parent to end the block; a cancellation from elsewhere goes on."""
        if group._parent.uncancel() == 0:
            self._cancellation = None
        elif self._cancellation is None:
            self._cancellation = self._late_cancellation

    def _raise_errors(self, group: TaskGroup) -> None:
        if group._parent.cancelling():
            # Cancelled from outside too: have the next await raise it.
            group._parent.uncancel()
            group._parent.cancel()
        if isinstance(self._error, GeneratorExit) and len(group._errors) == 1:
            raise self._error
        raise BaseExceptionGroup("unhandled errors in a TaskGroup", group._errors) from None


coroutine_kinds.mark_context_manager(TaskGroup)
