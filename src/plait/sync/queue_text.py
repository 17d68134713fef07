"""What a queue says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plait.sync.queue import Queue


def describe(queue: Queue) -> str:
    """Its size, what is in it, and who waits; in the form of asyncio's."""
    parts = [f"maxsize={queue.maxsize!r}"]
    if queue._queue:
        parts.append(f"_queue={list(queue._queue)!r}")
    if not queue._getters.is_empty():
        parts.append(f"_getters[{queue._getters.size()}]")
    if not queue._putters.is_empty():
        parts.append(f"_putters[{queue._putters.size()}]")
    if queue._unfinished_tasks:
        parts.append(f"tasks={queue._unfinished_tasks}")
    if queue._is_shutdown:
        parts.append("shutdown")
    return " ".join(parts)
