"""A coroutine on its way to a loop from another thread, and its outcome on the way back."""

from __future__ import annotations

import asyncio
from asyncio.futures import _convert_future_exc  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

from plait.base.runnable import Runnable
from plait.native import calling, contexts
from plait.schedule import failure
from plait.tasks import spawn
from plait.tasks.future import Future

if TYPE_CHECKING:
    import concurrent.futures
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

    # On the loop.

    def run(self) -> Any:
        try:
            if self._coro is not None:
                self._begin()
            else:
                self._end()
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            self._fail(error)

    def _begin(self) -> None:
        task = self._task = self._make_task()
        self._outcome.add_done_callback(self._cancel_task)
        if isinstance(task, Future):
            own: Future = task
            own.add_waiter(self)
        else:
            task.add_done_callback(self._note_end)

    def _make_task(self) -> Any:
        coro = self._coro
        self._coro = None
        if self._scheduler._plain:
            return spawn.spawn(self._scheduler, coro, None, self._context)
        return calling.call(self._scheduler.loop().create_task, (coro,), self._context)

    def wake(self, future: Any) -> Any:
        self._scheduler.push(self)

    def _note_end(self, task: Any) -> None:
        self.run()

    def _end(self) -> None:
        task = self._task
        outcome = self._outcome
        self._outcome = self._context = None  # type: ignore[assignment]
        if task.cancelled():
            outcome.cancel()
        if not outcome.set_running_or_notify_cancel():
            return
        error = task.exception()
        try:
            if error is None:
                outcome.set_result(task.result())
            else:
                outcome.set_exception(_convert_future_exc(error))
        finally:
            error = None  # which may hold this frame

    def _fail(self, error: BaseException) -> None:
        """There is no task, or somebody else has settled the outcome, or its callbacks raise what callbacks may not."""
        outcome = self._outcome
        self._outcome = None
        failure.report(self._scheduler.loop(), "Exception in run_coroutine_threadsafe()", exception=error)
        if outcome is not None and outcome.set_running_or_notify_cancel():
            outcome.set_exception(error)

    def _cancel_task(self, outcome: concurrent.futures.Future[Any]) -> None:
        """Called at the end, by whichever thread settles or cancels the outcome."""
        task = self._task
        if not outcome.cancelled() or task.done():
            return
        loop = self._scheduler.loop()
        if asyncio._get_running_loop() is loop:
            task.cancel()
        elif not loop.is_closed():
            loop.call_soon_threadsafe(task.cancel)
