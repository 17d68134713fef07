"""The transport of a stream socket: order of calls, reading, writing, half-close, ways to close, what it knows."""

import asyncio
import contextlib
import contextvars
import gc
import socket
import warnings

import pytest

from .recorder import BufferedRecorder, Recorder, connected, fill, read_all, read_count, reset, until

KINDS = pytest.mark.parametrize("kind", [Recorder, BufferedRecorder])
variable = contextvars.ContextVar("variable", default="unset")


async def test_it_is_a_transport(aio):
    transport, protocol, peer = await connected()
    assert isinstance(transport, asyncio.Transport)
    assert not isinstance(transport, asyncio.DatagramTransport)
    assert transport.get_protocol() is protocol is not None
    assert protocol.transport is transport
    transport.close()
    await protocol.lost
    peer.close()


@KINDS
async def test_data_comes_then_the_end(aio, kind):
    _, protocol, peer = await connected(kind)
    peer.send(b"some data")
    await protocol.until_received(9)
    peer.close()
    assert await protocol.lost is None
    assert protocol.received == b"some data"
    data_call = "data_received" if kind is Recorder else "buffer_updated"
    assert protocol.calls == ["connection_made", data_call, "eof_received", "connection_lost"]


@KINDS
async def test_much_data_comes_whole(aio, kind):
    transport, protocol, peer = await connected(kind)
    data = bytes(range(256)) * 4000
    sent = 0
    while sent < len(data):
        try:
            sent += peer.send(data[sent:])
        except BlockingIOError:
            await asyncio.sleep(0)
    await protocol.until_received(len(data))
    assert protocol.received == data
    transport.close()
    peer.close()
    await protocol.lost


async def test_connection_made_comes_before_data_and_before_the_waiter(aio):
    order = []

    class Protocol(Recorder):
        def note(self, call):
            order.append(call)

        def data_received(self, data):
            order.append("data")

    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    theirs.send(b"there already")
    loop.call_soon(order.append, "before")
    transport, protocol = await loop.create_unix_connection(Protocol, sock=ours)
    order.append("connected")
    await until(lambda: "data" in order)
    assert order == ["before", "connection_made", "connected", "data"]
    transport.close()
    theirs.close()
    await protocol.lost


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
async def test_any_bytes_can_be_written(aio, kind):
    transport, protocol, peer = await connected()
    transport.write(kind(b"abc"))
    transport.writelines([kind(b"de"), kind(b""), kind(b"f")])
    assert await read_count(peer, 6) == b"abcdef"
    transport.close()
    assert await read_all(peer) == b""
    peer.close()
    await protocol.lost


@pytest.mark.parametrize(
    "data", ["text", 5, pytest.param(None, marks=pytest.mark.plait_only("nothing is not data")), [b"bytes"]]
)
async def test_other_things_cannot_be_written(aio, data):
    transport, protocol, peer = await connected()
    with pytest.raises(TypeError):
        transport.write(data)
    with pytest.raises(TypeError):
        transport.writelines([data])
    transport.write(b"fine")
    assert await read_count(peer, 4) == b"fine"
    transport.close()
    peer.close()
    await protocol.lost


@pytest.mark.plait_only("in one piece: asyncio's transport is lost by the view")
@pytest.mark.parametrize("is_full", [False, True])
@pytest.mark.parametrize("step", [-1, 2])
async def test_a_view_that_is_not_in_one_piece_is_refused_and_nothing_of_it_sent(aio, step, is_full):
    transport, protocol, peer = await connected()
    count = fill(transport) if is_full else 0
    view = memoryview(b"0123456789")[::step]
    with pytest.raises(BufferError):
        transport.write(view)
    with pytest.raises(BufferError):
        transport.writelines([b"before", view])
    transport.write(b"first")
    with pytest.raises(BufferError):
        transport.write(view)
    transport.write(b"second")  # what is written now is gathered
    with pytest.raises(BufferError):
        transport.write(view)
    with pytest.raises(BufferError):
        transport.writelines([view])
    assert (await read_count(peer, count + 11))[count:] == b"firstsecond"
    transport.close()
    assert await read_all(peer) == b""
    peer.close()
    await protocol.lost


