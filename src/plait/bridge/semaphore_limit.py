"""A call in a thread that is limited by a semaphore of the loop: its permit is kept until the thread has ended."""

from __future__ import annotations

from typing import Any


async def call(thread_call: Any, semaphore: Any) -> Any:
    """Await the call with one permit held; one that is abandoned keeps it while it runs."""
    try:
        await semaphore.acquire()
    except BaseException:
        thread_call.close()
        raise
    thread_call.release_at_end(semaphore.release)
    return await thread_call
