"""Streams over sockets, TCP and UNIX: what arrives, who waits, what is reported, and how a connection ends.

Three times: asyncio's, plait's, and plait's on asyncio's loop.
"""

import asyncio
import contextlib
import gc
import inspect
import socket
import struct

import pytest

from . import three_ways

MEGABYTE = bytes(1_000_000)
RESET = struct.pack("ii", 1, 0)  # SO_LINGER by which close() resets the connection


@pytest.fixture(params=three_ways.WAYS)
def aio(request):
    return three_ways.module(request)


class Handled:
    """Handles connections, and knows how many are open: older asyncio's `server.wait_closed()` does not wait for them."""

    def __init__(self, handler):
        self.handler = handler
        self.waits = inspect.iscoroutinefunction(handler)
        self.connected = self.ended = 0

    async def handle(self, reader, writer):
        try:
            await self.handler(reader, writer)
        finally:
            self.ended += 1

    def are_done(self):
        return not self.waits or self.ended == self.connected


@pytest.fixture(params=("tcp", "unix"))
def serving(aio, request, tmp_path):
    """`async with serving(handler) as connect`: there `await connect()` gives a reader and a writer."""

    @contextlib.asynccontextmanager
    async def serving(handler, **options):
        handled = Handled(handler)
        callback = handled.handle if handled.waits else handler
        if request.param == "tcp":
            server = await aio.start_server(callback, "127.0.0.1", 0, **options)
            address = server.sockets[0].getsockname()
        else:
            address = str(tmp_path / "socket")
            server = await aio.start_unix_server(callback, address, **options)

        async def connect(**options):
            handled.connected += 1
            if request.param == "tcp":
                return await aio.open_connection(*address, **options)
            return await aio.open_unix_connection(address, **options)

        try:
            yield connect
            await until(handled.are_done, aio)
        finally:
            server.close()
            await server.wait_closed()

    return serving


async def closed(writer):
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


async def echo(reader, writer):
    while data := await reader.read(100_000):
        writer.write(data)
        await writer.drain()
    await closed(writer)


async def until(condition, aio):
    """Wait until `condition()`."""
    async with aio.timeout(10):
        while not condition():
            await aio.sleep(0)


# What arrives.


async def test_bytes_arrive(aio, serving):
    async with serving(echo) as connect:
        reader, writer = await connect()
        for data in (b"one\n", b"x" * 70_000 + b"\n", b"\n"):
            writer.write(data)
            await writer.drain()
            assert await reader.readexactly(len(data)) == data
        await closed(writer)


async def test_many_pieces_arrive_in_order(aio, serving):
    async def answer_lines(reader, writer):
        async for line in reader:
            writer.write(line)
            await writer.drain()
        await closed(writer)

    async with serving(answer_lines) as connect:
        reader, writer = await connect()
        lines = [b"%d\n" % number for number in range(1000)]
        writer.writelines(lines)
        writer.write_eof()
        assert [line async for line in reader] == lines
        await closed(writer)


async def test_mixed_ways_of_writing_keep_their_order(aio, serving):
    async def answer(reader, writer):
        await reader.readexactly(1)
        for number in range(100):
            writer.write(b"%d," % number)
            writer.writelines([b"a", bytearray(b"b"), memoryview(b"c")])
            writer.transport.write(b";")
        await closed(writer)

    async with serving(answer) as connect:
        reader, writer = await connect()
        writer.write(b"many requests at once")
        assert await reader.read() == b"".join(b"%d,abc;" % number for number in range(100))
        await closed(writer)


async def test_a_megabyte_goes_both_ways(aio, serving):
    async with serving(echo) as connect:
        reader, writer = await connect()

        async def send():
            for _ in range(10):
                writer.write(MEGABYTE)
                await writer.drain()
            writer.write_eof()

        sending = aio.create_task(send())
        assert len(await reader.read()) == 10 * len(MEGABYTE)
        await sending
        await closed(writer)