@pytest.mark.parametrize("method", ["write", "writelines"])
async def test_what_does_not_go_is_queued_and_goes_later(aio, method):
    transport, protocol, peer = await connected()
    data = bytes(range(256)) * 40000
    if method == "write":
        transport.write(data)
    else:
        transport.writelines([data[start : start + 5000] for start in range(0, len(data), 5000)])
    assert 0 < transport.get_write_buffer_size() < len(data)
    transport.write(b"and more")
    assert await read_count(peer, len(data) + 8) == data + b"and more"
    await until(lambda: transport.get_write_buffer_size() == 0)
    transport.close()
    peer.close()
    await protocol.lost


async def test_many_small_writes_while_the_peer_does_not_read(aio):
    transport, protocol, peer = await connected()
    count = fill(transport)
    lines = [b"%d\n" % number for number in range(5000)]
    for line in lines:
        transport.write(line)
    data = await read_count(peer, count + sum(map(len, lines)))
    assert data[count:] == b"".join(lines)
    transport.close()
    peer.close()
    await protocol.lost


@pytest.mark.plait_only("the queue of asyncio holds the caller's bytearray")
async def test_what_was_written_may_be_changed_at_once(aio):
    transport, protocol, peer = await connected()
    count = fill(transport)
    buffer = bytearray(b"before")
    transport.write(buffer)
    transport.writelines([buffer, memoryview(buffer)])
    buffer[:] = b"after, and longer"
    data = await read_count(peer, count + 18)
    assert data[count:] == b"before" * 3
    transport.close()
    peer.close()
    await protocol.lost


async def test_close_writes_what_is_queued(aio):
    transport, protocol, peer = await connected()
    count = fill(transport)
    transport.close()
    assert transport.is_closing()
    transport.close()
    assert "connection_lost" not in protocol.calls
    assert len(await read_all(peer)) == count
    assert await protocol.lost is None
    assert protocol.calls[-1] == "connection_lost"
    peer.close()


async def test_close_reads_no_more(aio, turns):
    transport, protocol, peer = await connected()
    fill(transport)
    transport.close()
    peer.send(b"too late")
    await turns()
    assert not transport.is_reading()
    transport.abort()
    await protocol.lost
    assert protocol.received == b""
    peer.close()


async def test_abort_drops_what_is_queued(aio):
    transport, protocol, peer = await connected()
    count = fill(transport)
    transport.abort()
    transport.abort()
    assert transport.is_closing()
    assert transport.get_write_buffer_size() == 0
    assert await protocol.lost is None
    with contextlib.suppress(ConnectionResetError):
        assert len(await read_all(peer)) < count
    peer.close()


async def test_closing_in_each_state_loses_the_connection_once(aio, turns):
    for method in ("close", "abort"):
        for state in ("open", "paused", "half closed"):
            transport, protocol, peer = await connected(keep_open=True)
            if state == "paused":
                transport.pause_reading()
            elif state == "half closed":
                peer.shutdown(socket.SHUT_WR)
                await until(lambda protocol=protocol: "eof_received" in protocol.calls)
            for _ in range(3):
                getattr(transport, method)()
            await protocol.lost
            await turns()
            assert protocol.calls.count("connection_lost") == 1
            peer.close()


async def test_close_within_connection_made(aio, turns):
    class Protocol(Recorder):
        def connection_made(self, transport):
            super().connection_made(transport)
            transport.write(b"goodbye")
            transport.close()

    _, protocol, peer = await connected(Protocol)
    await protocol.lost
    await turns()
    assert protocol.calls == ["connection_made", "connection_lost"]
    assert await read_all(peer) == b"goodbye"
    peer.close()


async def test_write_eof_half_closes(aio):
    transport, protocol, peer = await connected()
    assert transport.can_write_eof() is True
    transport.write(b"the last")
    transport.write_eof()
    transport.write_eof()
    assert await read_all(peer) == b"the last"
    with pytest.raises(RuntimeError, match="write_eof"):
        transport.write(b"more")
    peer.send(b"still heard")
    await protocol.until_received(11)
    assert not transport.is_closing()
    peer.close()
    assert await protocol.lost is None


async def test_write_eof_waits_for_what_is_queued(aio):
    transport, protocol, peer = await connected()
    count = fill(transport)
    transport.write_eof()
    assert len(await read_all(peer)) == count
    transport.close()
    await protocol.lost
    peer.close()


