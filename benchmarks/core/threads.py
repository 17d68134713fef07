"""Rows about threads: work given to one, and calls that come from one."""

from __future__ import annotations

from threading import Lock, Thread
from time import perf_counter_ns
from types import ModuleType

from benchmarks.core.callbacks import do_nothing
from benchmarks.core.tasks import leaf


async def to_thread(aio: ModuleType, n: int) -> int:
    """`await to_thread(do_nothing)`, one after the other."""
    to_thread = aio.to_thread
    start = perf_counter_ns()
    for _ in range(n):
        await to_thread(do_nothing)
    return perf_counter_ns() - start


async def call_soon_threadsafe(aio: ModuleType, n: int) -> int:
    """A thread calls `call_soon_threadsafe(do_nothing)` n times without a pause: until the loop has run them all."""
    loop = aio.get_running_loop()
    done = loop.create_future()
    start = 0

    def finish() -> None:
        done.set_result(perf_counter_ns())

    def flood() -> None:
        nonlocal start
        start = perf_counter_ns()
        for _ in range(n):
            loop.call_soon_threadsafe(do_nothing)
        loop.call_soon_threadsafe(finish)

    thread = Thread(target=flood)
    thread.start()
    end: int = await done
    thread.join()
    return end - start


async def run_coroutine_threadsafe(aio: ModuleType, n: int) -> int:
    """A thread calls `run_coroutine_threadsafe(leaf(), loop).result()`, one after the other: per round trip."""
    loop, submit = aio.get_running_loop(), aio.run_coroutine_threadsafe

    def ask() -> int:
        start = perf_counter_ns()
        for _ in range(n):
            submit(leaf(), loop).result()
        return perf_counter_ns() - start

    elapsed: int = await aio.to_thread(ask)
    return elapsed


def ping_pong(n: int) -> int:
    """The floor of a trip to another thread and back: two threads wake each other with two locks."""
    ping, pong = Lock(), Lock()
    ping.acquire()
    pong.acquire()

    def answer() -> None:
        for _ in range(n):
            ping.acquire()
            pong.release()

    thread = Thread(target=answer)
    thread.start()
    start = perf_counter_ns()
    for _ in range(n):
        ping.release()
        pong.acquire()
    elapsed = perf_counter_ns() - start
    thread.join()
    return elapsed
