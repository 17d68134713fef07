"""A pair of streams goes on in TLS, on plait's loop and on others."""

from __future__ import annotations

from typing import Any

from plait.schedule.scheduler import Scheduler
from plait.streams.reader_feed import ReaderFeed


async def start_tls(writer: Any, sslcontext: Any, **options: Any) -> None:
    """Exchange the transport of `writer` and of its reader. If this fails, both have the old one."""
    reader = writer._reader if isinstance(writer._reader, ReaderFeed) else None
    before = None if reader is None else (reader._transport, reader._paused)
    if reader is not None:
        reader._transport, reader._paused = None, False  # from now on only the new one may be paused
    try:
        transport = await _exchange(writer, reader, sslcontext, options)
    except BaseException:
        if reader is not None:
            reader._transport, reader._paused = before  # type: ignore[misc]
        raise
    writer._transport = transport
    writer._protocol._replace_transport(transport)
    if reader is not None:
        reader._transport = transport


async def _exchange(writer: Any, reader: Any, sslcontext: Any, options: dict[str, Any]) -> Any:
    loop, transport = writer._loop, writer.transport
    starting = loop.start_tls(transport, writer._protocol, sslcontext, **options)
    if isinstance(loop, Scheduler) or reader is None or not reader._buffer:
        return await starting  # plait's loop takes what is unread itself
    task = loop.create_task(starting)
    loop.call_soon(loop.call_soon, _hand_over, transport, reader)
    return await task


def _hand_over(transport: Any, reader: Any) -> None:
    """Give what is unread to the new protocol, which loops connect in the turn before this, and read nothing until then."""
    protocol = transport.get_protocol()
    while reader._buffer and hasattr(protocol, "get_buffer"):
        room = memoryview(protocol.get_buffer(len(reader._buffer)))
        part = reader._buffer.take(min(len(room), len(reader._buffer)))
        room[: len(part)] = part
        protocol.buffer_updated(len(part))
