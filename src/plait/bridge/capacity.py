# cython: nonecheck=True
"""How many may do something at a time, in terms of tokens that threads may give back, too."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from plait.native import pool
from plait.schedule.handle import Handle
from plait.sync.waiter_queue import Waiter, WaiterQueue
from plait.tasks import coroutine_kinds, operation, returned

if TYPE_CHECKING:
    from types import TracebackType

    from plait.tasks.future import Future


class CapacityLimiter:
    """So many tokens, each borrowed by one call at a time, first come, first served. As trio's and anyio's."""

    __slots__ = ("__weakref__", "_borrowed", "_total", "_waiters")

    def __init__(self, total_tokens: float) -> None:
        self._borrowed = 0
        self._waiters = WaiterQueue()
        self._total = _checked(total_tokens)

    @property
    def total_tokens(self) -> float:
        """How many there are, a whole number or infinity. May be set; who holds one keeps it."""
        return self._total if math.isinf(self._total) else int(self._total)

    @total_tokens.setter
    def total_tokens(self, value: float) -> None:
        self._total = _checked(value)
        self.offer()

    @property
    def borrowed_tokens(self) -> int:
        """How many are in use."""
        return self._borrowed

    @property
    def available_tokens(self) -> float:
        """How many are free."""
        return self.total_tokens - self._borrowed

    def acquire(self) -> Any:
        """Wait for a token, and take it."""
        return self._make_borrow()

    def _make_borrow(self) -> Borrow:
        borrow = pool.new(Borrow)
        borrow.begin()
        borrow._limiter = self
        return borrow

    def has_token(self) -> bool:
        """Whether one who comes now need not wait."""
        return self._borrowed < self._total and self._waiters.is_empty()

    def take(self) -> None:
        """One token less."""
        self._borrowed += 1

    def release(self) -> None:
        """Give a token back, to who has waited longest. Callable from any thread."""
        if self._borrowed <= 0:
            raise RuntimeError("a token was given back that nobody had borrowed: release() was called too often")
        self._borrowed -= 1
        if self._waiters.is_empty():
            return
        if self._waiters.is_foreign_thread():
            self._waiters._scheduler.push_threadsafe(Handle(self.offer, (), self._waiters._scheduler.loop(), None))
        else:
            self.offer()

    def offer(self) -> None:
        """Hand out what is free. On the thread of those who wait."""
        while self._borrowed < self._total and not self._waiters.is_empty():
            self._borrowed += 1
            self._waiters.grant_first()

    def __aenter__(self) -> Any:
        return self._make_borrow()

    def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> Any:
        self.release()
        return returned.returned(None)

    def __repr__(self) -> str:
        return f"<CapacityLimiter borrowed {self._borrowed} of {self.total_tokens}, waiting {self._waiters.size()}>"


class Borrower(Waiter):
    """Waits for a token of a limiter."""

    __slots__ = ("_limiter",)

    _limiter: CapacityLimiter

    def take_token(self) -> Future | None:
        """Take a token, or return the future to wait for one."""
        limiter = self._limiter
        if limiter.has_token():
            limiter.take()
            return None
        future = self.wait_in(limiter._waiters, limiter)
        limiter.offer()  # what another thread gave back just before this one was there to get it
        return future

    def give_back(self) -> None:
        self._limiter.release()


class Borrow(Borrower):
    """``limiter.acquire()``."""

    __slots__ = ()

    def start(self) -> Future | None:
        return self.take_token()

    def label(self) -> str:
        return "acquire"


def _checked(tokens: Any) -> float:
    if not isinstance(tokens, int) and tokens != math.inf:
        raise TypeError(f"total_tokens must be a whole number or math.inf, not {tokens!r}")
    if tokens < 1:
        raise ValueError(f"total_tokens must be at least 1, not {tokens!r}: with none, everybody waits for ever")
    return float(tokens)


pool.keep_freed_if_set(Borrow, operation.progress_place())
coroutine_kinds.mark_coroutine_function(CapacityLimiter.acquire)
coroutine_kinds.mark_context_manager(CapacityLimiter)
