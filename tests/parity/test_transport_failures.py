"""What protocols raise, in each callback: who is told, and that the connection ends once and well."""

import asyncio
import contextlib
import gc
import socket

import pytest

from .recorder import BufferedRecorder, Recorder, connected, fill, read_all, until


class Fatal(BaseException):
    """Not an Exception."""


@pytest.mark.parametrize("error", [ValueError, Fatal])
@pytest.mark.parametrize(
    ("kind", "call"),
    [(Recorder, "data_received"), (BufferedRecorder, "get_buffer"), (BufferedRecorder, "buffer_updated")],
)
async def test_what_reading_raises_closes_the_connection(aio, kind, call, error, reports):
    transport, protocol, peer = await connected(kind, raise_in=call, error=error)
    peer.send(b"data")
    lost = await protocol.lost
    assert type(lost) is error
    assert reports.exceptions == [repr(lost)]
    assert reports[0]["message"] == f"Fatal error: protocol.{call}() call failed."
    assert reports[0]["transport"] is transport
    assert reports[0]["protocol"] is protocol
    assert transport.is_closing()
    del lost
    peer.close()


async def test_what_eof_received_raises_closes_the_connection(aio, reports):
    _, protocol, peer = await connected(raise_in="eof_received")
    peer.shutdown(socket.SHUT_WR)
    assert isinstance(await protocol.lost, ValueError)
    assert reports.exceptions == ["ValueError('in eof_received')"]
    assert await read_all(peer) == b""
    peer.close()


async def test_an_os_error_of_the_protocol_is_not_reported(aio, reports):
    _, protocol, peer = await connected(raise_in="data_received", error=OSError)
    peer.send(b"data")
    assert isinstance(await protocol.lost, OSError)
    assert reports == []
    peer.close()


async def test_what_connection_made_raises_is_reported_and_the_connection_goes_on(aio, reports):
    transport, protocol, peer = await connected(raise_in="connection_made")
    assert reports.exceptions == ["ValueError('in connection_made')"]
    peer.send(b"data")
    await protocol.until_received(4)
    transport.close()
    await protocol.lost
    peer.close()


async def test_what_connection_lost_raises_is_reported_and_the_socket_is_closed(aio, reports, turns):
    transport, protocol, peer = await connected(raise_in="connection_lost")
    transport.close()
    await protocol.lost
    await turns()
    assert reports.exceptions == ["ValueError('in connection_lost')"]
    assert await read_all(peer) == b""
    peer.close()


@pytest.mark.parametrize("call", ["data_received", "eof_received"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_interrupts_go_through_and_leave_the_connection(aio, loop, call, error):
    transport, protocol, peer = loop.run_until_complete(connected(raise_in=call, error=error))
    peer.send(b"data")
    peer.shutdown(socket.SHUT_WR)
    with pytest.raises(error):
        loop.run_until_complete(protocol.lost)
    assert not transport.is_closing()
    protocol.raise_in = None

    async def end():
        transport.abort()
        await protocol.lost
        await asyncio.sleep(0)

    loop.run_until_complete(end())
    peer.close()


async def test_an_empty_buffer_is_an_error(aio, reports):
    class Protocol(BufferedRecorder):
        size = 0

    _, protocol, peer = await connected(Protocol)
    peer.send(b"data")
    assert isinstance(await protocol.lost, RuntimeError)
    assert "get_buffer() returned an empty buffer" in reports.exceptions[0]
    peer.close()


@pytest.mark.parametrize("buffer", [b"read only", None, 5])
async def test_what_is_no_buffer_is_an_error(aio, buffer, reports):
    class Protocol(BufferedRecorder):
        def get_buffer(self, sizehint):
            return buffer

    _, protocol, peer = await connected(Protocol)
    peer.send(b"data")
    assert isinstance(await protocol.lost, TypeError | BufferError)
    assert len(reports) == 1
    peer.close()


@pytest.mark.plait_only("asyncio leaves a transport that is half made to the garbage collector")
@pytest.mark.parametrize("protocol", [None, object()])
async def test_what_is_no_protocol_is_refused_and_the_socket_closed(aio, protocol):
    loop = asyncio.get_running_loop()
    ours, peer = socket.socketpair()
    peer.setblocking(False)
    with pytest.raises(AttributeError, match="connection_made"):
        await loop.connect_accepted_socket(lambda: protocol, ours)
    ours.close()
    assert await read_all(peer) == b""
    peer.close()


async def test_a_protocol_without_the_other_methods_is_reported(aio, reports):
    class Half:
        def connection_made(self, transport):
            self.transport = transport

    loop = asyncio.get_running_loop()
    ours, peer = socket.socketpair()
    transport, _ = await loop.connect_accepted_socket(Half, ours)
    peer.setblocking(False)
    peer.send(b"data")
    with contextlib.suppress(ConnectionResetError):
        await read_all(peer)
    await until(lambda: len(reports) == 2)
    assert transport.is_closing()
    assert [error.startswith("AttributeError(") for error in reports.exceptions] == [True] * 2
    peer.close()


@pytest.mark.plait_only("asyncio leaves the error to the callback's handle and spins")
async def test_a_descriptor_that_somebody_closed_is_told(aio, reports):
    transport, protocol, peer = await connected()
    transport.get_extra_info("socket")._sock.close()
    transport.write(b"data")
    assert isinstance(await protocol.lost, OSError)
    await asyncio.sleep(0)
    assert transport.is_closing()
    peer.close()


async def test_other_connections_go_on(aio, reports):
    """One that fails takes nobody with it."""
    loop = asyncio.get_running_loop()
    protocols = []

    def factory():
        protocols.append(Recorder(raise_in="data_received" if len(protocols) % 2 else None))
        return protocols[-1]

    server = await loop.create_server(factory, "127.0.0.1", 0)
    clients = [(await loop.create_connection(Recorder, *server.sockets[0].getsockname())) for _ in range(10)]
    for transport, _ in clients:
        transport.write(b"data")
    await until(lambda: len(protocols) == 10 and all(protocol.received for protocol in protocols))
    for number, protocol in enumerate(protocols):
        assert protocol.transport.is_closing() == bool(number % 2)
    assert len(reports) == 5
    server.close()
    for transport, protocol in clients:
        transport.close()
        await protocol.lost
    await server.wait_closed()


@pytest.mark.plait_only("a loop of asyncio keeps its transports when it is closed")
async def test_a_loop_that_is_closed_leaves_no_descriptor_open(aio):
    """The transport is closed afterwards by whoever holds it, or with a warning."""
    new = aio.new_event_loop()

    def run():
        transport, _, peer = new.run_until_complete(connected())
        fill(transport)
        peer.close()
        return transport

    async def in_thread():
        return await asyncio.get_running_loop().run_in_executor(None, run)

    transport = await in_thread()
    new.close()
    del transport
    with pytest.warns(ResourceWarning, match="unclosed"):
        gc.collect()
