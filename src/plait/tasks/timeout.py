# cython: nonecheck=True
"""A scope with a deadline: when it passes, the task inside is cancelled and TimeoutError comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.base import numeric
from plait.base.errors import CancelledError
from plait.native import methods, pool
from plait.schedule import foreign
from plait.schedule.timer import Timer
from plait.tasks import coroutine_kinds, registry, returned
from plait.tasks.task import Task

if TYPE_CHECKING:
    from types import TracebackType

_CREATED = 0
_ENTERED = 1
_EXPIRING = 2
_EXPIRED = 3
_EXITED = 4

_INFINITY = float("inf")

_STATE_NAMES = ("created", "active", "expiring", "expired", "finished")


class Timeout:
    """See `asyncio.Timeout`."""

    __slots__ = (
        "__weakref__",
        "_cancelling",
        "_deadline",
        "_scheduler",
        "_state",
        "_task",
        "_timer",
        "_when",
    )

    def __init__(self, when: float | None) -> None:
        self._state = _CREATED
        self._when = when
        self._deadline = _INFINITY if when is None else when
        self._timer: Any = None
        self._task: Any = None
        self._scheduler: Any = None

    def when(self) -> float | None:
        """The deadline, in seconds of the loop's clock; None: there is none."""
        if self._when is None and self._deadline != _INFINITY:
            self._when = self._deadline  # one that nobody asks for is not made an object
        return self._when

    def expired(self) -> bool:
        """Whether the deadline passed while the scope was active."""
        return self._state == _EXPIRING or self._state == _EXPIRED

    def reschedule(self, when: float | None) -> None:
        """Change the deadline."""
        if self._state != _ENTERED:
            if self._state == _CREATED:
                raise RuntimeError("Timeout has not been entered")
            raise RuntimeError(f"Cannot change state of {_STATE_NAMES[self._state]} Timeout")
        self._when = when
        self._deadline = _INFINITY if when is None else when
        self._stop_timer()
        self._start_timer()

    def __aenter__(self) -> Any:
        if self._state != _CREATED:
            raise RuntimeError("Timeout has already been entered")
        self._enter()
        return returned.returned(self)

    def _enter(self) -> None:
        scheduler = foreign.current_scheduler()
        task = registry.current(scheduler.loop())
        if task is None:
            raise RuntimeError("Timeout should be used inside a task")
        self._state = _ENTERED
        self._scheduler = scheduler
        self._task = task
        if type(task) is Task:
            own: Task = task
            self._cancelling = own._cancels
        else:
            self._cancelling = task.cancelling()
        self._start_timer()

    def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> Any:
        self._stop_timer()
        if self._state == _EXPIRING:
            self._state = _EXPIRED
            self._translate(kind, error)
        elif self._state == _ENTERED:
            self._state = _EXITED
        self._task = None
        return returned.returned(None)

    def _translate(self, kind: type[BaseException] | None, error: BaseException | None) -> None:
        """The cancellation that the deadline caused comes out as TimeoutError, unless another was asked for too."""
        if self._task.uncancel() > self._cancelling or kind is None or error is None:
            return
        if issubclass(kind, CancelledError):
            raise TimeoutError from error
        _insert_timeout_error(error)
        if isinstance(error, BaseExceptionGroup):
            for member in error.exceptions:
                _insert_timeout_error(member)

    def _start_timer(self) -> None:
        when = self._deadline
        if when == _INFINITY:
            return
        if when != when:
            raise ValueError("the deadline of a timeout() is not a number (NaN): give seconds, or None for no deadline")
        timer = pool.new(TimeoutTimer)
        timer.set_deadline(when)
        timer._timeout = self
        self._timer = timer
        if self._scheduler.is_past(when):
            self._scheduler.push(timer)
        else:
            self._scheduler.start_timer(timer)

    def _stop_timer(self) -> None:
        timer = self._timer
        if timer is not None:
            self._timer = None
            timer.drop()

    def expire(self) -> None:
        """The deadline has passed."""
        self._timer = None
        self._state = _EXPIRING
        self._task.cancel()

    def __repr__(self) -> str:
        when = None if self.when() is None else round(self.when(), 3)  # type: ignore[arg-type]
        details = f" when={when}" if self._state == _ENTERED else ""
        return f"<Timeout [{_STATE_NAMES[self._state]}]{details}>"


methods.guard(Timeout)


class TimeoutTimer(Timer):
    """Expires a timeout at its deadline."""

    __slots__ = ("_timeout",)

    _timeout: Timeout | None

    def drop(self) -> None:
        """As `cancel`; there is no callback to forget."""
        self._timeout = None
        self._cancelled = True
        if self._holder is not None:
            self._holder.forget(self)

    def run(self) -> Any:
        timeout = self._timeout
        if timeout is not None:
            self._timeout = None
            timeout.expire()


pool.keep_freed(Timeout)
pool.keep_freed(TimeoutTimer)
coroutine_kinds.mark_context_manager(Timeout)


def timeout(delay: float | None) -> Timeout:
    """A scope that may take at most `delay` seconds; None: as long as it likes. See `asyncio.timeout`."""
    scope = pool.new(Timeout)
    scope._state = _CREATED
    if delay is None:
        scope._deadline = _INFINITY
        return scope
    if type(delay) is not int and type(delay) is not float:
        numeric.must_be_number(delay, "timeout", "a delay in seconds, or None")
    seconds = delay  # compiled, a number in C
    scope._deadline = foreign.current_scheduler().now() + seconds
    if scope._deadline == _INFINITY:
        scope._when = _INFINITY
    return scope


def timeout_at(when: float | None) -> Timeout:
    """As `timeout`, with the deadline in seconds of the loop's clock. See `asyncio.timeout_at`."""
    if when is not None and type(when) is not float:
        numeric.must_be_number(when, "timeout_at", "a time of the loop's clock, or None")
    return Timeout(when)


def _insert_timeout_error(error: BaseException) -> None:
    """Put a TimeoutError before the first CancelledError in the chain of contexts."""
    while error.__context__ is not None:
        if isinstance(error.__context__, CancelledError):
            expired = TimeoutError()
            expired.__context__ = expired.__cause__ = error.__context__
            error.__context__ = expired
            return
        error = error.__context__