async def test_one_side_may_end_before_the_other(aio, serving):
    async def answer_at_the_end(reader, writer):
        writer.write(str(len(await reader.read())).encode())
        assert reader.at_eof()
        await closed(writer)

    async with serving(answer_at_the_end) as connect:
        reader, writer = await connect()
        assert writer.can_write_eof()
        writer.write(b"12345")
        writer.write_eof()
        assert await reader.read() == b"5"
        with pytest.raises(RuntimeError):
            writer.write(b"more")
        await closed(writer)


async def test_limit_is_passed_on(aio, serving):
    seen = []

    async def serve(reader, writer):
        with pytest.raises(ValueError, match="limit"):
            await reader.readline()
        seen.append("too long")
        writer.write(b"-" * 200)
        await closed(writer)

    async with serving(serve, limit=100) as connect:
        reader, writer = await connect(limit=50)
        writer.write(b"-" * 200)
        with pytest.raises(ValueError, match="limit"):
            await reader.readline()
        await closed(writer)
    assert seen == ["too long"]


async def test_extra_information(aio, serving):
    async with serving(echo) as connect:
        _, writer = await connect()
        assert writer.get_extra_info("socket").fileno() >= 0
        assert writer.get_extra_info("sslcontext") is None
        assert writer.get_extra_info("no such thing", 5) == 5
        assert isinstance(writer.transport, asyncio.Transport)
        assert isinstance(writer, asyncio.StreamWriter)
        await closed(writer)


# Flow.


async def test_a_slow_reader_bounds_what_the_writer_holds(aio, serving, polls):
    """Both ends: the writer's transport stops at its high-water mark, the reader at twice its limit."""
    held = []

    async def flood(reader, writer):
        with contextlib.suppress(OSError):
            while True:
                writer.write(b"-" * 10_000)
                held.append(writer.transport.get_write_buffer_size())
                await writer.drain()

    async with serving(flood) as connect:
        reader, writer = await connect(limit=1000)
        await reader.readexactly(1)
        count = 0
        while count != len(held):
            count = len(held)
            await polls()
        assert 0 < max(held) < 100_000
        assert len(reader._buffer) <= 300_000
        await reader.readexactly(1_000_000)
        writer.transport.abort()
        writer.close()


async def test_several_may_wait_for_room(aio, serving, turns):
    release = asyncio.Event()

    async def read_late(reader, writer):
        await release.wait()
        await reader.read()
        await closed(writer)

    async with serving(read_late) as connect:
        _, writer = await connect()
        while writer.transport.get_write_buffer_size() < len(MEGABYTE):
            writer.write(MEGABYTE)
        tasks = [aio.create_task(writer.drain()) for _ in range(3)]
        await turns()
        assert not any(task.done() for task in tasks)
        tasks[1].cancel()
        release.set()
        results = await aio.gather(*tasks, return_exceptions=True)
        assert [type(result) for result in results] == [type(None), aio.CancelledError, type(None)]
        await closed(writer)


async def test_drain_of_a_connection_that_is_lost_raises(aio, serving):
    async with serving(echo) as connect:
        _, writer = await connect()
        writer.transport.abort()
        with contextlib.suppress(ConnectionResetError):
            await writer.wait_closed()
        with pytest.raises(ConnectionResetError):
            await writer.drain()


async def test_who_waits_for_room_learns_of_a_reset(aio, serving):
    async def reset_later(reader, writer):
        await reader.readexactly(1)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        writer.transport.abort()

    async with serving(reset_later) as connect:
        _, writer = await connect()
        with pytest.raises(OSError):  # noqa: PT011, PT012  (reset, or broken pipe)
            while True:
                writer.write(MEGABYTE)
                await writer.drain()
        await closed(writer)


