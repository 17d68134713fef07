"""Coroutines for what a user's class may have replaced; in a module that is not compiled, so that they are coroutines."""

from __future__ import annotations

from typing import Any

from plait.tasks.sleep import sleep


async def next_line(reader: Any) -> bytes:
    """The next line of a reader with a `readline` of its own."""
    line: bytes = await reader.readline()
    if not line:
        raise StopAsyncIteration
    return line


async def drain(writer: Any) -> None:
    """`StreamWriter.drain` for a protocol that is not plait's."""
    failure = None if writer._reader is None else writer._reader.exception()
    if failure is not None:
        raise failure
    if writer.transport.is_closing():
        await sleep(0)
    await writer._protocol._drain_helper()


async def wait_closed(writer: Any) -> None:
    """`StreamWriter.wait_closed` for a protocol that is not plait's."""
    await writer._protocol._get_close_waiter(writer)