async def test_a_protocol_may_go_on_writing_after_the_end(aio):
    transport, protocol, peer = await connected(keep_open=True)
    peer.shutdown(socket.SHUT_WR)
    await protocol.until(lambda protocol: "eof_received" in protocol.calls)
    transport.write(b"an answer")
    assert await read_count(peer, 9) == b"an answer"
    assert not transport.is_closing()
    transport.close()
    assert await protocol.lost is None
    assert protocol.calls.count("eof_received") == 1
    peer.close()


async def test_a_reset_is_told_and_not_reported(aio):
    _, protocol, peer = await connected()
    reset(peer)
    assert isinstance(await protocol.lost, ConnectionResetError)
    assert protocol.calls == ["connection_made", "connection_lost"]


async def test_writing_to_a_peer_that_went_is_told_and_not_reported(aio):
    transport, protocol, peer = await connected(keep_open=True)
    fill(transport)
    reset(peer)
    error = await protocol.lost
    assert isinstance(error, ConnectionResetError | BrokenPipeError)


async def test_writes_after_the_connection_is_lost_are_ignored_and_logged_after_some(aio, caplog):
    transport, protocol, peer = await connected()
    transport.abort()
    for _ in range(10):
        transport.write(b"into the void")
    transport.writelines([b"into", b"the void"])
    assert caplog.messages.count("socket.send() raised exception.") >= 5
    await protocol.lost
    transport.write(b"into the void")
    transport.write(b"")
    transport.close()
    transport.abort()
    peer.close()


# Pausing.


@KINDS
async def test_pause_and_resume_reading(aio, kind, turns, polls):
    transport, protocol, peer = await connected(kind)
    assert transport.is_reading()
    transport.pause_reading()
    transport.pause_reading()
    assert not transport.is_reading()
    peer.send(b"data")
    await polls()
    await turns()
    assert protocol.received == b""
    transport.resume_reading()
    transport.resume_reading()
    assert transport.is_reading()
    await protocol.until_received(4)
    for _ in range(5):
        transport.pause_reading()
        transport.resume_reading()
    peer.send(b"more")
    await protocol.until_received(8)
    transport.close()
    transport.pause_reading()
    transport.resume_reading()
    await protocol.lost
    peer.close()


async def test_pause_within_connection_made(aio, turns, polls):
    class Protocol(Recorder):
        def connection_made(self, transport):
            super().connection_made(transport)
            transport.pause_reading()

    transport, protocol, peer = await connected(Protocol)
    peer.send(b"data")
    await polls()
    assert protocol.received == b""
    transport.resume_reading()
    await protocol.until_received(4)
    transport.close()
    await protocol.lost
    peer.close()


async def test_pause_within_data_received_holds_the_rest_back(aio, polls):
    class Protocol(Recorder):
        def data_received(self, data):
            super().data_received(data)
            self.transport.pause_reading()

    transport, protocol, peer = await connected(Protocol)
    peer.send(b"one")
    await protocol.until_received(3)
    peer.send(b"two")
    await polls()
    assert protocol.received == b"one"
    transport.resume_reading()
    await protocol.until_received(6)
    transport.close()
    await protocol.lost
    peer.close()


# Protocols.


async def test_set_protocol_changes_who_is_called(aio):
    transport, first, peer = await connected()
    second, third = Recorder(), BufferedRecorder()
    peer.send(b"1")
    await first.until_received(1)
    for protocol, data in ((second, b"2"), (third, b"3")):
        protocol.calls.append("set")
        transport.set_protocol(protocol)
        assert transport.get_protocol() is protocol
        peer.send(data)
        await protocol.until_received(1)
    peer.close()
    await third.lost
    assert (first.received, second.received, third.received) == (b"1", b"2", b"3")
    assert not first.lost.done()
    assert not second.lost.done()


async def test_set_protocol_within_data_received(aio):
    second = Recorder()

    class First(Recorder):
        def data_received(self, data):
            super().data_received(data)
            second.calls.append("set")
            self.transport.set_protocol(second)

    _, first, peer = await connected(First)
    peer.send(b"1")
    await first.until_received(1)
    peer.send(b"2")
    await second.until_received(1)
    peer.close()
    await second.lost
    assert (first.received, second.received) == (b"1", b"2")


async def test_the_protocol_goes_with_the_connection(aio):
    transport, protocol, peer = await connected()
    transport.close()
    await protocol.lost
    await until(lambda: transport.get_protocol() is None)
    peer.close()


