"""The default executor: threads that take jobs off a queue and hand the results back to the loop."""

from __future__ import annotations

import os
import threading
from asyncio.futures import _convert_future_exc  # type: ignore[attr-defined]
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from plait.base import limits
from plait.base.runnable import Runnable
from plait.tasks.future import Future

if TYPE_CHECKING:
    from collections.abc import Callable

    from plait.schedule.scheduler import Scheduler


class Job(Runnable):
    """One call in a worker thread; then, as a runnable of the loop, the bringer of its outcome."""

    __slots__ = ("_args", "_error", "_function", "_future", "_pool", "_result", "_scheduler")

    def __init__(self, pool: Any, scheduler: Scheduler, future: Any, function: Any, args: tuple[Any, ...]) -> None:
        self._pool = pool
        self._scheduler = scheduler
        self._future = future
        self._function = function
        self._args = args
        self._result: Any = None
        self._error: Any = None

    def work(self) -> None:
        """Called in the worker's thread. A job that was cancelled before its turn is not begun."""
        if not self._future.done():
            try:
                self._result = self._function(*self._args)
            except BaseException as error:
                self._error = error
        self._function = self._args = None  # type: ignore[assignment]
        self._scheduler.push_threadsafe(self)

    def run(self) -> Any:
        self._pool.finished()
        future = self._future
        error = self._error
        result = self._result
        self._future = self._error = self._result = None
        if future.is_settled():
            return
        if error is None:
            future.finish(result)
        else:
            future.set_exception(_convert_future_exc(error))


class Workers:
    """As many threads as there are jobs at a time, up to a bound; they stay for the next jobs."""

    def __init__(self, loop: Any, most: int = min(limits.WORKERS, (os.cpu_count() or 1) + 4)) -> None:
        self._loop = loop
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._unfinished = 0
        self._most = most
        self._stopped = False

    def submit(self, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        """A future for ``function(*args)``, called in a worker thread."""
        if self._stopped:
            raise RuntimeError("cannot schedule new futures after shutdown")
        if self._unfinished >= len(self._threads) and len(self._threads) < self._most:
            self._start_thread()
        future = Future(loop=self._loop)
        self._unfinished += 1
        self._jobs.put(Job(self, self._loop, future, function, args))
        return future

    def finished(self) -> None:
        """One job less; called in the loop's thread."""
        self._unfinished -= 1

    def _start_thread(self) -> None:
        _working.add(self)
        thread = threading.Thread(target=_work, args=(self._jobs,), name=f"plait_{len(self._threads)}", daemon=True)
        self._threads.append(thread)
        try:
            thread.start()
        except BaseException as error:
            if thread.ident is None:
                self._threads.remove(thread)
            if not self._threads or not isinstance(error, RuntimeError):
                raise  # else the system has no more threads, and those that there are do the work

    def stop(self) -> None:
        """Have the threads end when the jobs before have been done."""
        if not self._stopped:
            self._stopped = True
            for _ in self._threads:
                self._jobs.put(None)

    def join(self, timeout: float | None = None) -> bool:
        """Wait until the threads have ended, at most `timeout` seconds; returns whether they have."""
        for thread in self._threads:
            thread.join(timeout)
        return not any(thread.is_alive() for thread in self._threads)


def _work(jobs: SimpleQueue[Job | None]) -> None:
    job = jobs.get()
    while job is not None:
        job.work()
        job = None  # do not keep the last job alive while waiting for the next
        job = jobs.get()


def _finish_all() -> None:
    """The interpreter, when it ends, waits for jobs under way, as it does for `concurrent.futures`."""
    working = list(_working)
    for workers in working:
        workers.stop()
    for workers in working:
        workers.join()


_working: WeakSet[Workers] = WeakSet()
threading._register_atexit(_finish_all)  # type: ignore[attr-defined]
