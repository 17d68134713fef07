"""A coroutine that is driven by the loop, step by step.

A step sends None into the coroutine, which runs until it yields the future it waits on, returns, or raises. Waking a task
pushes the task itself to the ready queue, so a switch allocates nothing.
"""

from __future__ import annotations

import asyncio
from asyncio import base_tasks
from contextvars import Context
from typing import TYPE_CHECKING, Any

from plait.base import origin
from plait.base.errors import CancelledError, InvalidStateError
from plait.native import frame, methods, pool
from plait.schedule import failure, foreign
from plait.tasks import awaiter, coroutine_kinds, reprs
from plait.tasks.awaiter import Awaiter
from plait.tasks.future import Future

if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator
    from io import TextIOBase
    from types import FrameType

    from plait.schedule.scheduler import Scheduler

_PENDING = 0

_tasks_made = 0


class Task(Awaiter):
    """See `asyncio.Task`. An unfinished task is held by its loop and never vanishes."""

    __slots__ = (
        "_name",
        "_newer",
        "_number",
        "_older",
        "_origin",
        "_origin_instruction",
        "_warns_when_destroyed",
    )

    def __init__(
        self,
        coro: Generator[Any, None, Any] | Coroutine[Any, Any, Any],
        *,
        loop: Any = None,
        name: Any = None,
        context: Context | None = None,
        eager_start: bool = False,
    ) -> None:
        self.must_be_new()
        self.prepare(foreign.choose_scheduler(loop), coro, name, context)
        self.start(eager_start)

    def prepare(self, scheduler: Scheduler, coro: Any, name: Any, context: Context | None) -> None:
        """What the constructor does before the start; a task made with ``__new__`` calls it and so saves a call."""
        global _tasks_made
        self._phase = _PENDING
        self._warns_when_destroyed = False
        self._unretrieved = False
        if not coroutine_kinds.is_drivable(coro):
            raise TypeError(f"a coroutine was expected, got {coro!r}{coroutine_kinds.hint(coro)}")
        if context is not None and not isinstance(context, Context):
            raise TypeError(f"an instance of contextvars.Context was expected as context, got {context!r}")
        self.begin(scheduler)
        self._coro = coro
        self.set_context(context)
        self.begin_waiting()
        _tasks_made += 1
        self._number = _tasks_made
        self._name = name
        self._older: Any = None  # of the tasks that the loop holds
        self._newer: Any = None
        self._origin = frame.caller_code()
        self._origin_instruction = frame.caller_instruction()

    def start(self, eager_start: bool) -> None:
        """Have the first step taken by the loop soon, or at once when it is to be eager and the loop runs here."""
        if self._scheduler.is_foreign_thread():
            self._start_from_afar()
            return
        self._warns_when_destroyed = True
        if eager_start and self._scheduler.is_running_here():
            self._start_eagerly()
        else:
            self._scheduler.push(self)
            self._scheduler.adopt_task(self)

    def _start_from_afar(self) -> None:
        """This is not the loop's thread: have that start the task, as only it may touch its queues."""
        if self._scheduler._debug:
            raise failure.wrong_thread("create_task", "run_coroutine_threadsafe")
        self._warns_when_destroyed = True
        self._route(self._start_here)

    def _start_here(self) -> None:
        self.start(False)

    def _start_eagerly(self) -> None:
        scheduler = self._scheduler
        outer = scheduler._current_task
        scheduler.adopt_task(self)
        try:
            self.run()
        finally:
            scheduler.enter_task(outer)
            if self._phase != _PENDING:
                self._end_eagerly()

    def _end_eagerly(self) -> None:
        """It was never suspended; if it did not even start, as its context is one that is entered already, say so."""
        coro = self._coro
        self._coro = None
        if self._exception is not None and getattr(coro, "cr_frame", None) is not None:
            self._unretrieved = False
            raise self._exception

    # What others ask.

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # libraries ask ``isinstance(t, asyncio.Task)``
        return asyncio.Task

    @property
    def _log_destroy_pending(self) -> bool:
        return self._warns_when_destroyed

    @_log_destroy_pending.setter
    def _log_destroy_pending(self, value: bool) -> None:
        self._warns_when_destroyed = value

    @_log_destroy_pending.deleter
    def _log_destroy_pending(self) -> None:
        raise AttributeError("_log_destroy_pending can be set, but not deleted")

    def get_coro(self) -> Any:
        """The coroutine that this drives."""
        return self._coro

    def get_name(self) -> str:
        """The name; ``Task-<n>`` when none was given."""
        if self._name is None:
            self._name = f"Task-{self._number}"
        elif type(self._name) is not str:
            self._name = str(self._name)
        return self._name

    def set_name(self, value: object) -> None:
        """Change the name."""
        self._name = str(value)

    def get_stack(self, *, limit: int | None = None) -> list[FrameType]:
        """The frames at which the coroutine is suspended, or at which it failed."""
        return base_tasks._task_get_stack(self, limit)  # type: ignore[arg-type]

    def print_stack(self, *, limit: int | None = None, file: TextIOBase | None = None) -> None:
        """Print `get_stack` in the form of a traceback."""
        base_tasks._task_print_stack(self, limit, file)  # type: ignore[arg-type]

    def set_result(self, result: Any) -> None:
        """A task's result comes from its coroutine."""
        raise RuntimeError("Task does not support set_result operation: its coroutine returns the result")

    def set_exception(self, exception: Any) -> None:
        """A task's exception comes from its coroutine."""
        raise RuntimeError("Task does not support set_exception operation: its coroutine raises the exception")

    # Stepping.

    def run(self) -> Any:
        """Take one step."""
        if self._phase != _PENDING:
            self._report_done_already()
            return
        scheduler = self._scheduler
        cell = scheduler._cell
        error = self._take_error() if self._throws or self._must_cancel else None
        self._waits_on = None
        context = self._runs_in  # kept until the outcome is taken: a finalizer in it may take steps of others
        scheduler.enter_task(self)
        yielded = self.take_step(cell) if error is None else self.take_step_with(error, cell)
        if yielded is not cell:
            self._go_on(yielded)
            scheduler.leave_task()
            return
        self._end(cell)
        scheduler.leave_task()
        del context
        self = error = None  # type: ignore[assignment]  # the exception may hold this frame

    def _report_done_already(self) -> None:
        """Somebody settled this behind its back, with ``Future.set_result(task, …)`` say."""
        self._release()
        failure.report(
            self._scheduler.loop(),
            "A task was settled, but not by its coroutine",
            exception=InvalidStateError(f"step(): already done: {self!r}"),
            task=self,
        )

    def _end(self, cell: list[Any]) -> None:
        """The coroutine has returned or raised."""
        error = cell[1]
        if error is not None:
            cell[1] = None
            self._fail(error)
            return
        value = cell[0]
        cell[0] = None
        self._release()
        if self._must_cancel:
            self._must_cancel = False
            self.abandon(None)
        else:
            self.finish(value)

    def _fail(self, error: BaseException) -> None:
        self._release()
        origin.drop_own_frames(error)
        if isinstance(error, CancelledError):
            self.abandon(error)
            return
        self.fail(error)
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            self._scheduler.leave_task()
            raise error

    def _go_on(self, yielded: Any) -> None:
        if yielded is None:
            self._scheduler.push(self)
        elif type(yielded) is Future or type(yielded) is Task or awaiter.is_plain(yielded):
            self._wait_for(yielded)
        else:
            self._wait_for_foreign(yielded)

    def _release(self) -> None:
        """The coroutine has ended: nothing needs to keep this task alive."""
        self._scheduler.release_task(self)

    # Reports.

    def __del__(self) -> None:
        if self._phase == _PENDING:
            if self._warns_when_destroyed:
                self._report_from_finalizer()
        elif self._unretrieved:
            self._report_from_finalizer()

    def _report_lost(self) -> None:
        if self._phase == _PENDING:
            self._report_destroyed()
        else:
            Future._report_lost(self)

    def _report_destroyed(self) -> None:
        failure.report(
            self._scheduler.loop(),
            "Task was destroyed but it is pending!",
            task=self,
            source_traceback=self._source_traceback or self._creation_stack(),
        )

    def _creation_stack(self) -> Any:
        return failure.creation_stack(self._origin, self._origin_instruction)

    def __repr__(self) -> str:
        return reprs.task_repr(self)


methods.guard(Task)


def _is_spent(task: Any) -> bool:
    own: Task = task
    return own._phase != _PENDING and not own._unretrieved


pool.keep_freed_if(Task, _is_spent)
