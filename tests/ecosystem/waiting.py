"""Waiting for what a library tells nobody about, and for the end of what is cancelled."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

import asyncpg

POLL_SECONDS = 0.005


async def until(is_so: Callable[[], object]) -> None:
    """Until `is_so()`; the test's own time bounds it."""
    while not is_so():
        await asyncio.sleep(POLL_SECONDS)


async def until_connected(port: int) -> None:
    """Until somebody listens at `port` of this machine."""
    while True:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(POLL_SECONDS)


async def until_sleeping(url: str, count: int) -> None:
    """Until the PostgreSQL at `url` is in the middle of `count` queries that say `SELECT pg_sleep(…)`."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'"
    connection = await asyncpg.connect(url)
    try:
        while await connection.fetchval(query) != count:
            await asyncio.sleep(POLL_SECONDS)
    finally:
        await connection.close()


async def cancelled_after(event: asyncio.Event, work: Coroutine[Any, Any, Any]) -> None:
    """Cancel `work` in the middle, which is where it sets the event."""
    task = asyncio.create_task(work)
    await event.wait()
    await cancelled(task)


async def cancelled(task: asyncio.Task[Any]) -> None:
    """Cancel it in the middle, and wait until it has ended as cancelled."""
    assert not task.done(), task
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled(), task
