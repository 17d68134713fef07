"""Several that wait for one future, which has a field for one."""

from __future__ import annotations

from typing import Any

from plait.base.runnable import Runnable


class Waiters(Runnable):
    """They are woken in the order of `waiting`."""

    __slots__ = ("waiting",)

    def __init__(self, waiting: list[Any]) -> None:
        self.waiting = waiting

    def wake(self, future: Any) -> Any:
        for waiter in self.waiting:
            waiter.wake(future)


def list_waiters(waiter: Runnable | None) -> list[Any]:
    """All that `waiter` stands for."""
    if isinstance(waiter, Waiters):
        several: Waiters = waiter
        return list(several.waiting)
    return [] if waiter is None else [waiter]


def join(waiting: list[Any]) -> Runnable | None:
    """What stands for all of `waiting`."""
    if len(waiting) > 1:
        return Waiters(waiting)
    return waiting[0] if waiting else None
