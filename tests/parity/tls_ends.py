"""Two ends of a TLS connection for tests: protocols that record, connections on one loop, peers in threads."""

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import certificates

HOST = "127.0.0.1"
# Seconds that a blocking peer waits for what must come.
PEER_SECONDS = 20


class Recorder(asyncio.Protocol):
    """Keeps what it is told; `answer` makes it send back what it gets."""

    def __init__(self, answer: bool = False) -> None:
        loop = asyncio.get_running_loop()
        self.answer = answer
        self.events: list[str] = []
        self.data = bytearray()
        self.transport: Any = None
        self.arrived = asyncio.Event()
        self.resumed = asyncio.Event()
        self.made = loop.create_future()
        self.lost = loop.create_future()

    def connection_made(self, transport: Any) -> None:
        self.events.append("made")
        self.transport = transport
        self.made.set_result(None)

    def data_received(self, data: bytes) -> None:
        assert type(data) is bytes
        assert data
        self.take(data)

    def take(self, data: bytes) -> None:
        if self.events[-1:] != ["data"]:
            self.events.append("data")
        self.data += data
        self.arrived.set()
        if self.answer:
            self.transport.write(data)

    def eof_received(self) -> Any:
        self.events.append("eof")

    def pause_writing(self) -> None:
        self.events.append("pause")

    def resume_writing(self) -> None:
        self.events.append("resume")
        self.resumed.set()

    def connection_lost(self, exc: BaseException | None) -> None:
        self.events.append("lost")
        self.lost.set_result(exc)

    async def has(self, count: int) -> bytes:
        """Waits for `count` bytes, and takes them."""
        while len(self.data) < count:
            self.arrived.clear()
            await self.arrived.wait()
        got = bytes(self.data[:count])
        del self.data[:count]
        return got


class BufferedRecorder(Recorder, asyncio.BufferedProtocol):
    """The same with a buffer of its own, of whatever size."""

    room = 1000

    def get_buffer(self, sizehint: int) -> Any:
        self.buffer = memoryview(bytearray(self.room))
        return self.buffer

    def buffer_updated(self, nbytes: int) -> None:
        assert 0 < nbytes <= len(self.buffer)
        self.take(bytes(self.buffer[:nbytes]))


@contextlib.asynccontextmanager
async def server(protocol: Callable[[], Any], context: Any = None, **options: Any) -> AsyncIterator[tuple[str, int]]:
    """The address of a server on this loop."""
    loop = asyncio.get_running_loop()
    context = certificates.server_context() if context is None else context
    listener = await loop.create_server(protocol, HOST, 0, ssl=context, **options)
    try:
        yield listener.sockets[0].getsockname()
    finally:
        listener.close()


async def connect(
    protocol: Callable[[], Any], address: tuple[str, int], context: ssl.SSLContext | None = None, **options: Any
) -> Any:
    """The client's protocol, connected."""
    context = certificates.client_context() if context is None else context
    options = {"server_hostname": certificates.HOST, **options}
    _, made = await asyncio.get_running_loop().create_connection(protocol, *address, ssl=context, **options)
    return made


@contextlib.asynccontextmanager
async def both_ends(
    client: Callable[[], Any] = Recorder,
    answering: Callable[[], Any] = Recorder,
    *,
    server_context: ssl.SSLContext | None = None,
    client_context: ssl.SSLContext | None = None,
    client_options: dict[str, Any] | None = None,
    **options: Any,
) -> AsyncIterator[tuple[Any, Any]]:
    """The two protocols of a connection on this loop; both are over in the end."""
    accepted: list[Any] = []

    def accept() -> Any:
        accepted.append(answering())
        return accepted[-1]

    async with server(accept, server_context, **options) as address:
        ours = await connect(client, address, client_context, **(client_options or {}))
        theirs = accepted[0]
        await theirs.made
        try:
            yield ours, theirs
        finally:
            for end in (ours, theirs):
                end.transport.abort()
            await asyncio.gather(ours.lost, theirs.lost)


@contextlib.contextmanager
def in_thread(talk: Callable[[socket.socket], None], backlog: int = 1) -> Iterator[tuple[str, int]]:
    """The address of a blocking server, which accepts one connection and has `talk` do the rest in a thread."""
    listener = socket.create_server((HOST, 0), backlog=backlog)
    failures: list[BaseException] = []

    def serve() -> None:
        try:
            listener.settimeout(PEER_SECONDS)
            accepted, _ = listener.accept()
            with accepted:
                accepted.settimeout(PEER_SECONDS)
                talk(accepted)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with listener:
            yield listener.getsockname()
            thread.join(PEER_SECONDS)
    finally:
        thread.join(PEER_SECONDS)
    if failures:
        raise failures[0]


def blocking_server(sock: socket.socket, context: ssl.SSLContext | None = None) -> ssl.SSLSocket:
    """TLS of Python's own over an accepted socket."""
    return (context or certificates.server_context()).wrap_socket(sock, server_side=True)


def receive_exactly(sock: Any, count: int) -> bytes:
    got = b""
    while len(got) < count:
        more = sock.recv(count - len(got))
        assert more, f"the end after {len(got)} bytes of {count}"
        got += more
    return got


def receive_all(sock: Any) -> None:
    """Receives until the end, and answers nothing."""
    while sock.recv(10_000):
        pass
