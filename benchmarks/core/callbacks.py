"""Rows about callbacks and what they settle: `call_soon`, futures, timers, deadlines."""

from __future__ import annotations

from time import perf_counter_ns
from types import ModuleType

FAR = 60.0
"""Seconds: a deadline that never comes during a run."""

BLOCKS_PER_TURN = 100
"""Deadlines set and dropped between two turns of the loop, so that its disposal of dropped timers is counted too."""

SPREAD = 5000
"""Microseconds over which the firing timers' due times are scattered."""

SCATTER = 7919
"""A prime: multiples of it, modulo the spread, put the due times out of order and the same on every run."""

ROUNDING = 2000
"""Microseconds by which a loop that counts whole milliseconds may round a due time up."""


def do_nothing() -> None:
    """The least a callback can do."""


async def call_soon(aio: ModuleType, n: int) -> int:
    """A chain: each callback schedules the next, so every one is a turn of the loop."""
    loop = aio.get_running_loop()
    done = loop.create_future()
    left = n

    def link() -> None:
        nonlocal left
        left -= 1
        if left:
            loop.call_soon(link)
        else:
            done.set_result(perf_counter_ns())

    start = perf_counter_ns()
    loop.call_soon(link)
    end: int = await done
    return end - start


async def settle_future(aio: ModuleType, n: int) -> int:
    """`create_future()`, `call_soon(future.set_result, None)`, `await future`."""
    loop = aio.get_running_loop()
    start = perf_counter_ns()
    for _ in range(n):
        future = loop.create_future()
        loop.call_soon(future.set_result, None)
        await future
    return perf_counter_ns() - start


async def call_later_cancel(aio: ModuleType, n: int) -> int:
    """`call_later(60, …).cancel()`, with a turn of the loop after every hundred."""
    loop, sleep = aio.get_running_loop(), aio.sleep
    start = perf_counter_ns()
    for i in range(n):
        loop.call_later(FAR, do_nothing).cancel()
        if i % BLOCKS_PER_TURN == 0:
            await sleep(0)
    return perf_counter_ns() - start


async def timeout_block(aio: ModuleType, n: int) -> int:
    """`async with timeout(60): pass`, with a turn of the loop after every hundred."""
    timeout, sleep = aio.timeout, aio.sleep
    start = perf_counter_ns()
    for i in range(n):
        async with timeout(FAR):
            pass
        if i % BLOCKS_PER_TURN == 0:
            await sleep(0)
    return perf_counter_ns() - start


async def wait_for_done(aio: ModuleType, n: int) -> int:
    """`await wait_for(a future that is done, 60)`, with a turn of the loop after every hundred."""
    wait_for, sleep = aio.wait_for, aio.sleep
    done = aio.get_running_loop().create_future()
    done.set_result(None)
    start = perf_counter_ns()
    for i in range(n):
        await wait_for(done, FAR)
        if i % BLOCKS_PER_TURN == 0:
            await sleep(0)
    return perf_counter_ns() - start


async def timers_firing(aio: ModuleType, n: int) -> int:
    """n timers in scattered order, all due when the clock starts: from then until the last has fired."""
    loop = aio.get_running_loop()
    done = loop.create_future()
    left = n

    def fire() -> None:
        nonlocal left
        left -= 1
        if not left:
            done.set_result(perf_counter_ns())

    for i in range(n):
        loop.call_later(i * SCATTER % SPREAD / 1e6, fire)
    start = spin(SPREAD + ROUNDING)
    end: int = await done
    return end - start


def spin(microseconds: int) -> int:
    """Let this time pass without a turn of the loop; returns the time it ended."""
    end = perf_counter_ns() + microseconds * 1000
    while (now := perf_counter_ns()) < end:
        pass
    return now
