"""Streams in TLS, from the first byte or from a later one on."""

import asyncio
import contextlib
import ssl

import pytest
from certificates import HOST, client_context, server_context

from . import three_ways


@pytest.fixture(params=three_ways.WAYS)
def aio(request):
    return three_ways.module(request)


@contextlib.asynccontextmanager
async def serving(aio, handler, **options):
    server = await aio.start_server(handler, "127.0.0.1", 0, **options)
    try:
        yield server.sockets[0].getsockname()
    finally:
        server.close()
        await server.wait_closed()


async def closed(writer):
    writer.close()
    with contextlib.suppress(OSError, ssl.SSLError):
        await writer.wait_closed()


async def echo(reader, writer):
    while data := await reader.read(100_000):
        writer.write(data)
        await writer.drain()
    await closed(writer)


async def echo_lines(reader, writer):
    async for line in reader:
        writer.write(line)
        await writer.drain()
    await closed(writer)


async def test_bytes_arrive(aio):
    async with serving(aio, echo, ssl=server_context()) as address:
        reader, writer = await aio.open_connection(*address, ssl=client_context(), server_hostname=HOST)
        assert writer.get_extra_info("sslcontext") is not None
        assert not writer.can_write_eof()
        for size in (1, 100_000, 3):
            writer.write(b"-" * size)
            await writer.drain()
            assert await reader.readexactly(size) == b"-" * size
        await closed(writer)
        assert reader.at_eof()


async def test_pipelined_lines_arrive(aio):
    async with serving(aio, echo_lines, ssl=server_context()) as address:
        reader, writer = await aio.open_connection(*address, ssl=client_context(), server_hostname=HOST)
        lines = [b"%d\n" % number for number in range(1000)]
        writer.writelines(lines)
        assert [await reader.readline() for _ in lines] == lines
        await closed(writer)


async def test_a_handshake_that_fails_raises(aio, reports):
    async with serving(aio, echo, ssl=server_context("untrusted")) as address:
        with pytest.raises(ssl.SSLCertVerificationError):
            await aio.open_connection(*address, ssl=client_context(), server_hostname=HOST)


async def upgrade(reader, writer):
    """Plain up to STARTTLS, then in TLS."""
    assert await reader.readline() == b"STARTTLS\n"
    writer.write(b"go on\n")
    await writer.start_tls(server_context())
    await echo(reader, writer)


async def test_a_connection_goes_on_in_tls(aio, polls):
    async with serving(aio, upgrade) as address:
        reader, writer = await aio.open_connection(*address, limit=100)
        writer.write(b"STARTTLS\n")
        assert await reader.readline() == b"go on\n"
        plain = writer.transport
        await writer.start_tls(client_context(), server_hostname=HOST)
        assert writer.transport is not plain
        assert writer.get_extra_info("ssl_object").version().startswith("TLS")
        for size in (3, 100_000):  # more than the limit, so that reading pauses
            writer.write(b"-" * size)
            await writer.drain()
            await polls()
            assert await reader.readexactly(size) == b"-" * size
        await closed(writer)


@pytest.mark.plait_only("newest")
async def test_what_came_with_the_last_plain_line_belongs_to_the_handshake(aio):
    """A client may send the beginning of the handshake with its request, in one packet."""
    async with serving(aio, upgrade) as address:
        reader, writer = await aio.open_connection(*address)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = client_context().wrap_bio(incoming, outgoing, server_hostname=HOST)
        with pytest.raises(ssl.SSLWantReadError):
            tls.do_handshake()
        writer.write(b"STARTTLS\n" + outgoing.read())
        assert await reader.readline() == b"go on\n"
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                writer.write(outgoing.read())
                incoming.write(await reader.read(100_000))
        tls.write(b"hello")
        writer.write(outgoing.read())
        answer = b""
        while not answer:
            incoming.write(await reader.read(100_000))
            with contextlib.suppress(ssl.SSLWantReadError):
                answer = tls.read(100)
        assert answer == b"hello"
        await closed(writer)


@pytest.mark.plait_only("newest")
async def test_plain_text_cannot_be_passed_for_secure(aio, reports):
    """As an attacker in between does, who adds commands to the last plain line."""
    seen = []

    async def serve(reader, writer):
        await reader.readline()
        try:
            await writer.start_tls(server_context())
        except (OSError, ssl.SSLError) as error:
            seen.append(error)
        else:
            seen.append(await reader.readline())
        await closed(writer)

    async with serving(aio, serve) as address:
        reader, writer = await aio.open_connection(*address)
        writer.write(b"STARTTLS\nmalicious command\n")
        await reader.read()
        await closed(writer)
    [error] = seen
    assert isinstance(error, OSError)


@pytest.mark.stock_since(3, 13)
@pytest.mark.parametrize("context", [None, "context", 5])
async def test_an_upgrade_without_a_context_is_a_type_error_and_the_connection_goes_on(aio, context):
    async with serving(aio, echo) as address:
        reader, writer = await aio.open_connection(*address, limit=10)
        with pytest.raises((TypeError, AttributeError)):
            await writer.start_tls(context)
        writer.write(b"-" * 1000)
        assert await reader.readexactly(1000) == b"-" * 1000
        await closed(writer)


@pytest.mark.stock_since(3, 13)
async def test_an_upgrade_of_a_lost_connection_raises(aio):
    async with serving(aio, echo) as address:
        _, writer = await aio.open_connection(*address)
        writer.transport.abort()
        with pytest.raises((OSError, asyncio.InvalidStateError, RuntimeError)):
            await writer.start_tls(client_context(), server_hostname=HOST)
        writer.close()
