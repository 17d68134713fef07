"""Operations that need no load client: the processor time they take in this process and its children."""

from __future__ import annotations

import asyncio
import resource
import shutil
import socket
from types import ModuleType


async def resolve_literal(aio: ModuleType, n: int) -> int:
    """`getaddrinfo` of a numeric address, one after the other."""
    loop = asyncio.get_running_loop()
    start = processor_time()
    for _ in range(n):
        await loop.getaddrinfo("127.0.0.1", 443, type=socket.SOCK_STREAM)
    return processor_time() - start


async def spawn_and_wait(aio: ModuleType, n: int) -> int:
    """Start `true` and wait for its end, one after the other."""
    program = shutil.which("true") or "true"
    start = processor_time()
    for _ in range(n):
        process = await aio.create_subprocess_exec(program)
        await process.wait()
    return processor_time() - start


def processor_time() -> int:
    """Nanoseconds of this process, all its threads, and those of its children that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return round(sum(usage.ru_utime + usage.ru_stime for usage in usages) * 1e9)
