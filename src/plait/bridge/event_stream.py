"""A callback that is called again and again, as an asynchronous iterator."""

from __future__ import annotations

import sys
import weakref
from typing import TYPE_CHECKING, Any

from plait.base import limits
from plait.base.errors import EventsLost, LostCallback, SelfDeadlock
from plait.bridge.callback_call import Called
from plait.bridge.handover import FULL, Handover
from plait.schedule import failure, foreign

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

_POLICIES = ("wait", "drop_oldest", "drop_newest", "error")


def events(
    subscribe: Callable[[Any], Any],
    unsubscribe: Callable[[Any], object] | None = None,
    *,
    buffer: int = limits.EVENTS_KEPT,
    overflow: str = "error",
) -> Events:
    """Iterate over what a callback is called with, in whatever thread: ``async for event in events(on, off):``.

    ``subscribe(callback)`` is called at once, ``unsubscribe(callback)`` at the end; without `unsubscribe` what `subscribe`
    returned is called, if it can be. The values are those of `from_callback`; ``callback.end()`` and ``callback.error(e)``
    end the iteration. Up to `buffer` events wait to be read; then, by `overflow`, the calling thread waits ("wait"; on the
    loop's own thread `SelfDeadlock`), "drop_oldest" or "drop_newest" drops one and counts it in ``.dropped``, or "error"
    ends the iteration with `EventsLost` behind the events that are kept. ``async with`` or ``aclose()`` ends it early.
    """
    if not callable(subscribe):
        raise TypeError(f"events() needs a function that takes a callback, got {subscribe!r}")
    if overflow not in _POLICIES:
        raise ValueError(f"overflow must be one of {', '.join(_POLICIES)}, not {overflow!r}")
    return Events(subscribe, unsubscribe, Handover(buffer, buffer - 1), overflow)


class Events:
    """``events(subscribe, unsubscribe)``: an asynchronous iterator."""

    def __init__(self, subscribe: Any, unsubscribe: Any, handover: Handover, overflow: str) -> None:
        self._handover = handover
        self._ended = False
        self._subscribe = subscribe
        self._unsubscribe = unsubscribe
        emit = Emitter(handover, overflow, getattr(subscribe, "__qualname__", None) or repr(subscribe))
        self._emitter = weakref.ref(emit)  # only who calls it holds it: so it is known when nobody can
        try:
            self._subscription = subscribe(emit)
        except BaseException:
            self._ended = True
            handover.close()
            raise

    @property
    def dropped(self) -> int:
        """How many events were dropped."""
        return self._handover.dropped

    def __aiter__(self) -> Events:
        return self

    async def __anext__(self) -> Any:
        try:
            return await self._handover.get()
        except Exception:
            if self._handover.is_over:  # or this task is a second reader, which takes nothing from the first
                self._end()
            raise

    async def aclose(self) -> None:
        """Unsubscribe; what was not read is dropped."""
        self._end()

    async def __aenter__(self) -> Events:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        if self._ended:
            return
        self._ended = True
        self._handover.close()
        unsubscribe, subscription, emit = self._unsubscribe, self._subscription, self._emitter()
        self._unsubscribe = self._subscription = None
        try:
            if unsubscribe is None:
                if callable(subscription) and subscription is not emit:
                    subscription()
            elif emit is not None:
                unsubscribe(emit)
        except Exception as error:
            failure.report(
                self._handover._loop, f"events() could not unsubscribe from {self._subscribe!r}", exception=error
            )

    def __del__(self) -> None:
        if getattr(self, "_ended", True) or sys.is_finalizing() or self._handover._loop.is_closed():
            return
        # a loop that was left by `break`; the source may not be called from a finalizer, which runs anywhere
        self._handover._loop.call_soon_threadsafe(_Leaving(self))


class _Leaving:
    """Ends what was dropped, on the loop's thread."""

    def __init__(self, dropped: Events) -> None:
        self._dropped = Events.__new__(Events)
        self._dropped.__dict__.update(dropped.__dict__)
        dropped._ended = True

    def __call__(self) -> None:
        self._dropped._end()


class Emitter:
    """The callback that `events` gives away."""

    def __init__(self, handover: Handover, overflow: str, source: str) -> None:
        self._handover = handover
        self._overflow = overflow
        self._source = source

    def __call__(self, *values: Any, **named: Any) -> None:
        """One event."""
        value: Any = Called(values, named) if named else values[0] if len(values) == 1 else values or None
        handover = self._handover
        if self._overflow == "drop_oldest":
            handover.put_dropping_oldest(value)
        elif self._overflow == "wait":
            self._put_waiting(value)
        elif handover.put_nowait(value) is FULL:
            handover.drop()
            if self._overflow == "error":
                handover.end(
                    EventsLost(f"{self._source} has sent more events than are read, and the buffer is full: {_FIX}")
                )

    def _put_waiting(self, value: Any) -> None:
        handover = self._handover
        if foreign.runs_here(handover._loop):
            if handover.put_nowait(value) is FULL:
                handover.drop()
                error = SelfDeadlock(
                    f"{self._source} calls back in the thread of the loop, which alone could make room in the full buffer: {_FIX}"
                )
                handover.end(error)
                raise error
        else:
            handover.put_waiting(value)

    def error(self, exception: BaseException) -> None:
        """The source has failed: raised where the events are read, after those that are kept."""
        self._handover.end(exception)

    def end(self) -> None:
        """There will be no more."""
        self._handover.end()

    def __del__(self) -> None:
        if sys.is_finalizing():
            return
        self._handover.end(
            LostCallback(
                f"{self._source} has dropped the callback of events(): keep it, and call .end() when there is no more"
            )
        )


_FIX = "give events() a larger buffer, or overflow='drop_oldest' or 'drop_newest'"
