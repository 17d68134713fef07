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
    unread = bytearray()
    task = loop.create_task(_start_without(unread, reader, starting))
    loop.call_soon(loop.call_soon, _hand_over, transport, unread)
    return await task


async def _start_without(unread: bytearray, reader: Any, starting: Any) -> Any:
    """Move what is unread away: asyncio of 3.14 would take it, and takes a bytearray only. What nobody takes is put back."""
    unread += reader._buffer.take_all()
    try:
        return await starting  # which lets nothing more come to the reader, before it waits for anything
    finally:
        if unread:
            since = reader._buffer.take_all()
            reader._buffer.append(bytes(unread) + since)
            unread.clear()


def _hand_over(transport: Any, unread: bytearray) -> None:
    """Give what is unread to the new protocol, which loops connect in the turn before this, and read nothing until then."""
    protocol = transport.get_protocol()
    while unread and hasattr(protocol, "get_buffer"):
        room = memoryview(protocol.get_buffer(len(unread)))
        part = unread[: len(room)]
        del unread[: len(part)]
        room[: len(part)] = part
        protocol.buffer_updated(len(part))
