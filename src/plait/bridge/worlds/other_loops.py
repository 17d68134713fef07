"""Futures and tasks of asyncio and plait, of whatever loop and thread."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

from plait.base import limits
from plait.base.errors import CancelledError, WorkLost
from plait.bridge.worlds.arriving import arrival

if TYPE_CHECKING:
    from plait.bridge.worlds.arriving import Teller


async def await_future(future: asyncio.Future[Any]) -> Any:
    """Wait for a future; one of another loop is asked, told and cancelled by its own thread."""
    theirs = future.get_loop()
    if theirs is asyncio.get_running_loop():
        return await future
    return await arrival(partial(_attach, future), partial(_cancel, future))


def _attach(future: asyncio.Future[Any], teller: Teller) -> None:
    theirs = future.get_loop()
    try:
        theirs.call_soon_threadsafe(future.add_done_callback, partial(tell, teller))
    except RuntimeError:
        _look(future, teller)
    else:
        _look_later(future, teller)


def tell(teller: Teller, future: Any) -> None:
    """What became of a future that is done."""
    if future.cancelled():
        teller.error(CancelledError())
    elif (error := future.exception()) is not None:
        teller.error(error)
    else:
        teller.result(future.result())


def _look_later(future: asyncio.Future[Any], teller: Teller) -> None:
    """A loop that closes tells nobody."""
    asyncio.get_running_loop().call_later(limits.OTHER_LOOP_LOOK_SECONDS, _look, future, teller)


def _look(future: asyncio.Future[Any], teller: Teller) -> None:
    if not teller.is_awaited or teller.is_told:
        return
    if not future.get_loop().is_closed():
        _look_later(future, teller)
    elif future.done():
        tell(teller, future)
    else:
        teller.error(WorkLost(f"the loop of {future!r} is closed, so that it will never be done"))


def _cancel(future: asyncio.Future[Any]) -> None:
    try:
        future.get_loop().call_soon_threadsafe(future.cancel)
    except RuntimeError:
        """The loop is closed, and nothing goes on there."""
