# cython: nonecheck=True
"""Await a function that blocks: it is called in a thread, and can be cancelled."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from plait.base import limits
from plait.base.errors import CancelledError
from plait.bridge import ignored_counts as ignored
from plait.bridge import worker_pool
from plait.bridge.capacity import Borrower, CapacityLimiter
from plait.bridge.worker_pool import Job
from plait.native import contexts, pool
from plait.schedule import failure, foreign
from plait.tasks import coroutine_kinds, operation, thrown
from plait.tasks.future import Future

if TYPE_CHECKING:
    from collections.abc import Callable

    from plait.schedule.scheduler import Scheduler


def thread(
    function: Callable[..., Any], /, *args: Any, limiter: Any = None, abandon_on_cancel: bool = False, **kwargs: Any
) -> Any:
    """The result of ``function(*args, **kwargs)``, called in a worker thread with this context's variables.

    limiter: a `CapacityLimiter` (or a semaphore of the loop) for calls of this purpose; None: this loop's own, see
    `default_limiter`. Cancelled, the await tells the worker, whose `check_cancelled` raises, and waits for its end: a result
    is dropped and counted (`ignored`), an exception other than CancelledError is raised. With `abandon_on_cancel` the await
    ends at once; what comes of the function is dropped, and reported if it is an exception.
    """
    if not callable(function):
        raise TypeError(f"thread() needs a function, got {function!r}")
    if coroutine_kinds.is_coroutine_function(function):
        raise TypeError(f"{function!r} is a coroutine function: await it here, it needs no thread")
    if limiter is None or isinstance(limiter, CapacityLimiter):
        return _make_call(function, args, kwargs, limiter, abandon_on_cancel)
    if not hasattr(limiter, "acquire") or not hasattr(limiter, "release"):
        raise TypeError(f"limiter must be a CapacityLimiter or a semaphore, not {limiter!r}")
    from plait.bridge import semaphore_limit  # few need it

    return semaphore_limit.call(_make_call(function, args, kwargs, UNLIMITED, abandon_on_cancel), limiter)


def _make_call(function: Any, args: tuple[Any, ...], kwargs: Any, limiter: Any, abandon: bool) -> ThreadCall:
    call = pool.new(ThreadCall)
    call.begin()
    call._function = function
    call._args = args
    call._kwargs = kwargs
    call._limiter = limiter
    call._abandon = abandon
    return call


def check_cancelled() -> None:
    """Raise CancelledError if the await of `thread` to which this worker belongs was cancelled. Only in such a worker."""
    job = worker_pool.current_job()
    if job is None:
        raise RuntimeError(
            "check_cancelled() was called in a thread that bridge.thread() did not start: nobody can cancel it"
        )
    if job._cancelled:
        raise CancelledError() if job._message is None else CancelledError(job._message)


def default_limiter() -> CapacityLimiter:
    """The limiter of the running loop's calls that name none: 40 tokens, which may be set."""
    return _limiter_of(foreign.current_scheduler())


def _limiter_of(scheduler: Scheduler) -> CapacityLimiter:
    try:
        return _limiters[scheduler]
    except KeyError:
        limiter = _limiters[scheduler] = CapacityLimiter(limits.THREADS_A_LOOP)
        return limiter


class ThreadCall(Borrower):
    """``thread(function, …)``: waits for a token first, then for the worker."""

    __slots__ = (
        "_abandon",
        "_args",
        "_cancellation",
        "_function",
        "_job",
        "_kwargs",
        "_release",
        "_reminder",
        "_scheduler",
    )

    _abandon: bool
    _args: Any
    _cancellation: Any
    _function: Any
    _job: Any
    _kwargs: Any
    _release: Any
    _reminder: Any
    _scheduler: Scheduler

    def label(self) -> str:
        return "thread"

    def release_at_end(self, release: Callable[[], object]) -> None:
        """Have the loop call ``release()`` when the thread has ended, also if it was abandoned."""
        self._release = release

    def start(self) -> Future | None:
        self._scheduler = foreign.current_scheduler()
        if self._limiter is None:
            self._limiter = _limiter_of(self._scheduler)
        future = self.take_token()
        return self._begin_work() if future is None else future

    def _begin_work(self) -> Future:
        job = Job(self._scheduler, self._function, self._args, self._kwargs, contexts.copy_current())
        job._limiter = self._limiter
        job._release = self._release
        self._job = job
        self._function = self._args = self._kwargs = None
        future = self._follow(job)
        try:
            worker_pool.begin(job)
        except BaseException:  # the system has no thread to give
            self._limiter.release()
            if self._release is not None:
                self._release()
            raise
        return future

    def _follow(self, job: Job) -> Future:
        """A future that the end of the job will settle."""
        future = pool.new(Future)
        future.begin(self._scheduler)
        job._future = future
        return future

    def resumed(self) -> Future | None:
        job = self._job
        if job is None:
            return self._begin_work()
        if self._cancellation is not None:
            return self._end_cancelled()
        error = job._error
        if error is None:
            self._value = job._result
            job._result = None
            return None
        job._error = None
        try:
            raise thrown.as_settled(error)
        finally:
            del error

    def interrupted(self, error: BaseException) -> Future | None:
        job = self._job
        if job is None:
            self._function = self._args = self._kwargs = None
            return Borrower.interrupted(self, error)
        if self._cancellation is None:
            self._cancellation = error
        if job._ended:
            return self._end_cancelled()
        job.cancel(error.args[0] if error.args else None)
        if self._abandon or not job._begun or not isinstance(error, CancelledError):
            job._abandoned = True
            self._cancellation = None
            self._forget_reminder()
            try:
                raise error
            finally:
                del error
        if self._reminder is None:
            self._reminder = remind_later(self._scheduler.loop(), job)
        return self._follow(job)

    def _end_cancelled(self) -> Future | None:
        """The worker has ended, the wait was cancelled meanwhile."""
        cancellation = self._cancellation
        self._cancellation = None
        self._forget_reminder()
        error = self._job._error
        self._job._error = self._job._result = None
        try:
            if error is not None and not isinstance(error, CancelledError):
                raise thrown.as_settled(error) from None
            if error is None:
                ignored.count("results")
            raise cancellation
        finally:
            del error, cancellation

    def _forget_reminder(self) -> None:
        if self._reminder is not None:
            self._reminder.cancel()
            self._reminder = None


def remind_later(loop: Any, job: Job) -> Any:
    """Report a worker that does not listen; returns the timer."""
    return loop.call_later(limits.CANCEL_PATIENCE_SECONDS, _report_deaf, loop, job)


def _report_deaf(loop: Any, job: Job) -> None:
    frame = sys._current_frames().get(job._thread)
    if job._ended or frame is None:
        return
    [line] = traceback.format_list(traceback.extract_stack(frame, limit=1))
    failure.report(
        loop,
        f"{job._function!r} was cancelled {limits.CANCEL_PATIENCE_SECONDS} s ago, and its thread goes on: have it call "
        f"bridge.check_cancelled() now and then, or give thread() abandon_on_cancel=True. It is at\n{line.rstrip()}",
    )


_limiters: WeakKeyDictionary[Scheduler, CapacityLimiter] = WeakKeyDictionary()
UNLIMITED = CapacityLimiter(float("inf"))
"""For calls that are limited by something else."""

pool.keep_freed_if_set(ThreadCall, operation.progress_place())
coroutine_kinds.mark_coroutine_function(thread)
