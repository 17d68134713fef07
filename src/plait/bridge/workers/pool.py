"""Calls in other processes: who gets which worker, and what is done with it when the call is over."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import pickle
import signal
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from plait.base import limits
from plait.base.errors import CannotTravel, RemoteError, RemoteTraceback, WorkerDied
from plait.bridge.workers import child
from plait.bridge.workers.worker import Worker
from plait.tasks import coroutine_kinds
from plait.tasks.threads import to_thread
from plait.tasks.timeout import timeout as deadline

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType


async def process(function: Callable[..., Any], /, *args: Any, timeout: float | None = None) -> Any:
    """The result of ``function(*args)``, called in another process.

    A cancellation kills that process, and so does the end of `timeout` seconds, which count from the moment that a process is
    free for the call (TimeoutError). What the function raises is raised here, with its traceback there as the cause. WorkerDied:
    the process ended in the midst of the call. CannotTravel: function, arguments or result could not be pickled. Lambdas and
    functions of ``__main__`` need cloudpickle (``pip install 'plait[processes]'``).
    """
    return await default_pool().run(function, *args, timeout=timeout)


def default_pool() -> ProcessPool:
    """The pool of `process()`: as many workers as this process may use processors."""
    global _default
    with _making:
        if _default is None or _default.is_closed():
            _default = ProcessPool()
        return _default


class ProcessPool:
    """At most so many worker processes (None: one a processor); they start when they are needed, and stay for the next calls.

    Any number of loops and threads may use one pool. ``with`` and ``async with`` close it.
    """

    def __init__(self, workers: int | None = None) -> None:
        if workers is not None and workers < 1:
            raise ValueError(f"a pool needs 1 worker at least, not {workers!r}")
        self.workers: int = workers or _processors()
        self._lock = threading.Lock()
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._queue: deque[_Place] = deque()
        self._closed = False
        _pools.add(self)

    async def run(self, function: Callable[..., Any], /, *args: Any, timeout: float | None = None) -> Any:
        """`process()` on this pool."""
        call = _pickled_call(function, args)
        worker = await self._take()
        answered = False
        try:
            answer = await _call_in_time(worker, call, timeout)
            answered = True
        except WorkerDied as death:
            raise self._explained(death, function) from None
        except TimeoutError:
            raise TimeoutError(f"{_name(function)} took longer than {timeout} s; its process was killed") from None
        finally:
            self._give_back(worker, answered)
        return _outcome(answer, function)

    def _explained(self, death: WorkerDied, function: Any) -> WorkerDied:
        reason = "the pool was closed: " if self._closed else ""
        hint = "; the system kills so when memory runs out" if death.signal == signal.SIGKILL and not reason else ""
        death.args = (f"{reason}{death} while it ran {_name(function)}{hint}",)
        return death

    # Who gets which worker.

    async def _take(self) -> Worker:
        with self._lock:
            self._check_open()
            if self._idle or len(self._busy) < self.workers:
                return self._free_worker()
            place = _Place()
            self._queue.append(place)
        try:
            return await place.granted()
        except BaseException:
            self._leave(place)
            raise

    def _free_worker(self) -> Worker:
        """One that lives: an idle one may have been killed."""
        while self._idle:
            worker = self._idle.pop()
            if worker.is_alive():
                break
            worker.kill()
        else:
            worker = Worker()
        self._busy.add(worker)
        return worker

    def _leave(self, place: _Place) -> None:
        with self._lock:
            if place in self._queue:
                self._queue.remove(place)
        if place.worker is not None:
            self._give_back(place.worker, True)

    def _give_back(self, worker: Worker, is_idle: bool) -> None:
        """After a call; a worker that has not answered is still busy with it, and is killed."""
        if not is_idle:
            worker.kill()
        with self._lock:
            self._busy.discard(worker)
            if self._closed:
                worker.retire()
                return
            if is_idle:
                worker.idle_since = time.monotonic()
                self._idle.append(worker)
            elif not self._queue:
                self._start_another()
            self._serve_queue()
            self._end_unused()

    def _start_another(self) -> None:
        with contextlib.suppress(OSError, RuntimeError):  # who needs it will be told, in _free_worker
            self._idle.insert(0, Worker())

    def _serve_queue(self) -> None:
        while self._queue and (self._idle or len(self._busy) < self.workers):
            place = self._queue.popleft()
            try:
                worker = self._free_worker()
            except OSError as error:
                place.refuse(error)
                continue
            if not place.grant(worker):
                self._busy.discard(worker)
                self._idle.append(worker)

    def _end_unused(self) -> None:
        """The ones at the front have had nothing to do for the longest time."""
        while len(self._idle) > 1 and time.monotonic() - self._idle[0].idle_since > limits.WORKER_IDLE_SECONDS:
            self._idle.pop(0).retire()

    # Ending.

    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("this ProcessPool is closed: make another one")

    def close(self) -> None:
        """End the worker processes: idle ones by themselves, busy ones at once, and their calls raise WorkerDied."""
        with self._lock:
            self._closed = True
            idle, busy, queue = self._idle, list(self._busy), self._queue
            self._idle, self._queue = [], deque()
        for place in queue:
            place.refuse(RuntimeError("the ProcessPool was closed while the call waited for a free process"))
        for worker in busy:
            worker.terminate()
        for worker in idle:
            worker.let_go()
        for worker in idle:
            worker.bury()
        for worker in busy:
            worker.wait_ended()  # its call gives it back, and buries it

    def forget(self) -> None:
        """In a forked child: the workers are the parent's."""
        self._lock = threading.Lock()
        self._closed = True
        for worker in (*self._idle, *self._busy):
            worker.forget()

    def __enter__(self) -> ProcessPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> ProcessPool:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await to_thread(self.close)


