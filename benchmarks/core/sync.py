"""Rows about locks and queues: tasks that hand something to each other."""

from __future__ import annotations

from time import perf_counter_ns
from types import ModuleType
from typing import Any

CONTENDERS = 10
"""Tasks that want the same lock or semaphore at once."""

PERMITS = 3
"""How many of the contenders a semaphore lets in."""


async def queue_put_get(aio: ModuleType, n: int) -> int:
    """`await put(item)` then `await get()` in one task: neither has to wait."""
    queue = aio.Queue()
    start = perf_counter_ns()
    for _ in range(n):
        await queue.put(None)
        await queue.get()
    return perf_counter_ns() - start


async def lock(aio: ModuleType, n: int) -> int:
    """Ten tasks take turns with one lock, each holding it over a `sleep(0)`: per acquisition."""
    return await contend(aio, aio.Lock(), n)


async def semaphore(aio: ModuleType, n: int) -> int:
    """Ten tasks share three permits, each holding one over a `sleep(0)`: per acquisition."""
    return await contend(aio, aio.Semaphore(PERMITS), n)


async def contend(aio: ModuleType, gate: Any, n: int) -> int:
    turns = iter(range(n))
    sleep = aio.sleep

    async def contender() -> None:
        for _ in turns:
            async with gate:
                await sleep(0)

    start = perf_counter_ns()
    await aio.gather(*[contender() for _ in range(CONTENDERS)])
    return perf_counter_ns() - start


async def event(aio: ModuleType, n: int) -> int:
    """Two tasks answer each other through two events: per round trip (two sets, two waits, two switches)."""
    ping, pong = aio.Event(), aio.Event()

    async def answer() -> None:
        for _ in range(n):
            await ping.wait()
            ping.clear()
            pong.set()

    answering = aio.create_task(answer())
    await aio.sleep(0)
    start = perf_counter_ns()
    for _ in range(n):
        ping.set()
        await pong.wait()
        pong.clear()
    elapsed = perf_counter_ns() - start
    await answering
    return elapsed


async def condition(aio: ModuleType, n: int) -> int:
    """Two tasks answer each other through one condition: per round trip (two notifies, two waits, two switches)."""
    condition = aio.Condition()

    async def answer() -> None:
        async with condition:
            for _ in range(n):
                await condition.wait()
                condition.notify()

    answering = aio.create_task(answer())
    await aio.sleep(0)
    async with condition:
        start = perf_counter_ns()
        for _ in range(n):
            condition.notify()
            await condition.wait()
        elapsed = perf_counter_ns() - start
    await answering
    return elapsed
