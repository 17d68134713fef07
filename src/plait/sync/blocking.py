"""Blocks a thread until a waiter has what it waits for: what an await is to a task."""

from __future__ import annotations

import asyncio
from threading import TIMEOUT_MAX
from time import monotonic
from typing import TYPE_CHECKING, Any

from plait.base.errors import SelfDeadlock
from plait.sync.crossing import Parked

if TYPE_CHECKING:
    from plait.sync.waiter_queue import Waiter
    from plait.tasks.future import Future

_FOR_EVER = -1.0
_LONGEST = TIMEOUT_MAX


def seconds_of(timeout: Any) -> float:
    """A time-out as a number, below 0 for ever; None: for ever."""
    if timeout is None:
        return _FOR_EVER
    seconds = float(timeout)
    if not seconds >= 0:
        raise ValueError(f"'timeout' must be a non-negative number of seconds, or None, not {timeout!r}")
    return seconds if seconds < _LONGEST else _FOR_EVER


def block(waiter: Waiter, seconds: float, primitive: Any) -> bool:
    """Wait until `waiter` has ended, at most so long; False: it has left the queue, and got nothing."""
    waiter.block(Parked())
    deadline = monotonic() + seconds if seconds >= 0 else _FOR_EVER
    future = waiter.start()
    while future is not None:
        if asyncio._get_running_loop() is not None and waiter.is_up_to_this_thread():
            waiter.give_up()
            raise _self_deadlock(primitive, waiter.label())
        if not _wait(waiter, future, deadline):
            return False
        future = waiter.resumed()
    return True


def _wait(waiter: Waiter, future: Future, deadline: float) -> bool:
    """Whether its turn came."""
    parked: Parked = future  # type: ignore[assignment]
    left = deadline if deadline < 0 else max(0.0, deadline - monotonic())
    try:
        if parked.wait(left):
            return True
    except BaseException:  # a signal handler raised
        waiter.leave_or_give_back()
        raise
    return not waiter.give_up()


def _self_deadlock(primitive: Any, name: str) -> SelfDeadlock:
    return SelfDeadlock(
        f"sync.{name}() of {primitive!r} would block the thread that runs the event loop, and with it those who could end"
        f" the wait: await {name}() of the {type(primitive).__name__} itself, or call this in a thread (asyncio.to_thread)"
    )
