"""From coroutines to threads and back, in asyncio's vocabulary."""

from __future__ import annotations

import concurrent.futures
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any

from plait.base.errors import SelfDeadlock
from plait.schedule import foreign
from plait.tasks import coroutine_kinds
from plait.tasks.outcome_condition import OutcomeCondition
from plait.tasks.submission import Submission

if TYPE_CHECKING:
    from collections.abc import Callable


async def to_thread(func: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """The result of ``func(*args, **kwargs)``, called in a thread with this context. See `asyncio.to_thread`."""
    call = partial(copy_context().run, func, *args, **kwargs)
    return await foreign.current_loop().run_in_executor(None, call)


def run_coroutine_threadsafe(coro: Any, loop: Any) -> concurrent.futures.Future[Any]:
    """Run `coro` on `loop`, from another thread; the future is for that thread. See `asyncio`."""
    if not coroutine_kinds.is_coroutine(coro):
        raise TypeError(f"A coroutine object is required, got {coro!r}{coroutine_kinds.hint(coro)}")
    outcome = LoopBoundFuture(loop)
    Submission(foreign.scheduler_of(loop), coro, outcome).send()
    return outcome


class LoopBoundFuture(concurrent.futures.Future[Any]):
    """A future for other threads than that of the loop which will settle it: there, waiting for it raises SelfDeadlock."""

    def __init__(self, loop: Any) -> None:
        self._condition: Any = OutcomeCondition()
        self._state = "PENDING"  # and the rest as the base has it, whose constructor makes a slower condition
        self._result: Any = None
        self._exception: BaseException | None = None
        self._waiters: list[Any] = []
        self._done_callbacks: list[Any] = []
        self._loop = loop

    def result(self, timeout: float | None = None) -> Any:
        """As `concurrent.futures.Future.result`."""
        self._must_not_block(timeout)
        return super().result(timeout)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """As `concurrent.futures.Future.exception`."""
        self._must_not_block(timeout)
        return super().exception(timeout)

    def _must_not_block(self, timeout: float | None) -> None:
        if (timeout is not None and timeout <= 0) or not foreign.runs_here(self._loop) or self.done():
            return
        raise SelfDeadlock(
            "this thread runs the loop that is to settle the future: waiting here would last for ever. "
            "Await it (asyncio.wrap_future(future), or the coroutine itself), or wait in another thread"
        )