@pytest.mark.parametrize("serving", ["tcp"], indirect=True)
async def test_who_reads_learns_of_a_reset(aio, serving):
    async def reset(reader, writer):
        await reader.readexactly(1)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        writer.transport.abort()

    async with serving(reset) as connect:
        reader, writer = await connect()
        writer.write(b"1")
        with pytest.raises(ConnectionResetError):
            await reader.readexactly(1)
        with pytest.raises(ConnectionResetError):
            await reader.read()
        await closed(writer)


# The end.


async def test_wait_closed_ends_for_all_who_wait(aio, serving):
    async with serving(echo) as connect:
        _, writer = await connect()
        waiting = [aio.create_task(writer.wait_closed()) for _ in range(3)]
        assert not writer.is_closing()
        writer.close()
        assert writer.is_closing()
        writer.close()
        await aio.gather(*waiting)
        await writer.wait_closed()


async def test_wait_closed_ends_when_the_writer_had_more_to_send_than_the_peer_reads(aio, serving):
    async def do_not_read(reader, writer):
        await reader.readexactly(1)
        await stop.wait()
        writer.transport.abort()

    stop = asyncio.Event()
    async with serving(do_not_read) as connect:
        _, writer = await connect()
        writer.write(MEGABYTE * 10)
        writer.close()
        with pytest.raises(TimeoutError):
            await aio.wait_for(writer.wait_closed(), 0.01)
        stop.set()
        with contextlib.suppress(OSError, aio.CancelledError):  # asyncio's was cancelled by the timeout
            await aio.wait_for(writer.wait_closed(), 10)


@pytest.mark.plait_only("waits for the end apart")
async def test_cancelling_one_wait_for_the_end_leaves_the_others(aio, serving, turns):
    async with serving(echo) as connect:
        _, writer = await connect()
        one, other = aio.create_task(writer.wait_closed()), aio.create_task(writer.wait_closed())
        await turns()
        one.cancel()
        await turns()
        assert one.cancelled()
        assert not other.done()
        await closed(writer)
        await other


async def test_reader_is_at_its_end_after_close(aio, serving):
    async with serving(echo) as connect:
        reader, writer = await connect()
        await closed(writer)
        assert reader.at_eof()
        assert await reader.read() == b""


async def test_writing_after_close_is_lost_and_drain_says_so(aio, serving):
    async with serving(echo) as connect:
        _, writer = await connect()
        await closed(writer)
        for _ in range(3):
            writer.write(b"late")
        with pytest.raises(ConnectionResetError):
            await writer.drain()


@pytest.mark.stock_since(3, 13)
async def test_a_writer_that_nobody_closes_is_closed_with_a_warning(aio, serving):
    ended = asyncio.Event()

    async def serve(reader, writer):
        await reader.read()
        ended.set()
        await closed(writer)

    async with serving(serve) as connect:
        _, writer = await connect()
        with pytest.warns(ResourceWarning, match="unclosed <StreamWriter"):  # noqa: PT031
            del writer, _
            gc.collect()
        await aio.wait_for(ended.wait(), 10)


@pytest.mark.parametrize("data", ["text", None, 5, [1]])
async def test_writing_what_is_not_bytes_is_a_type_error(aio, serving, data):
    async with serving(echo) as connect:
        reader, writer = await connect()
        with pytest.raises(TypeError):
            writer.write(data)
        writer.write(b"right")
        assert await reader.readexactly(5) == b"right"
        await closed(writer)


# The server's handler.


async def test_handler_may_be_a_plain_function(aio, serving):
    def serve(reader, writer):
        writer.write(b"hello")
        writer.close()

    async with serving(serve) as connect:
        reader, writer = await connect()
        assert await reader.read() == b"hello"
        await closed(writer)


