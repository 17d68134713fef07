"""Wait for some futures, or for one with a time limit."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any

from plait.base import numeric
from plait.base.errors import CancelledError
from plait.schedule import foreign
from plait.tasks import awaiting, coroutine_kinds
from plait.tasks.spawn import ensure_future
from plait.tasks.timeout import timeout as timeout_scope

if TYPE_CHECKING:
    from collections.abc import Iterable

FIRST_COMPLETED = asyncio.FIRST_COMPLETED
FIRST_EXCEPTION = asyncio.FIRST_EXCEPTION
ALL_COMPLETED = asyncio.ALL_COMPLETED


async def wait(
    fs: Iterable[Any], *, timeout: float | None = None, return_when: str = ALL_COMPLETED
) -> tuple[set[Any], set[Any]]:
    """The futures that are done and those that are not, when enough are or after `timeout` seconds.

    Nothing is cancelled and no TimeoutError raised. See `asyncio.wait`.
    """
    numeric.must_be_time(timeout, "wait")
    futures = _as_futures(fs, return_when)
    arrivals = _Arrivals(futures, return_when)
    await arrivals.wait(timeout)
    done = {future for future in futures if future.done()}
    return done, futures - done


def _as_futures(fs: Any, return_when: str) -> set[Any]:
    if asyncio.isfuture(fs) or coroutine_kinds.is_coroutine(fs):
        raise TypeError(f"expect a list of futures, not {type(fs).__name__}")
    if not fs:
        raise ValueError("Set of Tasks/Futures is empty.")
    if return_when not in (FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED):
        raise ValueError(f"Invalid return_when value: {return_when}")
    futures = set(fs)
    if any(coroutine_kinds.is_coroutine(future) for future in futures):
        raise TypeError("Passing coroutines is forbidden, use tasks explicitly.")
    loop = foreign.current_loop()
    return {ensure_future(future, loop=loop) for future in futures}


class _Arrivals:
    """Counts futures as they get done, and wakes one waiter when enough are.

    Those that are done already are told in the next turn like the others: whoever waits in a loop lets their callbacks run.
    """

    def __init__(self, futures: set[Any], return_when: str) -> None:
        self._futures = futures
        self._return_when = return_when
        self._missing = len(futures)
        self._enough: Any = None

    async def wait(self, timeout: float | None) -> None:
        loop = foreign.current_loop()
        self._enough = loop.create_future()
        alarm = None if timeout is None else loop.call_later(timeout, self._settle)
        for future in self._futures:
            future.add_done_callback(self._arrived)
        try:
            await self._enough
        finally:
            if alarm is not None:
                alarm.cancel()
            for future in self._futures:
                future.remove_done_callback(self._arrived)

    def _arrived(self, future: Any) -> None:
        self._missing -= 1
        if self._is_enough(future):
            self._settle()

    def _is_enough(self, arrived: Any) -> bool:
        if self._missing <= 0 or self._return_when == FIRST_COMPLETED:
            return True
        return self._return_when == FIRST_EXCEPTION and _has_failed(arrived)

    def _settle(self) -> None:
        if not self._enough.done():
            self._enough.set_result(None)


def _has_failed(future: Any) -> bool:
    return not future.cancelled() and future.exception() is not None


async def wait_for(fut: Any, timeout: float | None) -> Any:
    """The result of `fut`; after `timeout` seconds it is cancelled and TimeoutError raised. See `asyncio.wait_for`."""
    if asyncio.isfuture(fut):
        if fut.done():
            return fut.result()
    elif not coroutine_kinds.is_coroutine(fut):
        if not inspect.isawaitable(fut):
            raise TypeError(
                f"An asyncio.Future, a coroutine or an awaitable is required, got {fut!r}{coroutine_kinds.hint(fut)}"
            )
        fut = awaiting.await_it(fut)
    if timeout is not None and not _is_positive(timeout):
        return await _at_once(fut)
    async with timeout_scope(timeout):
        return await fut


def _is_positive(timeout: Any) -> bool:
    """Raises what says why, if `timeout` is no time at all."""
    try:
        if timeout > 0:
            return True
    except TypeError:
        numeric.must_be_time(timeout, "wait_for")
        raise
    numeric.must_be_time(timeout, "wait_for")
    return False


async def _at_once(fut: Any) -> Any:
    """There is no time: take the result if it is there already, else cancel."""
    future = ensure_future(fut)
    if not future.done():
        await _cancel_and_wait(future)
    try:
        return future.result()
    except CancelledError as error:
        raise TimeoutError from error


async def _cancel_and_wait(future: Any) -> None:
    ended = foreign.current_loop().create_future()

    def settle(_: object) -> None:
        if not ended.done():
            ended.set_result(None)

    future.add_done_callback(settle)
    try:
        future.cancel()
        await ended
    finally:
        future.remove_done_callback(settle)
