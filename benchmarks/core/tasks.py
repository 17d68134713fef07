"""Rows about tasks: switching, spawning one, spawning many, and how the cost grows with their number."""

from __future__ import annotations

from _asyncio import Task as StockTask
from collections.abc import Generator
from time import perf_counter_ns
from types import ModuleType, coroutine


async def leaf() -> None:
    """The least a task can do."""


async def sleep_zero(aio: ModuleType, n: int) -> int:
    """`await sleep(0)` in one task: give up the turn, get it back."""
    sleep = aio.sleep
    start = perf_counter_ns()
    for _ in range(n):
        await sleep(0)
    return perf_counter_ns() - start


async def spawn_and_await(aio: ModuleType, n: int) -> int:
    """`await create_task(leaf())`, one after the other."""
    create_task = aio.create_task
    start = perf_counter_ns()
    for _ in range(n):
        await create_task(leaf())
    return perf_counter_ns() - start


async def stock_task(aio: ModuleType, n: int) -> int:
    """The same with the C `asyncio.Task`, which many libraries make themselves, on the contestant's loop."""
    loop = aio.get_running_loop()
    start = perf_counter_ns()
    for _ in range(n):
        await StockTask(leaf(), loop=loop)
    return perf_counter_ns() - start


async def gather(aio: ModuleType, n: int) -> int:
    """`await gather(n coroutines)`."""
    start = perf_counter_ns()
    await aio.gather(*[leaf() for _ in range(n)])
    return perf_counter_ns() - start


async def task_group(aio: ModuleType, n: int) -> int:
    """A `TaskGroup` with n tasks, to its end."""
    start = perf_counter_ns()
    async with aio.TaskGroup() as group:
        for _ in range(n):
            group.create_task(leaf())
    return perf_counter_ns() - start


async def spawn_many(aio: ModuleType, n: int) -> int:
    """n tasks alive at once: all are created and kept, and the last is awaited, which the loop runs last."""
    create_task = aio.create_task
    start = perf_counter_ns()
    tasks = [create_task(leaf()) for _ in range(n)]
    await tasks[-1]
    return perf_counter_ns() - start


@coroutine
def bare_yield() -> Generator[None, None, None]:
    yield


def send_loop(n: int) -> int:
    """The floor of a switch: resume a suspended coroutine with `send`."""

    async def switch() -> None:
        for _ in range(n + 1):
            await bare_yield()

    send = switch().send
    send(None)
    start = perf_counter_ns()
    for _ in range(n):
        send(None)
    return perf_counter_ns() - start


def create_and_send(n: int) -> int:
    """The floor of a task: create a coroutine and `send` once, to its end."""
    start = perf_counter_ns()
    for _ in range(n):
        try:
            leaf().send(None)
        except StopIteration:
            continue
    return perf_counter_ns() - start


def create_then_send(n: int) -> int:
    """The floor of many tasks: n coroutines alive at once; it grows with n by what memory costs."""
    start = perf_counter_ns()
    coroutines = [leaf() for _ in range(n)]
    for coro in coroutines:
        try:
            coro.send(None)
        except StopIteration:
            continue
    return perf_counter_ns() - start
