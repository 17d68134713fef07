"""Rows about queues with a coroutine at one end and a thread at the other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Thread
from time import perf_counter_ns
from types import ModuleType
from typing import Any

from benchmarks.core.threads import ping_pong

PLACES = 1000
"""Places of a queue: enough that neither end waits for each item, few enough that a fast end waits for the other."""

two_locks = ping_pong


@asynccontextmanager
async def queue(package: ModuleType) -> AsyncIterator[tuple[Any, Any]]:
    """The end for coroutines and the end for threads; janus and culsans want their queues closed."""
    made = package.Queue(PLACES)
    if hasattr(made, "async_q"):
        try:
            yield made.async_q, made.sync_q
        finally:
            made.close()
            await made.wait_closed()
    else:
        yield made, made.sync


async def from_thread(package: ModuleType, n: int) -> int:
    """A thread puts n items, a coroutine gets them: per item."""
    async with queue(package) as (for_coroutines, for_threads):

        def put_all() -> None:
            put = for_threads.put
            for _ in range(n):
                put(None)

        thread = Thread(target=put_all)
        get = for_coroutines.get
        start = perf_counter_ns()
        thread.start()
        for _ in range(n):
            await get()
        elapsed = perf_counter_ns() - start
        thread.join()
    return elapsed


async def to_thread(package: ModuleType, n: int) -> int:
    """A coroutine puts n items and waits until a thread, which gets them, has sent a last one back: per item."""
    async with queue(package) as (for_coroutines, for_threads), queue(package) as (answers, answers_of_thread):

        def get_all() -> None:
            get = for_threads.get
            for _ in range(n):
                get()
            answers_of_thread.put(None)

        thread = Thread(target=get_all)
        put = for_coroutines.put
        start = perf_counter_ns()
        thread.start()
        for _ in range(n):
            await put(None)
        await answers.get()
        elapsed = perf_counter_ns() - start
        thread.join()
    return elapsed


async def round_trip(package: ModuleType, n: int) -> int:
    """A coroutine asks by one queue and a thread answers by another, one question after the other: per round trip."""
    async with queue(package) as (questions, to_answer), queue(package) as (answers, answered):

        def answer() -> None:
            for _ in range(n):
                answered.put(to_answer.get())

        thread = Thread(target=answer)
        thread.start()
        start = perf_counter_ns()
        for _ in range(n):
            await questions.put(None)
            await answers.get()
        elapsed = perf_counter_ns() - start
        thread.join()
    return elapsed
