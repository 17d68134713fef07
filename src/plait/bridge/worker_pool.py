# cython: nonecheck=True
"""Worker threads: one job at a time each, kept a while for the next; how many there are is the limiters' affair."""

from __future__ import annotations

import os
import threading
from itertools import count
from typing import TYPE_CHECKING, Any

from plait.base import limits
from plait.base.errors import CancelledError
from plait.base.runnable import Runnable
from plait.bridge import ignored_counts as ignored
from plait.bridge.crossing import Crossing
from plait.native import calling, thread
from plait.schedule import failure

if TYPE_CHECKING:
    from contextvars import Context

    from plait.bridge.capacity import CapacityLimiter
    from plait.schedule.scheduler import Scheduler
    from plait.tasks.future import Future


class Job(Runnable):
    """A call in a worker thread; then, as a runnable of the loop, the bringer of its outcome."""

    __slots__ = (
        "_abandoned",
        "_args",
        "_begun",
        "_cancelled",
        "_context",
        "_crossing",
        "_ended",
        "_error",
        "_function",
        "_future",
        "_kwargs",
        "_limiter",
        "_message",
        "_on_cancel",
        "_release",
        "_result",
        "_scheduler",
        "_thread",
    )

    def __init__(
        self, scheduler: Scheduler, function: Any, args: tuple[Any, ...], kwargs: Any, context: Context
    ) -> None:
        self._scheduler = scheduler
        self._function = function
        self._args = args
        self._kwargs = kwargs
        self._context = context
        self._future: Future | None = None  # whom to tell
        self._limiter: CapacityLimiter | None = None  # what gets its token back
        self._on_cancel: Any = None  # what wakes the function where it waits for something else
        self._release: Any = None  # what the loop is to call in the end
        self._crossing: Crossing | None = None  # the coroutine that the function waits for
        self._result: Any = None
        self._error: BaseException | None = None
        self._message: Any = None
        self._thread = 0
        self._begun = self._ended = self._cancelled = self._abandoned = False

    def work(self) -> None:
        """Call the function. In the worker's thread."""
        if self._cancelled:
            self._error = CancelledError(self._message)
        else:
            self._begun = True
            self._thread = thread.ident()
            _jobs[self._thread] = self
            try:
                self._result = self._call()
            except BaseException as error:
                self._error = error
            del _jobs[self._thread]
        self._args = self._kwargs = self._context = None  # type: ignore[assignment]
        if self._limiter is not None:
            self._limiter.release()

    def _call(self) -> Any:
        if self._kwargs:
            return self._context.run(self._function, *self._args, **self._kwargs)
        return calling.call(self._function, self._args, self._context)

    def bring(self) -> None:
        """Bring the outcome to the loop. In the worker's thread."""
        try:
            if self._scheduler._closed:
                raise RuntimeError("Event loop is closed")
            self._scheduler.push_threadsafe(self)
        except RuntimeError:  # the loop is closed, and so nobody waits
            self._ended = True
            self._count_late(None)
            self._release_here()

    def _release_here(self) -> None:
        """Give back what those of another loop may wait for. The thread goes on, whatever that raises."""
        try:
            if self._release is not None:
                self._release()
        except BaseException as error:
            report_late(None, self._release, error)

    def run(self) -> Any:
        self._ended = True
        if self._release is not None:
            self._release()
        future = self._future
        self._future = None
        if self._abandoned:
            self._count_late(self._scheduler.loop())
        elif future is not None and not future.is_settled():
            future.finish(None)

    def cancel(self, message: Any) -> None:
        """Have `check_cancelled` raise, and what the function waits for be cancelled. On the loop's thread."""
        self._message = message
        self._cancelled = True
        if self._crossing is not None:
            self._crossing.cancel(message)
        if self._on_cancel is not None:
            self._on_cancel()

    def _count_late(self, loop: Any) -> None:
        """The outcome that nobody waited for: a result is counted, a failure reported."""
        error = self._error
        self._error = None
        if error is None:
            ignored.count("results")
        elif not isinstance(error, CancelledError):
            report_late(loop, self._function, error)


def report_late(loop: Any, function: Any, error: BaseException) -> None:
    """Tell that an abandoned function has failed: the loop's exception handler, or standard error if the loop is closed."""
    message = f"{function!r} has failed in a thread that was abandoned"
    if loop is not None:
        failure.report(loop, message, exception=error)
    else:
        threading.excepthook(threading.ExceptHookArgs((type(error), error, error.__traceback__, None)))


def current_job() -> Job | None:
    """The job of which this is the thread."""
    return _jobs.get(thread.ident())


def cross_from(job: Job, function: Any, args: tuple[Any, ...], awaits: bool) -> Any:
    """Have the loop of `job` call the function, and wait for the outcome; a cancellation of the job is one of the call."""
    if job._cancelled:
        raise CancelledError() if job._message is None else CancelledError(job._message)
    crossing = Crossing(job._scheduler, function, args, awaits)
    crossing.must_not_block()
    job._crossing = crossing
    try:
        crossing.send()
        return crossing.outcome()
    finally:
        job._crossing = None


def call_on_cancel(function: Any) -> None:
    """Have ``function()`` called, by the loop or at once, when this worker's job is cancelled."""
    job = current_job()
    if job is not None:
        job._on_cancel = function
        if job._cancelled:
            function()


class Worker:
    """A thread that waits for jobs."""

    __slots__ = ("_job", "_lock")

    def __init__(self) -> None:
        self._job: Job | None = None
        self._lock = threading.Lock()  # free while there is a job to take
        self._lock.acquire()

    def hand(self, job: Job | None) -> None:
        """Have it do `job`; None: end."""
        self._job = job
        self._lock.release()

    def work(self) -> None:
        """What the thread does."""
        lock = self._lock
        while lock.acquire(True, limits.IDLE_THREAD_SECONDS) or not self._retire():
            job = self._job
            self._job = None
            if job is None:
                return
            job.work()
            _idle.append(self)  # before the loop hears of it, and has the next job for this warm thread
            job.bring()
            job = None

    def _retire(self) -> bool:
        """Whether nobody is just handing it a job."""
        try:
            _idle.remove(self)
        except ValueError:
            self._lock.acquire()
            return False
        return True


def begin(job: Job) -> None:
    """Have `job` done by the thread that became idle last, or by a new one."""
    try:
        worker = _idle.pop()
    except IndexError:
        worker = Worker()
        threading.Thread(target=worker.work, name=f"plait bridge {next(_numbers)}", daemon=True).start()
    worker.hand(job)


def end_idle_threads() -> None:
    """Have the threads that wait for jobs end now, and not after their time."""
    while _idle:
        worker = _idle.pop()
        worker.hand(None)


_idle: list[Worker] = []
_jobs: dict[int, Job] = {}  # what each thread works on
_numbers = count(1)

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)  # threads stay in the parent
