"""``async with`` on a subclass, which may have an `acquire` of its own: asyncio calls that."""

from __future__ import annotations

from typing import Any


async def enter(gate: Any) -> None:
    """What ``__aenter__`` of a lock or a semaphore does."""
    await gate.acquire()
