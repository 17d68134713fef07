"""Upgrading a transport that is in use."""

import asyncio
import contextlib
import gc
import socket
import ssl
import weakref
from typing import Any

import certificates
import pytest
from certificates import client_context, server_context

from .tls_ends import HOST, Recorder, blocking_server, in_thread, receive_all, receive_exactly


class Upgrading(Recorder):
    """A server's protocol that answers one line in plain, then is upgraded and sends back what it gets."""

    def __init__(self) -> None:
        super().__init__(answer=True)
        self.upgrades: list[asyncio.Task[None]] = []

    def take(self, data: bytes) -> None:
        if self.upgrades:
            super().take(data)
            return
        assert data == b"STARTTLS\n"
        self.transport.write(b"go on\n")
        self.upgrades.append(asyncio.get_running_loop().create_task(self.upgrade()))

    async def upgrade(self) -> None:
        loop = asyncio.get_running_loop()
        self.transport = await loop.start_tls(self.transport, self, server_context(), server_side=True)
        self.transport.write(b"ready\n")


@contextlib.asynccontextmanager
async def plain_connection(answering: Any) -> Any:
    loop = asyncio.get_running_loop()
    theirs = answering()
    listener = await loop.create_server(lambda: theirs, HOST, 0)
    _, ours = await loop.create_connection(Recorder, *listener.sockets[0].getsockname())
    await theirs.made
    try:
        yield ours, theirs
    finally:
        listener.close()
        for end in (ours, theirs):
            end.transport.abort()
            await end.lost


async def upgrade(end: Recorder, **options: Any) -> Any:
    loop = asyncio.get_running_loop()
    options = {"server_hostname": certificates.HOST, **options}
    end.transport = await loop.start_tls(end.transport, end, client_context(), **options)
    return end.transport


async def test_both_ends_are_upgraded(aio) -> None:
    async with plain_connection(Upgrading) as (ours, theirs):
        plain = ours.transport
        ours.transport.write(b"STARTTLS\n")
        assert await ours.has(6) == b"go on\n"
        transport = await upgrade(ours)
        assert await ours.has(6) == b"ready\n"
        assert transport is not plain
        assert isinstance(transport, asyncio.Transport)
        assert transport.get_protocol() is ours
        assert transport.get_extra_info("cipher")
        assert transport.get_extra_info("peername") == plain.get_extra_info("peername")
        transport.write(b"1" * 100_000)
        assert await ours.has(100_000) == b"1" * 100_000
        transport.close()
        assert await ours.lost is None
        assert ours.events.count("made") == theirs.events.count("made") == 1
        assert ours.events.count("lost") == 1


async def test_transport_of_tls_is_upgraded_again(aio) -> None:
    class Twice(Upgrading):
        async def upgrade(self) -> None:
            await super().upgrade()
            await super().upgrade()

    async with plain_connection(Twice) as (ours, theirs):
        ours.transport.write(b"STARTTLS\n")
        assert await ours.has(6) == b"go on\n"
        outer = await upgrade(ours)
        assert await ours.has(6) == b"ready\n"
        inner = await upgrade(ours)
        assert await ours.has(6) == b"ready\n"
        assert inner.get_extra_info("ssl_object") is not outer.get_extra_info("ssl_object")
        for size in (1, 100, 100_000, 1_000_000):
            inner.write(b"1" * size)
            assert await ours.has(size) == b"1" * size
        inner.close()
        assert await ours.lost is None
        assert await theirs.lost is None


async def test_what_was_written_before_goes_first_and_plain(aio) -> None:
    got = []

    def serve(sock: socket.socket) -> None:
        got.append(receive_exactly(sock, 3_000_000))
        with blocking_server(sock) as connection:
            got.append(receive_exactly(connection, 3))
            connection.unwrap()

    with in_thread(serve) as address:
        loop = asyncio.get_running_loop()
        _, ours = await loop.create_connection(Recorder, *address)
        ours.transport.write(b"1" * 3_000_000)
        await upgrade(ours)
        ours.transport.write(b"abc")
        assert await ours.lost is None
    assert got == [b"1" * 3_000_000, b"abc"]


@pytest.mark.plait_only("told to resume after the upgrade")
async def test_writer_that_was_paused_before_resumes_after(aio) -> None:
    async with plain_connection(Upgrading) as (ours, _theirs):
        ours.transport.write(b"STARTTLS\n")
        assert await ours.has(6) == b"go on\n"
        ours.transport.set_write_buffer_limits(high=0)
        await upgrade(ours)
        assert await ours.has(6) == b"ready\n"
        ours.transport.write(b"1" * 10_000_000)
        await ours.resumed.wait()
        assert ours.events.count("pause") == ours.events.count("resume")


async def test_certificate_is_checked(aio) -> None:
    def serve(sock: socket.socket) -> None:
        with contextlib.suppress(OSError):
            blocking_server(sock, server_context("wrong name"))

    with in_thread(serve) as address:
        _, ours = await asyncio.get_running_loop().create_connection(Recorder, *address)
        with pytest.raises(ssl.SSLCertVerificationError):
            await upgrade(ours)
        assert isinstance(await ours.lost, ssl.SSLCertVerificationError | None)
        assert ours.events == ["made", "lost"]


