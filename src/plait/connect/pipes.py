"""``loop.connect_read_pipe`` and ``loop.connect_write_pipe``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.transports.made import wait_made
from plait.transports.read_pipe import ReadPipeTransport
from plait.transports.write_pipe import WritePipeTransport

if TYPE_CHECKING:
    from collections.abc import Callable


async def connect_read_pipe(loop: Any, protocol_factory: Callable[[], Any], pipe: Any) -> tuple[Any, Any]:
    """See `asyncio.loop.connect_read_pipe`. The transport owns `pipe`; one that is refused, or gets no protocol, stays open."""
    return await _connect(ReadPipeTransport, loop, protocol_factory, pipe)


async def connect_write_pipe(loop: Any, protocol_factory: Callable[[], Any], pipe: Any) -> tuple[Any, Any]:
    """See `asyncio.loop.connect_write_pipe`. The transport owns `pipe`; one that is refused, or gets no protocol, stays open."""
    return await _connect(WritePipeTransport, loop, protocol_factory, pipe)


async def _connect(kind: Any, loop: Any, protocol_factory: Callable[[], Any], pipe: Any) -> tuple[Any, Any]:
    protocol = protocol_factory()
    waiter = loop.create_future()
    transport = kind(loop, pipe, protocol, waiter)
    await wait_made(transport, waiter)
    return transport, protocol
