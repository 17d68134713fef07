"""The echo servers, as a user of asyncio writes them; each is entered with where to listen, and gives its address."""

from __future__ import annotations

import asyncio
import socket
import ssl
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any, BinaryIO

HOST = "127.0.0.1"

BACKLOG = 4096
"""Connections that may wait: the load client opens 10,000 as fast as it can."""

READ_SIZE = 100 * 1024
"""Bytes a stream or a socket is asked for at once: the largest message of the rows."""

SPINNERS = 1000
"""Tasks that do nothing but give up their turn, beside which a latency is measured."""

FILE_BYTES, FILE_REPEATS = 1 << 26, 16
"""What the row of sendfile sends: a file that fits into the system's cache, so often that it makes 1 GiB."""


@dataclass(frozen=True)
class Place:
    """Where a server listens: "tcp", "udp", or "unix" with a path; with TLS if there is a context."""

    transport: str = "tcp"
    path: str = ""
    context: ssl.SSLContext | None = None


Serve = Callable[[ModuleType, Place], AbstractAsyncContextManager[str]]
"""`async with serve(aio, place) as address`: answers there with the functions of `aio`."""


class Echo(asyncio.Protocol):
    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)


class BufferedEcho(asyncio.BufferedProtocol):
    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.buffer = bytearray(READ_SIZE)

    def get_buffer(self, sizehint: int) -> bytearray:
        return self.buffer

    def buffer_updated(self, nbytes: int) -> None:
        self.transport.write(self.buffer[:nbytes])


class EchoOnce(Echo):
    def data_received(self, data: bytes) -> None:
        self.transport.write(data)
        self.transport.close()


class DatagramEcho(asyncio.DatagramProtocol):
    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.transport.sendto(data, addr)


@asynccontextmanager
async def serve_protocol(
    factory: Callable[[], asyncio.BaseProtocol], aio: ModuleType, place: Place
) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    if place.transport == "unix":
        server = await loop.create_unix_server(factory, place.path, backlog=BACKLOG)
    else:
        server = await loop.create_server(factory, HOST, 0, backlog=BACKLOG, ssl=place.context)
    try:
        yield address_of(server, place)
    finally:
        server.close()


echo = partial(serve_protocol, Echo)
buffered_echo = partial(serve_protocol, BufferedEcho)
echo_once = partial(serve_protocol, EchoOnce)


@asynccontextmanager
async def echo_beside_spinners(aio: ModuleType, place: Place) -> AsyncIterator[str]:
    async def spin() -> None:
        while True:
            await aio.sleep(0)

    async with echo(aio, place) as address:
        tasks = [aio.create_task(spin()) for _ in range(SPINNERS)]
        yield address
        for task in tasks:
            task.cancel()


class FileSender(Echo):
    """Sends the file to whoever sends anything, and closes; `sent` holds the tasks that do."""

    def __init__(self, file: BinaryIO, sent: list[asyncio.Task[None]]) -> None:
        self.file, self.sent = file, sent

    def data_received(self, data: bytes) -> None:
        self.sent.append(asyncio.get_running_loop().create_task(self.send()))

    async def send(self) -> None:
        try:
            for _ in range(FILE_REPEATS):
                await asyncio.get_running_loop().sendfile(self.transport, self.file)
        finally:
            self.transport.close()


@asynccontextmanager
async def send_file(aio: ModuleType, place: Place) -> AsyncIterator[str]:
    """A file of zeroes; what a loop raises that cannot send files is raised at the end."""
    sent: list[asyncio.Task[None]] = []
    with tempfile.TemporaryFile() as file:
        file.write(bytes(FILE_BYTES))
        try:
            async with serve_protocol(lambda: FileSender(file, sent), aio, place) as address:
                yield address
        finally:
            await asyncio.gather(*sent)


@asynccontextmanager
async def echo_datagrams(aio: ModuleType, place: Place) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(DatagramEcho, (HOST, 0))
    try:
        yield f"{HOST}:{transport.get_extra_info('sockname')[1]}"
    finally:
        transport.close()


@asynccontextmanager
async def serve_streams(handler: Callable[[Any, Any], Any], aio: ModuleType, place: Place) -> AsyncIterator[str]:
    server = await aio.start_server(handler, HOST, 0, backlog=BACKLOG, ssl=place.context)
    try:
        yield address_of(server, place)
    finally:
        server.close()


async def echo_chunks(reader: Any, writer: Any) -> None:
    while data := await reader.read(READ_SIZE):
        writer.write(data)
        await writer.drain()
    writer.close()


async def echo_lines(reader: Any, writer: Any) -> None:
    while line := await reader.readline():
        writer.write(line)
        await writer.drain()
    writer.close()


echo_streams = partial(serve_streams, echo_chunks)
echo_stream_lines = partial(serve_streams, echo_lines)


@asynccontextmanager
async def echo_sockets(aio: ModuleType, place: Place) -> AsyncIterator[str]:
    with socket.create_server((HOST, 0), backlog=BACKLOG) as listener:
        listener.setblocking(False)
        accepting = aio.create_task(accept_sockets(aio, listener))
        yield f"{HOST}:{listener.getsockname()[1]}"
        accepting.cancel()
        with suppress(asyncio.CancelledError):
            await accepting


async def accept_sockets(aio: ModuleType, listener: socket.socket) -> None:
    loop, echoing = asyncio.get_running_loop(), set()
    while True:
        connection, _ = await loop.sock_accept(listener)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        task = aio.create_task(echo_socket(connection))
        echoing.add(task)
        task.add_done_callback(echoing.discard)


async def echo_socket(connection: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    with connection:
        while data := await loop.sock_recv(connection, READ_SIZE):
            await loop.sock_sendall(connection, data)


def address_of(server: Any, place: Place) -> str:
    """As the load client takes it."""
    return place.path or f"{HOST}:{server.sockets[0].getsockname()[1]}"
