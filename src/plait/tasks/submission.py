"""A coroutine on its way to a loop from another thread, and its outcome on the way back."""

from __future__ import annotations

import asyncio
import concurrent.futures
from typing import TYPE_CHECKING, Any

from plait.base.runnable import Runnable
from plait.native import calling, contexts
from plait.schedule import failure
from plait.tasks import spawn
from plait.tasks.future import Future

if TYPE_CHECKING:
    from contextvars import Context

    from plait.schedule.scheduler import Scheduler


class Submission(Runnable):
    """Makes a task of `coro` in the loop, in a copy of the sender's context, and settles `outcome` when that is done."""

    __slots__ = ("_context", "_coro", "_outcome", "_scheduler", "_task")

    def __init__(self, scheduler: Scheduler, coro: Any, outcome: concurrent.futures.Future[Any]) -> None:
        self._scheduler = scheduler
        self._coro = coro
        self._outcome: Any = outcome
        self._context: Context = contexts.copy_current()
        self._task: Any = None

    # In the sender's thread.

    def send(self) -> None:
        """Have the loop begin."""
        if self._scheduler._closed:
            raise self._scheduler.closed_error()
        self._scheduler.push_threadsafe(self)

    def cancel_task(self) -> None:
        """The outcome was cancelled: nobody needs the task any more. Callable from any thread."""
        task = self._task
        if task is None or task.done():  # one that is not made yet will find out
            return
        loop = self._scheduler.loop()
        if asyncio._get_running_loop() is loop:
            task.cancel()
        elif not loop.is_closed():
            loop.call_soon_threadsafe(task.cancel)

    # On the loop.

    def run(self) -> Any:
        if self._coro is not None:
            self._begin()
        else:
            self._end()

    def _begin(self) -> None:
        try:
            task = self._make_task()
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            if self._outcome.set_running_or_notify_cancel():
                self._outcome.set_exception(error)
            failure.report(self._scheduler.loop(), "Exception in run_coroutine_threadsafe()", exception=error)
            return
        self._task = task
        if self._outcome.cancelled():
            task.cancel()
        if isinstance(task, Future):
            own: Future = task
            own.add_waiter(self)
        else:
            task.add_done_callback(self._wakeup)

    def _make_task(self) -> Any:
        coro = self._coro
        self._coro = None
        if self._scheduler._plain:
            return spawn.spawn(self._scheduler, coro, None, self._context)
        return calling.call(self._scheduler.loop().create_task, (coro,), self._context)

    def wake(self, future: Any) -> Any:
        self._scheduler.push(self)

    def _wakeup(self, task: Any) -> None:
        self._end()

    def _end(self) -> None:
        task = self._task
        outcome = self._outcome
        self._outcome = self._context = None  # type: ignore[assignment]
        if task.cancelled():
            outcome.cancel()
            outcome.set_running_or_notify_cancel()
            return
        error = task.exception()
        try:
            if error is None:
                outcome.set_result(task.result())
            else:
                outcome.set_exception(error)
        except concurrent.futures.InvalidStateError:  # it was cancelled a moment ago
            outcome.set_running_or_notify_cancel()
        finally:
            error = None  # which may hold this frame
