"""Waiting for what a library tells nobody about, and for the end of what is cancelled."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

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


async def cancelled(task: asyncio.Task[Any]) -> None:
    """Cancel it in the middle, and wait until it has ended as cancelled."""
    assert not task.done(), task
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled(), task