async def test_what_a_handler_raises_is_reported_and_closes(aio, serving, reports):
    async def fail(reader, writer):
        writer.write(b"last words")
        raise ZeroDivisionError("of the handler")

    async with serving(fail) as connect:
        reader, writer = await connect()
        assert await reader.read() == b"last words"
        await closed(writer)
    [report] = reports
    assert report["message"] == "Unhandled exception in client_connected_cb"
    assert repr(report["exception"]) == "ZeroDivisionError('of the handler')"
    assert report["transport"].is_closing()


@pytest.mark.plait_only("plain handlers too")
async def test_what_a_plain_handler_raises_is_reported_and_closes(aio, serving, reports):
    def fail(reader, writer):
        raise ZeroDivisionError("of the handler")

    async with serving(fail) as connect:
        reader, writer = await connect()
        assert await reader.read() == b""
        await closed(writer)
    assert reports.exceptions == ["ZeroDivisionError('of the handler')"]


@pytest.mark.stock_since(3, 13)
async def test_a_handler_that_is_cancelled_closes(aio, serving):
    tasks = []

    async def serve(reader, writer):
        tasks.append(aio.current_task())
        await reader.read()

    async with serving(serve) as connect:
        reader, writer = await connect()
        await until(lambda: tasks, aio)
        tasks[0].cancel()
        assert await reader.read() == b""
        await closed(writer)


async def test_a_handler_is_held(aio, serving):
    seen = []

    async def serve(reader, writer):
        future = aio.get_running_loop().create_future()
        future.add_done_callback(lambda future: None)
        aio.get_running_loop().call_later(0.01, future.set_result, "held")
        seen.append(await future)
        await closed(writer)

    async with serving(serve) as connect:
        _, writer = await connect()
        await closed(writer)
        gc.collect()
        await until(lambda: seen, aio)


# Protocols by hand.


async def test_streams_over_any_transport(aio):
    """A reader and a writer that a program makes itself, of a pair of sockets."""
    loop, (one, other) = aio.get_running_loop(), socket.socketpair()
    ends = []
    for sock in (one, other):
        reader = aio.StreamReader(loop=loop)
        protocol = aio.StreamReaderProtocol(reader, loop=loop)
        transport, _ = await loop.create_connection(lambda protocol=protocol: protocol, sock=sock)
        ends.append((reader, aio.StreamWriter(transport, protocol, reader, loop)))
    (reader, writer), (peer_reader, peer_writer) = ends
    writer.write(b"line\n")
    assert await peer_reader.readline() == b"line\n"
    await closed(writer)
    assert await peer_reader.read() == b""
    await closed(peer_writer)
    assert isinstance(protocol, asyncio.Protocol)


async def test_writer_works_with_asyncios_own_protocols(aio):
    """As programs have it that connect their standard output."""
    loop, (one, other) = aio.get_running_loop(), socket.socketpair()
    with other:
        transport, protocol = await loop.create_connection(
            lambda: asyncio.streams.FlowControlMixin(loop=loop), sock=one
        )
        writer = aio.StreamWriter(transport, protocol, None, loop)
        writer.write(b"hello")
        await writer.drain()
        writer.close()
        assert other.recv(5) == b"hello"


async def test_a_subclass_of_the_protocol_may_extend_it(aio, serving):
    class Recording(aio.StreamReaderProtocol):
        def connection_made(self, transport):
            self.events = ["made"]
            super().connection_made(transport)

        def data_received(self, data):
            self.events.append(data)
            super().data_received(data)

        def connection_lost(self, exc):
            self.events.append("lost")
            super().connection_lost(exc)

    async with serving(echo) as connect:
        _, writer = await connect()
        loop, transport = aio.get_running_loop(), writer.transport
        reader = aio.StreamReader()
        protocol = Recording(reader, loop=loop)
        protocol.connection_made(transport)
        transport.set_protocol(protocol)
        transport.write(b"line\n")
        assert await reader.readline() == b"line\n"
        transport.close()
        await protocol._get_close_waiter(None)
        assert protocol.events == ["made", b"line\n", "lost"]
        writer.close()
