"""Many awaitables, one list of results."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from plait.base.errors import CancelledError
from plait.native import methods
from plait.schedule import foreign
from plait.tasks import coroutine_kinds, spawn
from plait.tasks.future import Future
from plait.tasks.task import Task

if TYPE_CHECKING:
    from plait.schedule.scheduler import Scheduler

_PENDING = 0


def gather(*coros_or_futures: Any, return_exceptions: bool = False) -> Any:
    """A future for the results of all, in the order given; the first exception ends it. See `asyncio.gather`."""
    if not coros_or_futures:
        nothing = foreign.choose_scheduler(None).loop().create_future()
        nothing.set_result([])
        return nothing
    return _gather(coros_or_futures, return_exceptions)


def _gather(awaitables: tuple[Any, ...], return_exceptions: bool) -> Any:
    scheduler = foreign.choose_scheduler(_loop_of_first(awaitables))
    outer = _GatheringFuture.__new__(_GatheringFuture)
    outer.begin(scheduler)
    outer._return_exceptions = return_exceptions
    outer._cancel_requested = False
    outer._unfinished = 0
    outer._failed_child = None
    children: list[Any] = []
    outer._children = children
    futures: dict[Any, Any] = {}
    for awaitable in awaitables:
        future = futures.get(awaitable)
        if future is None:
            if type(awaitable) is not Future and coroutine_kinds.is_coroutine(awaitable):
                future = _spawn(scheduler, awaitable)
            else:
                future = _adopt(awaitable, scheduler.loop())
            futures[awaitable] = future
            outer._unfinished += 1
        children.append(future)
    outer.watch_children(futures)
    return outer


def _loop_of_first(awaitables: tuple[Any, ...]) -> Any:
    for awaitable in awaitables:
        if asyncio.isfuture(awaitable):
            return awaitable.get_loop()
    return None


def _spawn(scheduler: Scheduler, coro: Any) -> Any:
    future = spawn.create_task_on(scheduler, coro, None, None, None)
    if type(future) is Task:
        task: Task = future
        task._warns_when_destroyed = False
    else:
        future._log_destroy_pending = False
    return future


def _adopt(awaitable: Any, loop: Any) -> Any:
    future = spawn.ensure_future(awaitable, loop=loop)
    if future is not awaitable:
        future._log_destroy_pending = False
    return future


class _GatheringFuture(Future):
    """Finishes with its children."""

    __slots__ = ("_cancel_requested", "_children", "_failed_child", "_return_exceptions", "_unfinished")

    _children: list[Any]
    _unfinished: int
    _return_exceptions: bool
    _cancel_requested: bool
    _failed_child: Any

    def watch_children(self, futures: dict[Any, Any]) -> None:
        """Have each child tell when it is done; those that are already tell last, as their callbacks would."""
        done = []
        for child in futures.values():
            if _is_pending(child):
                waited: Future = child
                waited.add_waiter(self)
            elif child.done():
                done.append(child)
            else:
                child.add_done_callback(self._child_done)
        for child in done:
            if self._note(child):
                self.run()

    def cancel(self, msg: Any = None) -> bool:
        """Cancel the children that are not done; this one follows them."""
        if self._phase != _PENDING:
            return False
        cancelled = False
        for child in self._children:
            if child.cancel(msg=msg):
                cancelled = True
        if cancelled:
            self._cancel_requested = True
        return cancelled

    def _child_done(self, child: Any) -> None:
        self.wake(child)

    def wake(self, future: Any) -> Any:
        if self._note(future):
            self._scheduler.push(self)

    def _note(self, child: Any) -> bool:
        """Take note that `child` is done; returns whether the outcome is known by this."""
        failed = _has_failed(child)
        if self._phase != _PENDING or self._failed_child is not None:
            return False
        if failed and not self._return_exceptions:
            self._failed_child = child
            return True
        self._unfinished -= 1
        return self._unfinished == 0

    def run(self) -> Any:
        """The outcome is known; it is told one turn later, as a callback of the last child would tell it."""
        if self._phase == _PENDING:
            if self._failed_child is None:
                self._finish_all()
            else:
                self.fail(_error_of(self._failed_child))
        self._failed_child = None

    def _finish_all(self) -> None:
        results = [_outcome_of(child) for child in self._children]
        if self._cancel_requested:
            last = self._children[len(self._children) - 1]
            self.fail(last._make_cancelled_error() if last.cancelled() else CancelledError())
        else:
            self.finish(results)


methods.guard(_GatheringFuture)


def _is_pending(child: Any) -> bool:
    """Whether it is a future of plait's, and not done."""
    if isinstance(child, Future):
        own: Future = child
        return not own.is_settled()
    return False


def _has_failed(child: Any) -> bool:
    if isinstance(child, Future):
        own: Future = child
        if own.has_result():
            return False
    return child.cancelled() or child.exception() is not None


def _error_of(future: Any) -> BaseException:
    return future._make_cancelled_error() if future.cancelled() else future.exception()  # type: ignore[no-any-return]


def _outcome_of(future: Any) -> Any:
    """The result, or the exception as a value."""
    if isinstance(future, Future):
        own: Future = future
        if own.has_result():
            return own.take()
    if future.cancelled():
        message = future._cancel_message
        return CancelledError("" if message is None else message)
    error = future.exception()
    return future.result() if error is None else error
