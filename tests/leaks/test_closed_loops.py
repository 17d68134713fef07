"""A closed loop is freed at once, whatever it was used for: the garbage collector has nothing to do."""

import asyncio
import gc
import signal
import socket
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import plait


async def nothing() -> None:
    pass


async def calls_in_threads() -> None:
    await plait.to_thread(int)
    await asyncio.get_running_loop().getaddrinfo("localhost", None)


async def an_async_generator() -> None:
    async def generate() -> Any:
        yield 1

    async for _ in generate():
        pass


async def a_signal_handler() -> None:
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, print)


async def a_reader() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        asyncio.get_running_loop().add_reader(ours, print)


async def a_report() -> None:
    asyncio.get_running_loop().set_exception_handler(lambda loop, report: None)
    asyncio.get_running_loop().call_exception_handler({"message": "nothing"})


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("use", [nothing, calls_in_threads, an_async_generator, a_signal_handler, a_reader, a_report])
def test_closed_loop_is_freed_at_once(no_collector: None, use: Callable[[], Any]) -> None:
    with plait.Runner(loop_factory=plait.new_event_loop) as runner:
        loop = weakref.ref(runner.get_loop())
        runner.run(use())
    assert loop() is None
