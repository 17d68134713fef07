"""Beginning TLS: what both ends know then, and whom a handshake that fails is told."""

import asyncio
import contextlib
import math
import socket
import ssl
import threading

import certificates
import pytest
from certificates import client_context, server_context

from .tls_ends import HOST, PEER_SECONDS, Recorder, both_ends, connect, in_thread, server

versions = pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])


@versions
async def test_extra_info_tells_of_tls_and_of_the_socket(aio, version) -> None:
    context = client_context(version=version)
    async with both_ends(client_context=context) as (ours, theirs):
        info = ours.transport.get_extra_info
        assert info("sslcontext") is context
        assert isinstance(info("ssl_object"), ssl.SSLObject)
        assert info("ssl_object").version() == ("TLSv1.2" if version == ssl.TLSVersion.TLSv1_2 else "TLSv1.3")
        assert info("cipher") == info("ssl_object").cipher()
        assert info("compression") is None
        assert ("DNS", "localhost") in info("peercert")["subjectAltName"]
        assert info("peername") == theirs.transport.get_extra_info("sockname")
        assert info("socket").family == socket.AF_INET
        assert info("nothing") is None
        assert info("nothing", 5) == 5
        assert theirs.transport.get_extra_info("peercert") is None


async def test_transport_is_an_asyncio_transport(aio) -> None:
    async with both_ends() as (ours, _):
        transport = ours.transport
        assert isinstance(transport, asyncio.Transport)
        assert transport.get_protocol() is ours
        assert not transport.is_closing()
        assert transport.is_reading()
        assert not transport.can_write_eof()
        with pytest.raises(NotImplementedError):
            transport.write_eof()


async def test_both_agree_on_an_application_protocol(aio) -> None:
    ours, theirs = client_context(), server_context()
    ours.set_alpn_protocols(["unknown", "h2", "http/1.1"])
    theirs.set_alpn_protocols(["http/1.1", "h2"])
    async with both_ends(client_context=ours, server_context=theirs) as ends:
        for end in ends:
            assert end.transport.get_extra_info("ssl_object").selected_alpn_protocol() == "http/1.1"


