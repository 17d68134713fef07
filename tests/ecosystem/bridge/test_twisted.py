"""Deferreds of Twisted, in this thread and with a reactor in another one."""

import asyncio
import threading
from typing import Any

import pytest

from plait import bridge

defer = pytest.importorskip("twisted.internet.defer")


async def test_deferred_gives_its_result() -> None:
    deferred = defer.Deferred()
    asyncio.get_running_loop().call_soon(deferred.callback, 5)
    assert await bridge.wrap(deferred) == 5
    assert await bridge.wrap(defer.succeed(6)) == 6
    assert await bridge.wrap(deferred) == 5, "the result goes on to later callbacks"


async def test_failure_is_raised() -> None:
    with pytest.raises(KeyError, match="there"):
        await bridge.wrap(defer.fail(KeyError("there")))


async def test_cancelling_cancels_a_deferred() -> None:
    cancelled: list[Any] = []
    deferred = defer.Deferred(cancelled.append)
    waiting = asyncio.ensure_future(bridge.wrap(deferred))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert cancelled == [deferred]


async def test_reactor_in_another_thread() -> None:
    from twisted.internet import reactor, task  # type: ignore[import-not-found,unused-ignore]

    started = threading.Event()
    reactor.callWhenRunning(started.set)
    thread = threading.Thread(target=reactor.run, kwargs={"installSignalHandlers": False})
    thread.start()
    try:
        await asyncio.to_thread(started.wait)
        made: list[Any] = []

        def make() -> int:
            made.append(threading.get_ident())
            return 7

        deferred = task.deferLater(reactor, 0.01, make)
        assert await bridge.wrap(deferred) == 7
        assert made == [thread.ident]
        idle = task.deferLater(reactor, 60, make)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(bridge.wrap(idle), 0.02)
        while not idle.called:
            await asyncio.sleep(0.005)
    finally:
        reactor.callFromThread(reactor.stop)
        await bridge.wrap(thread)
