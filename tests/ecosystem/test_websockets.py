"""websockets on both ends: broadcast, compression, TLS, pings, cancelled receives, reconnecting."""

import asyncio
import contextlib
import itertools
import ssl
from collections.abc import AsyncIterator

import pytest
from certificates import client_context, server_context
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK
from websockets.frames import CloseCode
from websockets.protocol import State

from .library_servers import ServerProgram
from .servers import free_port
from .waiting import cancelled, until


async def echo(socket: ServerConnection) -> None:
    async for message in socket:
        await socket.send(message)


@contextlib.asynccontextmanager
async def serving(*, is_tls: bool = False, port: int = 0) -> AsyncIterator[str]:
    context = server_context() if is_tls else None
    async with serve(echo, "127.0.0.1", port, ssl=context, max_size=None) as server:
        yield f"{'wss' if is_tls else 'ws'}://localhost:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize("is_tls", [False, True], ids=["ws", "wss"])
@pytest.mark.parametrize("compression", [None, "deflate"])
async def test_messages_of_any_size_in_order(is_tls: bool, compression: str | None) -> None:
    messages = [*(f"number {number}" for number in range(200)), "long" * 500_000, b"\x00\xff" * 500_000]
    async with serving(is_tls=is_tls) as url:
        context = client_context() if is_tls else None
        async with connect(url, ssl=context, max_size=None, compression=compression) as socket:
            sender = asyncio.create_task(send_all(socket.send, messages))
            assert [await socket.recv() for _ in messages] == messages
            await sender


async def send_all(send, messages) -> None:  # type: ignore[no-untyped-def]
    for message in messages:
        await send(message)


async def test_a_message_in_fragments_and_a_ping() -> None:
    async with serving() as url, connect(url) as socket:
        await socket.send(["one ", "two ", "three"])
        assert [part async for part in socket.recv_streaming()] == ["one two three"]
        assert await (await socket.ping()) >= 0


async def test_a_broadcast_to_a_hundred() -> None:
    async def wait(socket: ServerConnection) -> None:
        await socket.wait_closed()

    async with serve(wait, "127.0.0.1", 0) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with contextlib.AsyncExitStack() as stack:
            clients = await asyncio.gather(*(connect(url) for _ in range(100)))
            for client in clients:
                stack.push_async_callback(client.close)
            for number in range(10):
                broadcast(server.connections, str(number))
            for number in range(10):
                assert await asyncio.gather(*(client.recv() for client in clients)) == [str(number)] * 100


async def test_a_receive_cancelled_in_the_middle_loses_nothing() -> None:
    got = []
    async with serving() as url, connect(url) as socket:
        for number in range(50):
            receive = asyncio.create_task(socket.recv())
            await socket.send(str(number))
            for _ in range(number % 5):
                await asyncio.sleep(0)
            receive.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                got.append(await receive)
        while len(got) < 50:
            got.append(await socket.recv())
    assert got == [str(number) for number in range(50)]


async def test_a_client_that_vanishes_and_one_that_stops_answering() -> None:
    ends: list[int | None] = []

    async def note_end(socket: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosedError, ConnectionClosedOK):
            await socket.recv()
        ends.append(socket.close_code)

    async with serve(note_end, "127.0.0.1", 0, ping_interval=0.05, ping_timeout=0.1, close_timeout=0.1) as server:
        port = server.sockets[0].getsockname()[1]
        async with connect(f"ws://127.0.0.1:{port}") as vanishing:
            vanishing.transport.abort()
            await until(lambda: ends == [1006])
        async with connect(f"ws://127.0.0.1:{port}") as deaf:
            deaf.transport.pause_reading()
            await until(lambda: len(ends) == 2)
            deaf.transport.resume_reading()
    assert ends[1] in (1006, 1011)  # without a goodbye, or told why


async def test_reconnecting_to_a_server_that_comes_back() -> None:
    port = free_port()
    async with listening(f"ws://127.0.0.1:{port}") as lives:
        for life in range(3):
            async with serving(port=port):
                await until(lambda life=life: len(lives) > life)
                assert lives[life].state is State.OPEN
            await lives[life].wait_closed()
            assert lives[life].close_code == CloseCode.GOING_AWAY


@pytest.mark.parametrize(
    "server", ["websockets", "websockets tls", "uvicorn", "uvicorn tls", "hypercorn"], indirect=True
)
async def test_reconnecting_to_a_server_that_was_killed(server: ServerProgram) -> None:
    async with listening(f"ws{server.address}/echo", client_context() if server.is_tls else None) as lives:
        await until(lambda: lives)
        server.kill()
        await lives[0].wait_closed()
        assert lives[0].close_code == CloseCode.ABNORMAL_CLOSURE
        with pytest.raises(ConnectionClosedError):
            await lives[0].send("anybody?")
        server.start()
        await until(lambda: len(lives) == 2)


@contextlib.asynccontextmanager
async def listening(url: str, context: ssl.SSLContext | None = None) -> AsyncIterator[list[ClientConnection]]:
    """The connections, in which an echo was heard, of a client that makes another one when one ends."""
    lives: list[ClientConnection] = []

    async def listen() -> None:
        async for socket in connect(url, ssl=context, reconnect_delays=lambda: itertools.repeat(0.02)):
            with contextlib.suppress(ConnectionClosedOK, ConnectionClosedError):
                await socket.send(str(len(lives)))
                assert await socket.recv() == str(len(lives))
                lives.append(socket)
                await socket.recv()

    client = asyncio.create_task(listen())
    try:
        yield lives
    finally:
        await cancelled(client)