class _Place:
    """A call's place in the queue for a worker."""

    __slots__ = ("_future", "_loop", "_refusal", "worker")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._future = self._loop.create_future()
        self._refusal: Exception | None = None
        self.worker: Worker | None = None

    async def granted(self) -> Worker:
        """Wait for the worker."""
        await self._future
        if self._refusal is not None:
            raise self._refusal
        assert self.worker is not None
        return self.worker

    def grant(self, worker: Worker) -> bool:
        """Called with the pool's lock, from any thread; False when the loop that waits is closed."""
        self.worker = worker
        try:
            self._loop.call_soon_threadsafe(self._wake)
        except RuntimeError:
            self.worker = None
        return self.worker is not None

    def refuse(self, error: Exception) -> None:
        """There will be no worker. Called from any thread."""
        self._refusal = error
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        if not self._future.done():
            self._future.set_result(None)


# What travels.


def _pickled_call(function: Any, args: tuple[Any, ...]) -> list[Any]:
    if coroutine_kinds.is_coroutine_function(function):
        raise TypeError(
            f"{_name(function)} makes a coroutine, which cannot travel: give a plain function, one that calls plait.run()"
        )
    if not callable(function):
        raise TypeError(f"a function and its arguments are required, got {function!r}")
    try:
        return child.pickled((function, args))
    except Exception as error:
        raise CannotTravel(f"{_name(function)} cannot be sent to a worker process: {error}{_hint(error)}") from error


def _hint(error: Exception) -> str:
    try:
        import cloudpickle  # noqa: F401
    except ImportError:
        return "; lambdas, and what is defined in functions or in __main__, need cloudpickle: pip install 'plait[processes]'"
    return "; give it what can be pickled, a path instead of an open file say"


async def _call_in_time(worker: Worker, call: list[Any], timeout: float | None) -> list[Any]:
    if timeout is None:
        return await worker.call(call)
    async with deadline(timeout):
        return await worker.call(call)


def _outcome(answer: list[Any], function: Any) -> Any:
    """The result; raises what the worker has raised."""
    kind, text, value, *buffers = answer
    if kind == child.RESULT:
        try:
            return pickle.loads(value, buffers=buffers)
        except Exception as error:
            raise CannotTravel(f"the result of {_name(function)} came, but cannot be read here: {error}") from error
    text = text.decode(errors="replace")
    if kind == child.CALL_UNREADABLE:
        raise _caused(
            CannotTravel(f"{_name(function)} cannot be read in the worker process: {_last_line(text)}{_needs(text)}"),
            text,
        )
    if kind == child.RESULT_UNPICKLABLE:
        what = value.decode(errors="replace")
        raise _caused(
            CannotTravel(f"the result of {_name(function)}, of {what}, cannot be sent back: {_last_line(text)}"), text
        )
    raise _caused(_remote_error(value, buffers, text), text)


def _remote_error(value: Any, buffers: list[Any], text: str) -> BaseException:
    try:
        error = pickle.loads(value, buffers=buffers)
    except Exception:  # it has no pickled form, or one that its class cannot read
        return RemoteError(_last_line(text))
    return error if isinstance(error, BaseException) else RemoteError(_last_line(text))


def _caused(error: BaseException, text: str) -> BaseException:
    error.__cause__ = RemoteTraceback(text)
    return error


def _last_line(text: str) -> str:
    return text.rstrip().rpartition("\n")[2]


def _needs(text: str) -> str:
    return _hint(TypeError()) if "__main__" in text else "; can it be imported there?"


def _name(function: Any) -> str:
    return getattr(function, "__qualname__", None) or repr(function)


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        return os.cpu_count() or 1


def _close_all() -> None:
    for pool in list(_pools):
        pool.close()


def _forget_all() -> None:
    global _default
    for pool in list(_pools):
        pool.forget()
    _default = None


_default: ProcessPool | None = None
_making = threading.Lock()
_pools: WeakSet[ProcessPool] = WeakSet()
atexit.register(_close_all)
os.register_at_fork(after_in_child=_forget_all)