async def test_callbacks_share_a_copy_of_the_context_of_the_set_up(aio):
    seen = []

    class Protocol(Recorder):
        def connection_made(self, transport):
            super().connection_made(transport)
            seen.append(variable.get())

        def data_received(self, data):
            super().data_received(data)
            seen.append(variable.get())

    variable.set("at the set-up")
    transport, protocol, peer = await connected(Protocol)
    variable.set("later")
    peer.send(b"data")
    await protocol.until_received(4)
    assert seen == ["at the set-up", "at the set-up"]
    transport.close()
    await protocol.lost
    peer.close()


# What it knows.


async def test_extra_info(aio):
    transport, protocol, peer = await connected()
    sock = transport.get_extra_info("socket")
    assert isinstance(sock, asyncio.trsock.TransportSocket)
    assert transport.get_extra_info("socket") is sock
    assert transport.get_extra_info("peername") == peer.getsockname()
    assert transport.get_extra_info("sockname") == peer.getpeername()
    assert transport.get_extra_info("sslcontext") is None
    assert transport.get_extra_info("no such thing", "default") == "default"
    assert transport.get_extra_info(5, "default") == "default"
    names = [(transport.get_extra_info(name)) for name in ("peername", "sockname")]
    peer.close()
    await protocol.lost
    await asyncio.sleep(0)
    assert [(transport.get_extra_info(name)) for name in ("peername", "sockname")] == names


@pytest.mark.parametrize("when", ["asked before", "never asked"])
async def test_addresses_are_known_when_the_connection_is_closed(aio, when):
    transport, protocol, peer = await connected()
    expected = peer.getpeername(), peer.getsockname()
    if when == "asked before":
        transport.get_extra_info("sockname")
    reset(peer)
    await protocol.lost
    await asyncio.sleep(0)
    assert (transport.get_extra_info("sockname"), transport.get_extra_info("peername")) == expected


async def test_repr_tells_the_state(aio):
    transport, protocol, peer = await connected()
    fd = transport.get_extra_info("socket").fileno()
    assert f"fd={fd} read=polling write=<idle, bufsize=0>" in repr(transport)
    fill(transport)
    assert f"write=<polling, bufsize={transport.get_write_buffer_size()}>" in repr(transport)
    transport.pause_reading()
    transport.close()
    assert "closing" in repr(transport)
    transport.abort()
    await protocol.lost
    await asyncio.sleep(0)
    assert "closed" in repr(transport)
    peer.close()


@pytest.mark.parametrize("method", ["add_reader", "add_writer", "remove_reader", "remove_writer"])
async def test_the_descriptor_of_a_transport_is_nobody_elses(aio, method):
    loop = asyncio.get_running_loop()
    transport, protocol, peer = await connected()
    fd = transport.get_extra_info("socket").fileno()
    arguments = (print,) if method.startswith("add") else ()
    for paused in (False, True):
        if paused:
            transport.pause_reading()
        with pytest.raises(RuntimeError, match="is used by transport"):
            getattr(loop, method)(fd, *arguments)
    transport.close()
    await protocol.lost
    peer.close()


@pytest.mark.plait_only("the socket stays the caller's: stock of 3.14 closes the one it refuses")
async def test_a_second_transport_for_a_descriptor_is_refused(aio):
    loop = asyncio.get_running_loop()
    transport, protocol, peer = await connected()
    same = transport.get_extra_info("socket")._sock
    assert same.fileno() > 0
    other = socket.socket(fileno=same.fileno())
    try:
        with pytest.raises(RuntimeError, match="is used by transport"):
            await loop.connect_accepted_socket(Recorder, other)
    finally:
        other.detach()
        transport.abort()
    await protocol.lost
    peer.close()


async def test_a_transport_that_is_forgotten_warns_and_closes(aio, turns, polls):
    transport, _, peer = await connected()
    transport.pause_reading()
    peer.send(b"x")
    await polls()
    transport.get_protocol().transport = None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        del transport
        gc.collect()
        await turns()
    about_sockets = "unclosed <socket"  # which are collected in one go with the transport, before it or after it
    texts = [str(warning.message) for warning in caught]
    assert [text[:18] for text in texts if not text.startswith(about_sockets)] == ["unclosed transport"]
    with pytest.raises(ConnectionResetError):  # since it had not read all
        await read_all(peer)
    peer.close()
