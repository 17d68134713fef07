"""``loop.sendfile``: a file through a transport, by the system where the transport is a plain socket, else block by block."""

from __future__ import annotations

import asyncio
from asyncio import SendfileNotAvailableError, constants
from typing import Any

from plait.net.checks import check_file_parameters
from plait.net.sendfile import copy_blocks, send_by_system
from plait.net.socket_waits import wait_transport_writable

_UNSUPPORTED = constants._SendfileMode.UNSUPPORTED
_TRY_NATIVE = constants._SendfileMode.TRY_NATIVE


async def sendfile(
    loop: Any, transport: Any, file: Any, offset: int = 0, count: int | None = None, *, fallback: bool = True
) -> int:
    """Send `count` bytes (None: all) of `file` from `offset` on; returns how many. See `asyncio.loop.sendfile`.

    What was written before goes first; nobody may write, and nothing is read, meanwhile. The file's position is behind the
    last byte sent, also if this fails half-way.
    """
    if transport.is_closing():
        raise RuntimeError("Transport is closing")
    mode = getattr(transport, "_sendfile_compatible", _UNSUPPORTED)
    if mode is _UNSUPPORTED:
        raise RuntimeError(f"sendfile is not supported for transport {transport!r}")
    check_file_parameters(None, file, offset, count)
    if mode is _TRY_NATIVE:
        try:
            return await _send_by_system(loop, transport, file, offset, count)
        except SendfileNotAvailableError:
            if not fallback:
                raise
    if not fallback:
        raise RuntimeError(f"fallback is disabled and native sendfile is not supported for transport {transport!r}")
    return await _send_by_blocks(loop, transport, file, offset, count)


async def _send_by_system(loop: Any, transport: Any, file: Any, offset: int, count: int | None) -> int:
    sock = transport._sock

    async def wait_for_room() -> None:
        await wait_transport_writable(loop, sock)
        _check_open(transport)

    is_empty = transport._make_empty_waiter()  # refused while another file is being sent, which goes on
    was_reading = transport.is_reading()
    transport.pause_reading()
    try:
        await is_empty
        _check_open(transport)
        return await send_by_system(sock, file, offset, count, wait_for_room)
    finally:
        transport._reset_empty_waiter()
        if was_reading:
            transport.resume_reading()


def _check_open(transport: Any) -> None:
    if transport.is_closing():
        raise ConnectionError("Connection closed by peer")


async def _send_by_blocks(loop: Any, transport: Any, file: Any, offset: int, count: int | None) -> int:
    stand_in = _StandIn(loop, transport)

    async def send(block: memoryview) -> None:
        await stand_in.drain()
        transport.write(block)

    try:
        return await copy_blocks(loop, file, offset, count, send)
    finally:
        stand_in.leave()


class _StandIn(asyncio.Protocol):
    """In the place of the transport's protocol meanwhile, to hear when there is room."""

    def __init__(self, loop: Any, transport: Any) -> None:
        self._loop = loop
        self._transport = transport
        self._protocol = transport.get_protocol()
        self._was_reading = hasattr(transport, "is_reading") and transport.is_reading()
        self._was_paused = transport._protocol_paused
        self._room: Any = loop.create_future() if self._was_paused else None
        if self._was_reading:
            transport.pause_reading()
        transport.set_protocol(self)

    async def drain(self) -> None:
        """Wait for room."""
        _check_open(self._transport)
        if self._room is not None:
            await self._room

    def leave(self) -> None:
        """Put the protocol back, and tell it what it has missed."""
        self._transport.set_protocol(self._protocol)
        if self._was_reading:
            self._transport.resume_reading()
        has_room = self._room is None
        if not has_room:
            self._room.cancel()
        if self._was_paused and has_room:
            self._protocol.resume_writing()
        elif not self._was_paused and not has_room and not self._transport.is_closing():
            self._protocol.pause_writing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        raise RuntimeError("Invalid state: connection should have been established already.")

    def connection_lost(self, exc: BaseException | None) -> None:
        if self._room is not None and not self._room.done():
            error = ConnectionError("Connection is closed by peer")
            self._room.set_exception(error if exc is None else exc)
            self._room.exception()  # nobody may be waiting just now
        self._protocol.connection_lost(exc)

    def pause_writing(self) -> None:
        self._room = self._loop.create_future()

    def resume_writing(self) -> None:
        if self._room is not None:
            if not self._room.done():
                self._room.set_result(None)
            self._room = None

    def data_received(self, data: bytes) -> None:
        raise RuntimeError("Invalid state: reading should be paused")

    def eof_received(self) -> None:
        raise RuntimeError("Invalid state: reading should be paused")
