"""Steps coroutines by hand, counts their awaits, and puts a fault in place of what one of them would have brought."""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from typing import Any

# When the fault comes, and which. "cancel": while the awaited thing is under way, through the task, as a user does it.
# "cancel late": it was done, but before its result was seen, which so gets lost. "cancel again": a second time, in
# what the coroutine awaits to clean up. "raise": the operating system refuses.
KINDS = ("cancel", "cancel late", "cancel again", "raise")


class InjectedError(OSError):
    """What the operating system says in the tests."""


class Plan:
    """One fault of a kind at the await of this number, counted over all the coroutines that this plan steps."""

    def __init__(self, kind: str, number: int, between: Callable[[], None]) -> None:
        self.kind = kind
        self.number = number
        self.between = between
        self.awaits = 0
        self.faults_left = 2 if kind == "cancel again" else 1
        self.where = ""
        self.hit_subject = False
        self.is_armed = False

    @property
    def has_struck(self) -> bool:
        return self.where != ""

    def step(self, coro: Coroutine[Any, Any, Any], is_subject: bool = False) -> "Stepped":
        return Stepped(coro, self, is_subject)

    def is_due(self) -> bool:
        """Called at each await; whether it is the one."""
        self.awaits += 1
        return self.is_armed and self.awaits > self.number and self.faults_left > 0

    def strike(self, coro: Any, is_subject: bool) -> None:
        self.faults_left -= 1
        self.where = self.where or place_of(coro)
        self.hit_subject = self.hit_subject or is_subject


class Stepped(Coroutine[Any, Any, Any]):
    """A coroutine that runs another one, with the plan looking at each of its awaits."""

    def __init__(self, coro: Coroutine[Any, Any, Any], plan: Plan, is_subject: bool) -> None:
        self.coro = coro
        self.plan = plan
        self.is_subject = is_subject
        self.is_result_lost = False
        self.__name__ = self.__qualname__ = f"stepped {getattr(coro, '__qualname__', coro)}"

    def send(self, value: Any) -> Any:
        if self.is_result_lost:
            self.is_result_lost = False
            return self.watched(self.coro.throw, asyncio.CancelledError())
        return self.watched(self.coro.send, value)

    def throw(self, error: Any, value: Any = None, trace: Any = None) -> Any:  # type: ignore[override]
        return self.watched(self.coro.throw, error if value is None else value)

    def close(self) -> None:
        self.coro.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        return self  # type: ignore[return-value]

    def __iter__(self) -> "Stepped":
        return self

    def __next__(self) -> Any:
        return self.send(None)

    def watched(self, resume: Callable[[Any], Any], value: Any) -> Any:
        """Run up to the next await."""
        try:
            awaited = resume(value)
        finally:
            self.plan.between()
        return self.inject(awaited) if self.plan.is_due() else awaited

    def inject(self, awaited: Any) -> Any:
        self.plan.strike(self.coro, self.is_subject)
        if self.plan.kind == "cancel late":
            self.is_result_lost = True
        elif self.plan.kind == "raise":
            give_up(awaited)
            return self.watched(self.coro.throw, InjectedError("injected"))
        else:
            task = asyncio.current_task()
            assert task is not None
            asyncio.get_running_loop().call_soon(task.cancel)
        return awaited


def give_up(awaited: Any) -> None:
    """Nobody waits for it any longer."""
    if asyncio.isfuture(awaited):
        awaited._asyncio_future_blocking = False
        awaited.cancel()


def place_of(coro: Any) -> str:
    """Where a coroutine waits: the innermost function and line."""
    place = ""
    while coro is not None:
        frame = getattr(coro, "cr_frame", None) or getattr(coro, "gi_frame", None)
        if frame is not None:
            place = f"{frame.f_code.co_qualname}:{frame.f_lineno}"
        coro = getattr(coro, "cr_await", None) or getattr(coro, "gi_yieldfrom", None)
    return place or "a coroutine"
