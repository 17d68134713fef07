"""Rows about single calls: callbacks that are awaited, functions in threads, coroutines for threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib import import_module
from time import perf_counter_ns
from types import ModuleType
from typing import Any

from benchmarks.core.callbacks import do_nothing
from benchmarks.core.tasks import leaf


def call_back_soon(callback: Callable[[Any], object]) -> None:
    """What the callback rows await: the loop calls back in its next turn."""
    asyncio.get_running_loop().call_soon(callback, None)


async def from_callback(_package: ModuleType, n: int) -> int:
    """`await from_callback(function)`, one after the other."""
    from_callback = import_module("plait.bridge").from_callback
    start = perf_counter_ns()
    for _ in range(n):
        await from_callback(call_back_soon)
    return perf_counter_ns() - start


async def future_by_hand(package: ModuleType, n: int) -> int:
    """A future whose `set_result` is the callback, one after the other."""
    loop = package.get_running_loop()
    start = perf_counter_ns()
    for _ in range(n):
        future = loop.create_future()
        call_back_soon(future.set_result)
        await future
    return perf_counter_ns() - start


async def plait_thread(_package: ModuleType, n: int) -> int:
    """`await bridge.thread(do_nothing)`, one after the other."""
    return await _in_turn(import_module("plait.bridge").thread, n)


async def asyncio_to_thread(package: ModuleType, n: int) -> int:
    """`await asyncio.to_thread(do_nothing)`."""
    return await _in_turn(package.to_thread, n)


async def anyio_thread(_package: ModuleType, n: int) -> int:
    """`await anyio.to_thread.run_sync(do_nothing)`."""
    return await _in_turn(import_module("anyio.to_thread").run_sync, n)


async def _in_turn(in_thread: Any, n: int) -> int:
    start = perf_counter_ns()
    for _ in range(n):
        await in_thread(do_nothing)
    return perf_counter_ns() - start


async def plait_from_thread(_package: ModuleType, n: int) -> int:
    """A worker calls `from_thread.run(leaf)`, one after the other."""
    bridge = import_module("plait.bridge")
    elapsed: int = await bridge.thread(_calls, bridge.from_thread.run, leaf, n)
    return elapsed


async def anyio_from_thread(_package: ModuleType, n: int) -> int:
    """The same with `anyio.from_thread.run`."""
    elapsed: int = await import_module("anyio.to_thread").run_sync(
        _calls, import_module("anyio.from_thread").run, leaf, n
    )
    return elapsed


async def asgiref_from_thread(package: ModuleType, n: int) -> int:
    """The same with `async_to_sync` below `sync_to_async`."""
    sync = import_module(f"{package.__name__}.sync")
    elapsed: int = await sync.sync_to_async(_calls_of, thread_sensitive=False)(sync.async_to_sync(leaf), n)
    return elapsed


async def stock_from_thread(package: ModuleType, n: int) -> int:
    """The same with `run_coroutine_threadsafe(leaf(), loop).result()`."""
    loop, submit = package.get_running_loop(), package.run_coroutine_threadsafe
    elapsed: int = await package.to_thread(_calls_of, lambda: submit(leaf(), loop).result(), n)
    return elapsed


def _calls(run: Any, function: Any, n: int) -> int:
    start = perf_counter_ns()
    for _ in range(n):
        run(function)
    return perf_counter_ns() - start


def _calls_of(function: Any, n: int) -> int:
    start = perf_counter_ns()
    for _ in range(n):
        function()
    return perf_counter_ns() - start
