# cython: nonecheck=True
"""A call that a thread has a loop make, and waits for."""

from __future__ import annotations

from _thread import allocate_lock
from typing import TYPE_CHECKING, Any

from plait.base import limits
from plait.base.errors import CancelledError, LoopClosed, SelfDeadlock
from plait.base.runnable import Runnable
from plait.native import calling, contexts
from plait.schedule import foreign
from plait.schedule.handle import Handle
from plait.tasks import awaiting, coroutine_kinds, spawn
from plait.tasks.task import Task

if TYPE_CHECKING:
    from contextvars import Context

    from plait.schedule.scheduler import Scheduler

_LOOK = limits.LOOP_LOOK_SECONDS


class Crossing(Runnable):
    """``function(*args)`` on the loop, in a copy of the thread's context; if `awaits`, what it returns is awaited there."""

    __slots__ = (
        "_args",
        "_awaits",
        "_cancelled",
        "_context",
        "_error",
        "_function",
        "_lock",
        "_message",
        "_scheduler",
        "_task",
        "_value",
    )

    def __init__(self, scheduler: Scheduler, function: Any, args: tuple[Any, ...], awaits: bool) -> None:
        self._scheduler = scheduler
        self._function = function
        self._args = args
        self._awaits = awaits
        self._context: Context = contexts.copy_current()
        self._lock = allocate_lock()
        self._lock.acquire()
        self._task: Any = None
        self._value: Any = None
        self._error: BaseException | None = None
        self._message: Any = None
        self._cancelled = False

    # In the thread that waits.

    def must_not_block(self) -> None:
        """Raise if this thread would wait for itself."""
        if foreign.runs_here(self._scheduler.loop()):
            raise SelfDeadlock(
                f"this thread runs the loop, which is to call {self._function!r} while the thread waits for it: "
                "await it instead, or make this call from a worker thread (await bridge.thread(...))"
            )

    def send(self) -> None:
        """Have the loop make the call."""
        if self._scheduler._closed:
            self._must_be_open(self._scheduler.loop())
        self._scheduler.push_threadsafe(self)

    def outcome(self) -> Any:
        """What came of it, once the loop has it."""
        try:
            while not self._lock.acquire(True, _LOOK):
                self._look_at_loop()
        except BaseException:  # Ctrl+C above all
            self.cancel_threadsafe()
            raise
        error = self._error
        if error is None:
            return self._value
        self._error = None
        try:
            raise error
        finally:
            del error

    def _look_at_loop(self) -> None:
        loop = self._scheduler.loop()
        if loop.is_closed() and not self._lock.acquire(False):
            self._must_be_open(loop)

    def _must_be_open(self, loop: Any) -> None:
        if loop.is_closed():
            raise LoopClosed(f"the event loop was closed before it had finished {self._function!r}")

    # On the loop.

    def run(self) -> Any:
        """Begin; what is not awaited ends here, too."""
        if self._cancelled:
            self._end_with(None, CancelledError(self._message))
            return
        try:
            value = calling.call(self._function, self._args, self._context)
            if self._awaits:
                self._await(value)
            else:
                _refuse_coroutine(self._function, value)
        except (SystemExit, KeyboardInterrupt) as error:
            self._end_with(None, error)
            raise
        except BaseException as error:
            self._end_with(None, error)
        else:
            if not self._awaits:
                self._end_with(value, None)

    def _await(self, awaitable: Any) -> None:
        coro = awaitable
        if not coroutine_kinds.is_coroutine(awaitable):
            if not hasattr(awaitable, "__await__"):
                raise TypeError(
                    f"{self._function!r} returned {awaitable!r}, not an awaitable: call() is for plain functions"
                )
            coro = awaiting.await_it(awaitable)
        task = spawn.create_task_on(self._scheduler, coro, None, self._context, None)
        self._task = task
        if isinstance(task, Task):
            own: Task = task
            own.add_waiter(self)
        else:
            task.add_done_callback(self.note_end)

    def wake(self, future: Any) -> Any:
        self.note_end(future)

    def note_end(self, task: Any) -> None:
        """The task is done."""
        self._task = None
        try:
            value = task.result()
        except BaseException as error:
            self._end_with(None, error)
        else:
            self._end_with(value, None)

    def _end_with(self, value: Any, error: BaseException | None) -> None:
        self._function = self._args = self._context = None  # type: ignore[assignment]
        self._value = value
        self._error = error
        self._lock.release()

    def cancel(self, message: Any) -> None:
        """Cancel it."""
        self._cancelled = True
        self._message = message
        if self._task is not None:
            self._task.cancel(message)

    def cancel_threadsafe(self) -> None:
        """As `cancel`, from another thread."""
        if not self._scheduler.loop().is_closed():
            self._scheduler.push_threadsafe(Handle(self.cancel, (None,), self._scheduler.loop(), None))


def cross(loop: Any, function: Any, args: tuple[Any, ...], awaits: bool) -> Any:
    """Have `loop` call the function, and wait for the outcome."""
    return begin(loop, function, args, awaits).outcome()


def begin(loop: Any, function: Any, args: tuple[Any, ...], awaits: bool) -> Crossing:
    """As `cross`, without the wait."""
    crossing = Crossing(foreign.scheduler_of(loop), function, args, awaits)
    crossing.must_not_block()
    crossing.send()
    return crossing


def _refuse_coroutine(function: Any, value: Any) -> None:
    if value is not None and coroutine_kinds.is_coroutine(value):
        value.close()
        raise TypeError(f"{function!r} returned a coroutine, which nobody would await: use from_thread.run()")
