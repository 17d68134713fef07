# cython: nonecheck=True
"""Wait until somebody, in whatever thread, calls back: once.

Two objects share the work. The `Suspension` is awaited; the `Resume` is given away. Only the latter holds the former: when
the last reference to a resume goes, nobody can call it any more, and its finalizer says so to who waits.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from plait.base import origin
from plait.base.errors import AlreadyResumed, LostCallback
from plait.base.runnable import Runnable
from plait.bridge import ignored_counts as ignored
from plait.native import frame, pool
from plait.schedule import failure, foreign
from plait.tasks import coroutine_kinds, operation, thrown
from plait.tasks.future import Future
from plait.tasks.operation import Operation

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType

    from plait.schedule.scheduler import Scheduler

_STARTING = 0
_WAITING = 1
_RESUMED = 2
_CANCELLED = 3
_FAILED = 4  # start() itself raised

_MARK_OF_GENERATORS = ("cr_code", "gi_code", "ag_code")


def suspend(start: Callable[[Resume], object]) -> Operation:
    """Call ``start(resume)``, and wait until ``resume.result(value)`` or ``resume.error(exception)`` is called.

    `resume` can be used once, from any thread, from signal handlers and finalizers. Used a second time it raises
    `AlreadyResumed`. If it is dropped unused, the awaiter gets `LostCallback`. If the wait is cancelled, what was given to
    ``resume.on_cancel()`` is called, and a use of `resume` from then on is ignored and counted (`ignored`).
    """
    if not callable(start):
        raise TypeError(f"suspend() needs a function that takes a resume, got {start!r}")
    suspension = pool.new(Suspension)
    suspension.begin()
    suspension._function = start
    return suspension


class Suspension(Operation):
    """``suspend(start)``."""

    __slots__ = ("_answered", "_failed", "_function", "_on_cancel", "_scheduler", "_stage")

    _function: Any
    _on_cancel: Any
    _scheduler: Scheduler
    _stage: int
    _failed: bool
    _answered: bool

    def label(self) -> str:
        return "suspend"

    def start(self) -> Future | None:
        scheduler = foreign.current_scheduler()
        self._scheduler = scheduler
        self._stage = _STARTING
        self._failed = self._answered = False
        try:
            returned = self.launch()
            if returned is not None:
                _refuse_unawaited(self._function, returned)
        except BaseException:
            if self._stage == _RESUMED:
                ignored.count("resumes")
            self._stage = _FAILED
            raise
        if self._stage != _STARTING:
            return self.resumed()
        self._stage = _WAITING
        future = pool.new(Future)
        future.begin(scheduler)
        return future

    def launch(self) -> Any:
        """Have the function begin, with a callback that only it holds."""
        resume = pool.new(Resume)
        resume.prepare(self)
        return self._function(resume)

    def deliver(self, value: Any, failed: bool) -> None:
        """The outcome is here. Only on the thread of the loop."""
        stage = self._stage
        if stage == _STARTING:
            self._stage = _RESUMED
            self._value = value
            self._failed = failed
        elif stage == _WAITING and not self._awaited.is_settled():
            self._stage = _RESUMED
            self._value = value
            self._failed = failed
            self._awaited.finish(None)
        elif self._answered:
            ignored.count("resumes")

    def resumed(self) -> Future | None:
        self._function = self._on_cancel = None
        if self._failed:
            error = self._value
            self._value = None
            try:
                raise error
            finally:
                del error  # its traceback refers to this frame: leave no cycle
        return None

    def interrupted(self, error: BaseException) -> Future | None:
        if self._stage != _RESUMED:
            self._stage = _CANCELLED
            self.call_on_cancel()
        elif self._answered:  # just before the cancellation; else it is only a loss that nobody hears of
            ignored.count("resumes")
        self._function = self._value = None
        try:
            raise error
        finally:
            del error

    def call_on_cancel(self) -> None:
        """Tell whoever works on it that nobody waits any more."""
        function = self._on_cancel
        self._on_cancel = None
        if function is None:
            return
        try:
            function()
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            failure.report(
                self._scheduler.loop(), f"{function!r}, given to resume.on_cancel(), has failed", exception=error
            )

    def may_deliver_here(self) -> bool:
        """Whether this is the loop's thread, and the loop neither sleeps nor may be about to."""
        scheduler = self._scheduler
        if not scheduler.is_running_here():
            return False
        return self._stage == _STARTING or not scheduler._sleeping

    def lost(self) -> None:
        """The callback is no more. Callable in any thread, in the midst of anything."""
        if self._stage != _WAITING and self._stage != _STARTING:
            return
        name = getattr(self._function, "__qualname__", None) or repr(self._function)
        error = LostCallback(
            f"{name} has dropped its callback without calling it, so that the result can never come: "
            "keep the callback until it has been called, and report failures through it, too"
        )
        send(_Loss(self, error), self)