@pytest.mark.plait_only("newest")
async def test_failed_handshake_is_in_no_cycle(aio) -> None:
    kept = []

    class Kept(asyncio.Protocol):
        def __init__(self) -> None:
            kept.append(weakref.ref(self))

    async def fail(address: tuple[str, int], context: ssl.SSLContext | None) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(ssl.SSLCertVerificationError):
            transport, protocol = await loop.create_connection(
                Kept, *address, ssl=context, server_hostname=context and certificates.HOST
            )
            kept.append(weakref.ref(transport))
            await loop.start_tls(transport, protocol, client_context(), server_hostname=certificates.HOST)

    def serve(sock: socket.socket) -> None:
        with contextlib.suppress(OSError):
            blocking_server(sock, server_context("wrong name"))

    gc.collect()
    gc.disable()
    try:
        for context in (None, client_context()):
            with in_thread(serve) as address:
                await fail(address, context)
        await asyncio.sleep(0)
        assert [ref() for ref in kept] == [None] * 3
    finally:
        gc.enable()


async def test_time_of_the_handshake_is_bounded(aio) -> None:
    with in_thread(receive_all) as address:
        _, ours = await asyncio.get_running_loop().create_connection(Recorder, *address)
        with pytest.raises(ConnectionAbortedError):
            await upgrade(ours, ssl_handshake_timeout=0.05)
        if aio is not asyncio:  # stock does not tell it then
            await ours.lost
            assert ours.events == ["made", "lost"]


async def test_cancelled_upgrade_closes_the_transport(aio, polls) -> None:
    with in_thread(receive_all) as address:
        _, ours = await asyncio.get_running_loop().create_connection(Recorder, *address)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await upgrade(ours)
        await polls()
        if aio is not asyncio:
            await ours.lost
            assert ours.events == ["made", "lost"]
        assert ours.transport.is_closing()


async def test_end_of_the_peer_in_the_handshake_is_a_connection_error(aio) -> None:
    with in_thread(lambda sock: None) as address:
        _, ours = await asyncio.get_running_loop().create_connection(Recorder, *address)
        with pytest.raises(ConnectionError):
            await upgrade(ours)
        if aio is not asyncio:
            await ours.lost


async def test_wrong_arguments_leave_the_transport_as_it_is(aio) -> None:
    async with plain_connection(lambda: Recorder(answer=True)) as (ours, _):
        loop = asyncio.get_running_loop()
        with pytest.raises(TypeError, match=r"SSLContext, got None"):
            await loop.start_tls(ours.transport, ours, None)
        with pytest.raises(TypeError, match="is not supported by start_tls"):
            await loop.start_tls(asyncio.Transport(), ours, client_context())
        ours.transport.write(b"still plain")
        assert await ours.has(11) == b"still plain"


@pytest.mark.plait_only("sound TLS")
async def test_closed_transport_cannot_be_upgraded(aio) -> None:
    async with plain_connection(Recorder) as (ours, _):
        ours.transport.close()
        with pytest.raises(ConnectionResetError, match="closed or closing"):
            await upgrade(ours)


async def send_command_and_hello_at_once(address: tuple[str, int]) -> bytes:
    """What a server sends in TLS to a client that did not wait for its answer to begin."""
    reader, writer = await asyncio.open_connection(*address)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client_context().wrap_bio(incoming, outgoing, server_hostname=certificates.HOST)
    command = b"STARTTLS\n"
    try:
        while True:
            try:
                return ours.read(100)
            except ssl.SSLWantReadError:
                writer.write(command + outgoing.read())
                command = b""
                incoming.write(await reader.read(10_000))
    finally:
        writer.close()
        await writer.wait_closed()


@pytest.mark.plait_only("newest")
async def test_stream_hands_over_what_it_received_with_the_command(aio, polls) -> None:
    served = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readline() == b"STARTTLS\n"
        await polls()
        await writer.start_tls(server_context())
        writer.write(b"safe")
        writer.close()
        served.set()

    listener = await aio.start_server(serve, HOST, 0)
    assert await send_command_and_hello_at_once(listener.sockets[0].getsockname()) == b"safe"
    await served.wait()
    listener.close()
    await polls()


async def test_plain_text_smuggled_behind_the_command_is_not_taken_for_data(aio, polls) -> None:
    read = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            assert await reader.readline() == b"STARTTLS\n"
            await writer.start_tls(server_context(), ssl_handshake_timeout=0.1)
            read.set_result(await reader.read())
        except OSError as error:
            read.set_result(error)
        finally:
            writer.close()

    listener = await aio.start_server(serve, HOST, 0)
    _, writer = await asyncio.open_connection(*listener.sockets[0].getsockname())
    writer.write(b"STARTTLS\nRCPT TO: <someone@example.org>\n")
    assert isinstance(await read, OSError)
    writer.close()
    listener.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    await polls()
