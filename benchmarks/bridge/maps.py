"""Rows about work in bulk: items over threads and executors, calls in processes."""

from __future__ import annotations

import asyncio
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from time import perf_counter_ns
from types import ModuleType

THREADS = 4


def nothing(item: int) -> int:
    return item


async def map_over_threads(package: ModuleType, n: int) -> int:
    """`bridge.map(nothing, range(n))`: per item."""
    start = perf_counter_ns()
    async for _ in package.bridge.map(nothing, range(n), on="threads"):
        pass
    return perf_counter_ns() - start


async def executor_map(package: ModuleType, n: int) -> int:
    """The bare executor, in a thread so that the loop is not blocked; it takes all items at once."""

    def all_of() -> None:
        with ThreadPoolExecutor(THREADS) as executor:
            for _ in executor.map(nothing, range(n)):
                pass

    start = perf_counter_ns()
    await asyncio.to_thread(all_of)
    return perf_counter_ns() - start


async def map_over_an_executor(package: ModuleType, n: int) -> int:
    """`bridge.map(nothing, range(n), on=executor)`: per item."""
    with ThreadPoolExecutor(THREADS) as executor:
        start = perf_counter_ns()
        async for _ in package.bridge.map(nothing, range(n), on=executor):
            pass
        return perf_counter_ns() - start


async def gather_of_an_executor(package: ModuleType, n: int) -> int:
    """`gather` of `run_in_executor`: what one writes by hand, without a bound."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(THREADS) as executor:
        start = perf_counter_ns()
        await asyncio.gather(*(loop.run_in_executor(executor, nothing, item) for item in range(n)))
        return perf_counter_ns() - start


async def process(package: ModuleType, n: int) -> int:
    """`await pool.run(nothing, 1)` on one worker process: per call."""
    async with package.bridge.ProcessPool(1) as pool:
        await pool.run(nothing, 1)
        start = perf_counter_ns()
        for _ in range(n):
            await pool.run(nothing, 1)
        return perf_counter_ns() - start


async def process_executor(package: ModuleType, n: int) -> int:
    """`run_in_executor` with a ProcessPoolExecutor of one worker."""
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(1, get_context("spawn")) as executor:
        await loop.run_in_executor(executor, nothing, 1)
        start = perf_counter_ns()
        for _ in range(n):
            await loop.run_in_executor(executor, nothing, 1)
        return perf_counter_ns() - start