class Resume(Runnable):
    """What continues a suspended coroutine: one use, from any thread. Made by `suspend`."""

    __slots__ = ("__weakref__", "_code", "_failed", "_instruction", "_suspension", "_used", "_value")

    _code: CodeType | None
    _instruction: int
    _failed: bool
    _used: bool
    _suspension: Suspension
    _value: Any

    def __init__(self) -> None:
        self._suspension = None  # type: ignore[assignment]  # which the finalizer will see
        raise TypeError("a resume is made by suspend(), which gives it to your function")

    def prepare(self, suspension: Suspension) -> None:
        """What a constructor would do."""
        self._suspension = suspension
        self._used = False

    def result(self, value: Any = None) -> None:
        """Have the awaiter go on with `value`."""
        self.settle(value, False)

    def error(self, exception: BaseException | type[BaseException]) -> None:
        """Have `exception` raised where the awaiter waits."""
        self.settle(thrown.as_settled(exception), True)

    def on_cancel(self, function: Callable[[], object]) -> None:
        """Have ``function()`` called if the wait is cancelled: by the loop's thread, or here and now if it was already."""
        suspension = self._suspension
        suspension._on_cancel = function
        if suspension._stage == _CANCELLED:
            suspension.call_on_cancel()

    def settle(self, value: Any, failed: bool) -> None:
        """The one use."""
        suspension = self._suspension
        if self._used:
            self._used_again()
            return
        self._used = suspension._answered = True
        self._code = frame.caller_code()
        self._instruction = frame.caller_instruction()
        if suspension.may_deliver_here():
            suspension.deliver(value, failed)
            return
        self._value = value
        self._failed = failed
        send(self, suspension)

    def _used_again(self) -> None:
        if self._suspension._stage == _CANCELLED:
            ignored.count("resumes")
            return
        again = origin.place(frame.caller_code(), frame.caller_instruction())
        raise AlreadyResumed(
            f"resumed twice: first at {origin.place(self._code, self._instruction)}; again at {again}. "
            "A repeated callback is a case for bridge.events()"
        )

    def run(self) -> Any:
        value = self._value
        suspension = self._suspension
        self._value = None
        suspension.deliver(value, self._failed)

    def __del__(self) -> None:
        suspension = self._suspension
        if suspension is not None and not self._used and not sys.is_finalizing():
            suspension.lost()


class _Loss(Runnable):
    """Brings the news from the finalizer of a resume, unless one of the same garbage has used it after that."""

    __slots__ = ("_error", "_suspension")

    def __init__(self, suspension: Suspension, error: BaseException) -> None:
        self._suspension = suspension
        self._error = error

    def run(self) -> Any:
        suspension = self._suspension
        if suspension._stage == _WAITING and not suspension._answered:
            suspension.deliver(self._error, True)


def send(runnable: Runnable, suspension: Suspension) -> None:
    """Have the loop's thread run it. What comes when nobody waits is counted; RuntimeError if the loop has been closed."""
    stage = suspension._stage
    scheduler = suspension._scheduler
    if stage not in (_STARTING, _WAITING):
        ignored.count("resumes")
        return
    if scheduler._closed:
        ignored.count("resumes")
        raise RuntimeError("Event loop is closed: the coroutine that this callback belongs to will never go on")
    scheduler.push_threadsafe(runnable)


def _refuse_unawaited(function: Any, returned: Any) -> None:
    """A function that made a coroutine or a generator has not begun."""
    for name in _MARK_OF_GENERATORS:
        if hasattr(returned, name):
            close = getattr(returned, "close", None)
            if close is not None:
                close()
            raise TypeError(
                f"{function!r} returned {returned!r}, which does nothing until it is awaited or iterated: "
                "a plain function that takes a callback is needed; a coroutine function can be awaited as it is"
            )


def is_used(resume: Any) -> bool:
    """Whether its finalizer has nothing to say."""
    own: Resume = resume
    return own._used


pool.keep_freed_if_set(Suspension, operation.progress_place())
pool.keep_freed_if(Resume, is_used)
coroutine_kinds.mark_coroutine_function(suspend)
