"""A call in a thread that is limited by a semaphore of the loop: its permit is kept until the thread has ended."""

from __future__ import annotations

from functools import partial
from typing import Any

from plait.schedule import foreign


async def call(thread_call: Any, semaphore: Any) -> Any:
    """Await the call with one permit held; one that is abandoned keeps it while it runs."""
    try:
        await semaphore.acquire()
    except BaseException:
        thread_call.close()
        raise
    thread_call.release_at_end(partial(_release, semaphore))
    return await thread_call


def _release(semaphore: Any) -> None:
    """On the call's loop; once that is closed, in the worker, while another loop may have bound one of asyncio's semaphores."""
    loop = getattr(semaphore, "_loop", None)
    if loop is None or loop.is_closed() or foreign.runs_here(loop):
        semaphore.release()
    else:
        loop.call_soon_threadsafe(semaphore.release)
