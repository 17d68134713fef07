"""A handle with a deadline: what ``call_later`` and ``call_at`` return."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from plait.native import methods, pool
from plait.schedule.handle import Handle

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context


class TimerHolder:
    """Where a timer waits for its deadline."""

    __slots__ = ()

    def forget(self, timer: Timer) -> Any:
        """Take note that `timer`, which waits here, was cancelled."""
        raise NotImplementedError


class Timer(Handle):
    """A callback that is to run at a time of the loop's clock, in seconds. See `asyncio.TimerHandle`."""

    __slots__ = ("_deadline", "_holder", "_order")

    _deadline: float
    _order: int
    _holder: TimerHolder | None

    def __init__(
        self,
        when: float,
        callback: Callable[..., Any],
        args: tuple[Any, ...],
        loop: Any,
        context: Context | None = None,
    ) -> None:
        if when is None:
            raise TypeError("a timer's time must be a number of the loop's clock (loop.time() + seconds), not None")
        self.set_deadline(when)
        self.prepare(callback, args, loop, context, None)
        self._holder = None
        if loop is not None and loop.get_debug():
            self.trace_source()

    def set_deadline(self, when: float) -> None:
        """Fix the time, once. A timer that overrides `run` needs no callback, and none has one that `pool.new` made."""
        self._cancelled = False
        self._deadline = when
        self._order = 0

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return asyncio.TimerHandle

    @property
    def _when(self) -> float:
        return self._deadline

    @property
    def _scheduled(self) -> bool:
        return self._holder is not None

    def when(self) -> float:
        """The time at which the callback is to run, in seconds of ``loop.time()``."""
        return self._deadline

    def cancel(self) -> None:
        """Do not run the callback; forget it, its arguments, and the deadline."""
        if not self._cancelled:
            self._cancelled = True
            self._forget()
            self.surface()
            if self._holder is not None:
                self._holder.forget(self)

    def _repr_parts(self) -> list[str]:
        parts = Handle._repr_parts(self)
        parts[0] = "TimerHandle"
        when = int(self._deadline) if self._deadline.is_integer() else self._deadline
        parts.insert(2 if self._cancelled else 1, f"when={when}")
        return parts

    def __hash__(self) -> int:
        return hash(self._deadline)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Timer):
            return NotImplemented
        return self._identity() == other._identity()

    def _identity(self) -> tuple[Any, ...]:
        return (self._deadline, self._callback, self._args, self._cancelled)

    def __lt__(self, other: object) -> bool:
        return self._deadline < other.when() if isinstance(other, Timer) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self._deadline <= other.when() if isinstance(other, Timer) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self._deadline > other.when() if isinstance(other, Timer) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self._deadline >= other.when() if isinstance(other, Timer) else NotImplemented


methods.guard(Timer)


pool.keep_freed(Timer)
