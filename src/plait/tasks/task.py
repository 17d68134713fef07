"""A coroutine that is driven by the loop, step by step.

A step sends None into the coroutine, which runs until it yields the future it waits on, returns, or raises. Waking a task
pushes the task itself to the ready queue, so a switch allocates nothing.
"""

from __future__ import annotations

import asyncio
import inspect
from asyncio import base_tasks
from contextvars import Context
from typing import TYPE_CHECKING, Any

from plait.base import origin
from plait.base.errors import CancelledError, InvalidStateError
from plait.native import frame, pool
from plait.schedule import failure, foreign
from plait.tasks import coroutine_kinds, reprs
from plait.tasks.future import Future
from plait.tasks.stepper import Stepper

if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator
    from io import TextIOBase
    from types import FrameType

    from plait.schedule.scheduler import Scheduler

_PENDING = 0

_tasks_made = 0


class Task(Stepper):
    """See `asyncio.Task`. An unfinished task is held by its loop and never vanishes."""

    __slots__ = (
        "_cancels",
        "_must_cancel",
        "_name",
        "_newer",
        "_number",
        "_older",
        "_origin",
        "_origin_instruction",
        "_throws",
        "_waits_on",
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
        _tasks_made += 1
        self._number = _tasks_made
        self._name = name
        self._waits_on: Any = None
        self._older: Any = None  # of the tasks that the loop holds
        self._newer: Any = None
        self._cancels = 0
        self._must_cancel = False
        self._throws = False
        self._origin = frame.caller_code()
        self._origin_instruction = frame.caller_instruction()

    def start(self, eager_start: bool) -> None:
        """Have the first step taken by the loop soon, or at once when it is to be eager and the loop runs here."""
        self._warns_when_destroyed = True
        if eager_start and self._scheduler.is_running_here():
            self._start_eagerly()
        else:
            self._scheduler.push(self)
            self._scheduler.adopt_task(self)

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
    def _fut_waiter(self) -> Any:
        return self._waits_on

    @property
    def _log_destroy_pending(self) -> bool:
        return self._warns_when_destroyed

    @_log_destroy_pending.setter
    def _log_destroy_pending(self, value: bool) -> None:
        self._warns_when_destroyed = value

    @_log_destroy_pending.deleter
    def _log_destroy_pending(self) -> None:
        raise AttributeError("_log_destroy_pending can be set, but not deleted")

    @property
    def _num_cancels_requested(self) -> int:
        return self._cancels

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

    # Cancellation.

    def cancel(self, msg: Any = None) -> bool:
        """Have CancelledError raised in the coroutine at its next step; False when it is done already."""
        self._unretrieved = False
        if self._phase != _PENDING:
            return False
        if self.home().is_foreign_thread():
            self._route(self.cancel, msg)
            return True
        self._cancels += 1
        if self._waits_on is not None and self._waits_on.cancel(msg=msg):
            return True
        self._must_cancel = True
        self._cancel_message = msg
        return True

    def cancelling(self) -> int:
        """How many cancellations were requested and not taken back."""
        return self._cancels

    def uncancel(self) -> int:
        """Take one request for cancellation back; returns how many are left."""
        if self._cancels > 0:
            self._cancels -= 1
            if self._cancels == 0:
                self._must_cancel = False
        return self._cancels

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

    def wake(self, future: Any) -> Any:
        self._scheduler.push(self)

    def _take_error(self) -> BaseException:
        """What the next step is to raise in the coroutine."""
        error: BaseException | None = None
        if self._throws:
            error = self._outcome
            self._outcome = None
            self._throws = False
        if self._must_cancel:
            self._must_cancel = False
            if not isinstance(error, CancelledError):
                error = self._make_cancelled_error()
        assert error is not None
        return error

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
        elif type(yielded) is Future or type(yielded) is Task or _is_plain(yielded):
            self._wait_for(yielded)
        else:
            self._wait_for_foreign(yielded)

    def _wait_for(self, future: Future) -> None:
        if not future._asyncio_future_blocking:
            self._throw_soon(f"yield was used instead of yield from in task {self!r} with {future!r}")
        elif future._scheduler is not self._scheduler:
            self._refuse_other_loop(future)
        elif future is self:
            self._throw_soon(f"Task cannot await on itself: {self!r}")
        else:
            future._asyncio_future_blocking = False
            self._waits_on = future
            future.add_waiter(self)
            if self._must_cancel and future.cancel(self._cancel_message):
                self._must_cancel = False

    def _wait_for_foreign(self, yielded: Any) -> None:
        """Wait for a future that is not plait's, but speaks asyncio's protocol."""
        blocking = getattr(yielded, "_asyncio_future_blocking", None)
        if blocking is None:
            self._throw_soon(_bad_yield(self, yielded))
        elif not blocking:
            self._throw_soon(f"yield was used instead of yield from in task {self!r} with {yielded!r}")
        elif yielded is self:
            self._throw_soon(f"Task cannot await on itself: {self!r}")
        elif yielded.get_loop() is not self._scheduler.loop():
            self._refuse_other_loop(yielded)
        else:
            yielded._asyncio_future_blocking = False
            yielded.add_done_callback(self._wakeup)
            self._waits_on = yielded
            if self._must_cancel and yielded.cancel(msg=self._cancel_message):
                self._must_cancel = False

    def _wakeup(self, future: Any) -> None:
        try:
            future.result()
        except BaseException as error:
            self._outcome = error
            self._throws = True
        self.run()

    def _refuse_other_loop(self, future: Any) -> None:
        future._asyncio_future_blocking = False
        self._throw_soon(f"Task {self!r} got Future {future!r} attached to a different loop")

    def _throw_soon(self, message: str) -> None:
        self._outcome = RuntimeError(message)
        self._throws = True
        self._scheduler.push(self)

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


def _is_spent(task: Any) -> bool:
    own: Task = task
    return own._phase != _PENDING and not own._unretrieved


pool.keep_freed_if(Task, _is_spent)


def _is_plain(yielded: Any) -> bool:
    """Whether it is a future of plait's with the ways of one: a subclass may have its own ``add_done_callback``."""
    return isinstance(yielded, Future) and type(yielded).add_done_callback is _add_done_callback


_add_done_callback = Future.add_done_callback


def _bad_yield(task: Task, yielded: Any) -> str:
    if inspect.isgenerator(yielded):
        return f"yield was used instead of yield from for generator in task {task!r} with {yielded!r}"
    return f"Task got bad yield: {yielded!r}; a coroutine may yield only futures and None"