async def test_server_chooses_a_context_by_the_name_it_is_asked_for(aio) -> None:
    names = []
    chosen, other = server_context(), server_context("untrusted")

    def choose(ssl_object: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
        names.append(name)
        ssl_object.context = chosen

    other.sni_callback = choose
    async with both_ends(server_context=other):
        assert names == [certificates.HOST]


async def test_client_shows_a_certificate(aio) -> None:
    ours, theirs = client_context(), server_context()
    certificates.certificate("client").configure_cert(ours)
    certificates.authority().configure_trust(theirs)
    theirs.verify_mode = ssl.CERT_REQUIRED
    async with both_ends(client_context=ours, server_context=theirs) as (_, end):
        assert ("email", "someone@example.org") in end.transport.get_extra_info("peercert")["subjectAltName"]


async def test_server_that_wants_a_certificate_refuses_a_client_without(aio) -> None:
    theirs = server_context(version=ssl.TLSVersion.TLSv1_2)
    certificates.authority().configure_trust(theirs)
    theirs.verify_mode = ssl.CERT_REQUIRED
    accepted = []
    async with server(lambda: accepted.append(Recorder()) or accepted[-1], theirs) as address:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await connect(Recorder, address)
    assert accepted[0].events == []


@pytest.mark.parametrize("kind", ["expired", "wrong name", "untrusted"])
async def test_client_refuses_a_bad_certificate_and_the_server_goes_on(aio, kind) -> None:
    accepted = []
    context = server_context(kind)
    async with server(lambda: accepted.append(Recorder()) or accepted[-1], context) as address:
        with pytest.raises(ssl.SSLCertVerificationError):
            await connect(Recorder, address)
        trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trusting.check_hostname = False
        trusting.verify_mode = ssl.CERT_NONE
        client = await connect(Recorder, address, trusting)
        await accepted[1].made
        for end in (client, accepted[1]):
            end.transport.abort()
            await end.lost


@pytest.mark.plait_only("the peer is told why")
async def test_peer_of_a_refused_certificate_is_told_why(aio) -> None:
    context = server_context("untrusted", version=ssl.TLSVersion.TLSv1_2)
    told = threading.Event()
    seen = []

    def serve(sock: socket.socket) -> None:
        try:
            context.wrap_socket(sock, server_side=True)
        except ssl.SSLError as error:
            seen.append(error.reason)
            told.set()

    with in_thread(serve) as address:
        with pytest.raises(ssl.SSLCertVerificationError):
            await connect(Recorder, address)
        await asyncio.get_running_loop().run_in_executor(None, told.wait, PEER_SECONDS)
    assert seen == ["TLSV1_ALERT_UNKNOWN_CA"]


async def send_bytes(address: tuple[str, int], data: bytes) -> bytes:
    """What a server answers to these bytes in plain, until it ends the connection."""
    reader, writer = await asyncio.open_connection(*address)
    try:
        writer.write(data)
        with contextlib.suppress(ConnectionError):
            return await reader.read()
        return b""
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@pytest.mark.parametrize("garbage", [b"GET / HTTP/1.1\r\n\r\n", b"\0" * 100, b"\x16\x03\x01\x00\x05hello"])
async def test_server_ends_what_is_not_tls_and_goes_on(aio, garbage) -> None:
    accepted = []
    async with server(lambda: accepted.append(Recorder()) or accepted[-1]) as address:
        await send_bytes(address, garbage)
        client = await connect(Recorder, address)
        await accepted[1].made
        for end in (client, accepted[1]):
            end.transport.abort()
            await end.lost
    assert accepted[0].events == []


async def test_client_of_what_is_not_tls_gets_an_ssl_error(aio) -> None:
    with in_thread(lambda sock: sock.sendall(b"220 smtp.example.org\r\n")) as address, pytest.raises(ssl.SSLError):
        await connect(Recorder, address)


@pytest.mark.parametrize("count", [0, 1, 5, 100])
async def test_server_that_vanishes_in_the_handshake_is_a_connection_error(aio, count) -> None:
    def serve(sock: socket.socket) -> None:
        sock.sendall(sock.recv(count) if count else b"")

    with in_thread(serve) as address, pytest.raises((ConnectionError, ssl.SSLError)):
        await connect(Recorder, address)


@pytest.mark.parametrize("count", [0, 1, 5, 100])
async def test_client_that_vanishes_in_the_handshake_leaves_nothing(aio, turns, count) -> None:
    hello = client_hello()
    accepted = []
    async with server(lambda: accepted.append(Recorder()) or accepted[-1]) as address:
        _, writer = await asyncio.open_connection(*address)
        writer.write(hello[:count])
        await turns()
        writer.close()
        await writer.wait_closed()
        client = await connect(Recorder, address)
        await accepted[1].made
        for end in (client, accepted[1]):
            end.transport.abort()
            await end.lost
    assert accepted[0].events == []


def client_hello() -> bytes:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        client_context().wrap_bio(incoming, outgoing, server_hostname=certificates.HOST).do_handshake()
    return outgoing.read()


async def test_client_waits_for_a_handshake_no_longer_than_it_was_told(aio, polls) -> None:
    release = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await release.wait()
        writer.close()

    listener = await asyncio.start_server(silent, HOST, 0)
    with pytest.raises(ConnectionAbortedError, match=r"taking longer than 0\.05 seconds"):
        await connect(Recorder, listener.sockets[0].getsockname(), ssl_handshake_timeout=0.05)
    release.set()
    listener.close()
    await polls()


async def test_server_waits_for_a_handshake_no_longer_than_it_was_told(aio) -> None:
    accepted = []
    async with server(lambda: accepted.append(Recorder()) or accepted[-1], ssl_handshake_timeout=0.05) as address:
        assert await send_bytes(address, b"") == b""
    assert accepted[0].events == []


async def test_handshake_may_be_cancelled(aio, polls) -> None:
    release = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await release.wait()
        writer.close()

    listener = await asyncio.start_server(silent, HOST, 0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await connect(Recorder, listener.sockets[0].getsockname())
    release.set()
    listener.close()
    await polls()


@pytest.mark.plait_only("sound TLS")
@pytest.mark.parametrize("name", ["ssl_handshake_timeout", "ssl_shutdown_timeout"])
@pytest.mark.parametrize(
    ("seconds", "error", "text"),
    [
        (0, ValueError, "positive number"),
        (-1, ValueError, "positive number"),
        (math.nan, ValueError, "positive number"),
        ("1", TypeError, "number of seconds"),
        ([1], TypeError, "number of seconds"),
        (1 << 2000, OverflowError, "too large"),
    ],
)
async def test_time_must_be_positive(aio, name, seconds, error, text, tmp_path) -> None:
    loop, times = asyncio.get_running_loop(), {name: seconds}
    path, context = str(tmp_path / "socket"), server_context()
    ours, theirs = socket.socketpair()
    transport, protocol = await loop.create_connection(Recorder, sock=theirs)
    with ours:
        for set_up in (
            lambda: connect(Recorder, (HOST, 1), **times),
            lambda: loop.create_unix_connection(Recorder, path, ssl=client_context(), server_hostname=HOST, **times),
            lambda: loop.create_server(Recorder, HOST, 0, ssl=context, **times),
            lambda: loop.create_unix_server(Recorder, path, ssl=context, **times),
            lambda: loop.connect_accepted_socket(Recorder, ours, ssl=context, **times),
            lambda: loop.start_tls(transport, protocol, context, server_side=True, **times),
        ):
            with pytest.raises(error, match=text):
                await set_up()
        assert not transport.is_closing()
        assert ours.fileno() != -1
    await protocol.lost


@pytest.mark.plait_only("sound TLS")
@pytest.mark.parametrize("context", [5, "yes", object()])
async def test_context_of_a_wrong_type_is_refused(aio, context) -> None:
    async with server(Recorder) as address:
        with pytest.raises(TypeError, match=r"expected to be an ssl\.SSLContext or True"):
            await connect(Recorder, address, context)


async def test_default_context_of_a_client_checks(aio) -> None:
    async with server(Recorder) as address:
        with pytest.raises(ssl.SSLCertVerificationError):
            await connect(Recorder, address, True)


async def test_protocol_that_raises_in_connection_made_ends_its_connection(aio, reports, polls) -> None:
    class Failing(Recorder):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            raise ZeroDivisionError

    async with server(Recorder) as address:
        with contextlib.suppress(ZeroDivisionError):
            await connect(Failing, address)
    await polls()
    assert reports.exceptions == ["ZeroDivisionError()"]
