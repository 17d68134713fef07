"""Transports of pipes, and of what behaves like one."""

import asyncio
import contextlib
import gc
import logging
import os
import socket
import tty
import warnings
from io import FileIO

import pytest

BIG = 1 << 20  # bytes: far more than a pipe holds


class Recorder(asyncio.Protocol):
    """Writes down what it is told."""

    def __init__(self, loop):
        self.calls = []
        self.data = b""
        self.transport = None
        self.lost = loop.create_future()
        self.came = asyncio.Event()

    def connection_made(self, transport):
        self.transport = transport
        self.calls.append("connection_made")

    def data_received(self, data):
        self.data += data
        self.came.set()

    def eof_received(self):
        self.calls.append("eof_received")
        return True  # which pipes do not ask for

    def pause_writing(self):
        self.calls.append("pause_writing")

    def resume_writing(self):
        self.calls.append("resume_writing")
        self.came.set()

    def connection_lost(self, exc):
        self.calls.append("connection_lost")
        self.lost.set_result(exc)


@contextlib.contextmanager
def pipe():
    """The two ends as file objects."""
    read_fd, write_fd = os.pipe()
    with FileIO(read_fd, "rb") as read_end, FileIO(write_fd, "wb") as write_end:
        yield read_end, write_end


def open_terminal():
    """The two descriptors of one."""
    try:
        return os.openpty()
    except OSError as error:  # as in a container without /dev/pts
        pytest.skip(f"no terminal can be opened here: {error}")


async def connect_reader(aio, file, kind=Recorder):
    loop = aio.get_running_loop()
    transport, protocol = await loop.connect_read_pipe(lambda: kind(loop), file)
    assert protocol.transport is transport
    return transport, protocol


async def connect_writer(aio, file, kind=Recorder):
    loop = aio.get_running_loop()
    transport, protocol = await loop.connect_write_pipe(lambda: kind(loop), file)
    assert protocol.transport is transport
    return transport, protocol


def drain(file):
    """All that can be read now."""
    os.set_blocking(file.fileno(), False)
    return b"".join(iter(lambda: file.read(1 << 16) or b"", b""))


async def read_all(aio, file, size):
    data = b""
    while len(data) < size:
        data += drain(file)
        await aio.sleep(0)
    return data


@pytest.mark.plait_only("no protocol")
@pytest.mark.parametrize("made", [None, 5])
async def test_a_factory_that_gives_no_protocol_leaves_the_pipe_as_it_is(aio, made):
    loop = aio.get_running_loop()
    with pipe() as (read_end, write_end):
        for set_up, file in (loop.connect_read_pipe, read_end), (loop.connect_write_pipe, write_end):
            with pytest.raises(AttributeError, match="connection_made"):
                await set_up(lambda: made, file)
            assert not file.closed
            assert os.get_blocking(file.fileno())
            transport, protocol = await set_up(lambda: Recorder(loop), file)
            transport.close()
            await protocol.lost
            assert file.closed


# Reading.


async def test_data_then_the_end(aio):
    with pipe() as (read_end, write_end):
        transport, protocol = await connect_reader(aio, read_end)
        assert isinstance(transport, asyncio.ReadTransport)
        assert transport.get_extra_info("pipe") is read_end
        assert transport.get_protocol() is protocol
        write_end.write(b"one")
        await protocol.came.wait()
        write_end.write(b"two")
        write_end.close()
        assert await protocol.lost is None
        assert protocol.data == b"onetwo"
        assert protocol.calls == ["connection_made", "eof_received", "connection_lost"]
        assert transport.is_closing()
        assert transport.get_extra_info("pipe") is read_end
        assert read_end.closed


async def test_paused_reading_leaves_data_in_the_pipe(aio, turns):
    with pipe() as (read_end, write_end):
        transport, protocol = await connect_reader(aio, read_end)
        assert transport.is_reading()
        transport.pause_reading()
        transport.pause_reading()
        assert not transport.is_reading()
        write_end.write(b"later")
        await turns()
        assert protocol.data == b""
        transport.resume_reading()
        transport.resume_reading()
        await protocol.came.wait()
        assert protocol.data == b"later"
        transport.close()
        await protocol.lost


async def test_pausing_before_anything_is_read(aio, turns):
    class Pausing(Recorder):
        def connection_made(self, transport):
            super().connection_made(transport)
            transport.pause_reading()

    with pipe() as (read_end, write_end):
        write_end.write(b"early")
        transport, protocol = await connect_reader(aio, read_end, Pausing)
        await turns()
        assert protocol.data == b""
        transport.resume_reading()
        await protocol.came.wait()
        transport.close()
        await protocol.lost


async def test_closing_the_reader(aio, turns):
    with pipe() as (read_end, write_end):
        transport, protocol = await connect_reader(aio, read_end)
        transport.close()
        transport.close()
        assert transport.is_closing()
        assert not transport.is_reading()
        write_end.write(b"unread")
        assert await protocol.lost is None
        await turns()
        assert protocol.data == b""
        assert protocol.calls == ["connection_made", "connection_lost"]
        transport.pause_reading()
        transport.resume_reading()


async def test_large_data_arrives_whole(aio):
    data = os.urandom(BIG)
    with pipe() as (read_end, write_end):
        _, reader = await connect_reader(aio, read_end)
        transport, writer = await connect_writer(aio, write_end)
        transport.write(data)
        transport.close()
        assert await reader.lost is None
        assert await writer.lost is None
        assert reader.data == data


async def test_a_stream_reader_over_a_pipe(aio):
    with pipe() as (read_end, write_end):
        reader = aio.StreamReader()
        loop = aio.get_running_loop()
        await loop.connect_read_pipe(lambda: aio.StreamReaderProtocol(reader), read_end)
        write_end.write(b"a line\nand the rest")
        write_end.close()
        assert await reader.readline() == b"a line\n"
        assert await reader.read() == b"and the rest"


@pytest.mark.plait_only("a pipe's other end")
async def test_a_buffered_protocol_reads_into_its_own_room(aio):
    class Buffered(asyncio.BufferedProtocol):
        def __init__(self, loop):
            self.room = bytearray(3)
            self.data = b""
            self.lost = loop.create_future()

        def connection_made(self, transport):
            self.transport = transport

        def get_buffer(self, sizehint):
            return self.room

        def buffer_updated(self, count):
            self.data += self.room[:count]

        def connection_lost(self, exc):
            self.lost.set_result(exc)

    with pipe() as (read_end, write_end):
        _, protocol = await connect_reader(aio, read_end, Buffered)
        write_end.write(b"piecemeal")
        write_end.close()
        assert await protocol.lost is None
        assert protocol.data == b"piecemeal"


# Writing.


async def test_what_is_written_arrives(aio):
    with pipe() as (read_end, write_end):
        transport, protocol = await connect_writer(aio, write_end)
        assert isinstance(transport, asyncio.WriteTransport)
        assert transport.get_extra_info("pipe") is write_end
        assert transport.can_write_eof()
        transport.write(b"one")
        transport.write(bytearray(b"two"))
        transport.write(memoryview(b"three"))
        transport.write(b"")
        transport.writelines([b"four", b"", bytearray(b"five")])
        assert transport.get_write_buffer_size() == 0
        assert drain(read_end) == b"onetwothreefourfive"
        transport.write_eof()
        assert await protocol.lost is None
        assert read_end.read() == b""


@pytest.mark.plait_only("in one piece: asyncio's transport is lost by the view")
async def test_a_view_that_is_not_in_one_piece_is_refused_and_nothing_of_it_written(aio):
    with pipe() as (read_end, write_end):
        transport, protocol = await connect_writer(aio, write_end)
        view = memoryview(b"0123456789")[::-1]
        with pytest.raises(BufferError):
            transport.write(view)
        with pytest.raises(BufferError):
            transport.writelines([b"before", view])
        transport.write(b"fine")
        transport.close()
        assert await protocol.lost is None
        assert read_end.read() == b"fine"


async def test_what_does_not_go_is_queued_in_order(aio):
    parts = [bytes([number]) * (BIG // 8) for number in range(8)]
    with pipe() as (read_end, write_end):
        transport, protocol = await connect_writer(aio, write_end)
        transport.write(parts[0])
        transport.writelines(parts[1:4])
        changing = bytearray(parts[4])
        transport.write(changing)
        changing[:] = bytes(len(changing))
        transport.writelines(parts[5:])
        transport.close()
        assert await read_all(aio, read_end, BIG) == b"".join(parts)
        assert await protocol.lost is None


async def test_water_marks(aio):
    with pipe() as (read_end, write_end):
        transport, protocol = await connect_writer(aio, write_end)
        assert transport.get_write_buffer_limits() == (16 * 1024, 64 * 1024)
        transport.set_write_buffer_limits(high=1000)
        assert transport.get_write_buffer_limits() == (250, 1000)
        transport.write(bytes(BIG))
        assert transport.get_write_buffer_size() > 1000
        assert protocol.calls == ["connection_made", "pause_writing"]
        await read_all(aio, read_end, BIG)
        await protocol.came.wait()
        assert protocol.calls == ["connection_made", "pause_writing", "resume_writing"]
        assert transport.get_write_buffer_size() == 0
        transport.close()
        await protocol.lost


async def test_closing_writes_what_is_queued(aio):
    with pipe() as (read_end, write_end):
        transport, protocol = await connect_writer(aio, write_end)
        transport.write(bytes(BIG))
        transport.close()
        assert transport.is_closing()
        transport.write(b"too late")
        assert len(await read_all(aio, read_end, BIG)) == BIG
        assert await protocol.lost is None
        assert write_end.closed


async def test_aborting_writes_nothing_more(aio):
    with pipe() as (read_end, write_end):
        transport, protocol = await connect_writer(aio, write_end)
        transport.write(bytes(BIG))
        transport.abort()
        assert await protocol.lost is None
        assert 0 < len(drain(read_end)) < BIG


async def test_the_reader_hangs_up_while_nothing_is_written(aio):
    with pipe() as (read_end, write_end):
        _, protocol = await connect_writer(aio, write_end)
        read_end.close()
        assert await protocol.lost is None
        assert write_end.closed


async def test_the_reader_hangs_up_with_data_queued(aio):
    with pipe() as (read_end, write_end):
        transport, protocol = await connect_writer(aio, write_end)
        transport.write(bytes(BIG))
        read_end.close()
        assert isinstance(await protocol.lost, BrokenPipeError)


async def test_writing_to_a_pipe_that_nobody_reads(aio):
    with pipe() as (read_end, write_end):
        transport, protocol = await connect_writer(aio, write_end)
        read_end.close()
        transport.write(b"lost")
        assert isinstance(await protocol.lost, BrokenPipeError)


async def test_writing_on_after_the_loss_is_warned_of(aio, caplog):
    with pipe() as (read_end, write_end):
        transport, protocol = await connect_writer(aio, write_end)
        read_end.close()
        await protocol.lost
        with caplog.at_level(logging.WARNING, "asyncio"):
            for _ in range(10):
                transport.write(b"lost")
        assert "pipe closed by peer" in caplog.text


@pytest.mark.parametrize("data", ["text", None, 5, [b"bytes"]])
async def test_only_bytes_are_written(aio, data):
    with pipe() as (_, write_end):
        transport, protocol = await connect_writer(aio, write_end)
        with pytest.raises((TypeError, AssertionError)):
            transport.write(data)
        transport.close()
        await protocol.lost


# Other files than pipes.


async def test_sockets(aio):
    ours, theirs = socket.socketpair()
    with theirs, FileIO(ours.detach(), "rb") as file:
        _, protocol = await connect_reader(aio, file)
        theirs.send(b"hello")
        await protocol.came.wait()
        theirs.close()
        assert await protocol.lost is None


async def test_the_peer_of_a_written_socket_hangs_up(aio):
    ours, theirs = socket.socketpair()
    with theirs, FileIO(ours.detach(), "wb") as file:
        transport, protocol = await connect_writer(aio, file)
        transport.write(b"hello")
        assert theirs.recv(10) == b"hello"
        theirs.close()
        assert await protocol.lost is None


@pytest.mark.plait_only("a pipe's other end")
async def test_the_peer_of_a_written_socket_may_send(aio, turns):
    ours, theirs = socket.socketpair()
    with theirs, FileIO(ours.detach(), "wb") as file:
        transport, protocol = await connect_writer(aio, file)
        theirs.send(b"hello")
        await turns()
        assert not transport.is_closing()
        transport.write(b"still here")
        assert theirs.recv(20) == b"still here"
        transport.close()
        await protocol.lost


async def test_fifos(aio, tmp_path):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with FileIO(reading, "rb") as read_end, FileIO(path, "wb") as write_end:
        _, reader = await connect_reader(aio, read_end)
        transport, _ = await connect_writer(aio, write_end)
        transport.write(b"through the file system")
        transport.close()
        assert await reader.lost is None
        assert reader.data == b"through the file system"


async def test_terminals(aio):
    master, slave = open_terminal()
    with FileIO(master, "rb") as ours, FileIO(slave, "wb") as theirs:
        reading, reader = await connect_reader(aio, ours)
        writing, writer = await connect_writer(aio, theirs)
        writing.write(b"on the screen")
        await reader.came.wait()
        assert reader.data == b"on the screen"
        reading.close()
        writing.close()
        await reader.lost
        await writer.lost


def raw_terminal():
    """The descriptors of a terminal that passes on what is written as it is."""
    master, slave = open_terminal()
    tty.setraw(slave)
    return master, slave


async def test_a_terminal_that_one_transport_reads_and_another_writes(aio):
    master, slave = raw_terminal()
    with FileIO(master, "r+b") as ours, FileIO(slave, "r+b") as theirs:
        reading, reader = await connect_reader(aio, FileIO(master, "rb", closefd=False))
        writing, writer = await connect_writer(aio, ours)
        writing.write(b"question")
        assert await read_all(aio, theirs, 8) == b"question"
        theirs.write(b"answer")
        await reader.came.wait()
        assert reader.data == b"answer"
        reading.close()
        assert await reader.lost is None
        writing.write(b"more")
        assert await read_all(aio, theirs, 4) == b"more"
        writing.close()
        assert await writer.lost is None
        assert ours.closed


@pytest.mark.plait_only("a terminal of two transports")
@pytest.mark.parametrize("first", ["reader", "writer"])
async def test_the_later_of_two_transports_closes_the_terminal(aio, first, turns):
    master, slave = raw_terminal()
    with FileIO(master, "r+b") as ours, FileIO(slave, "r+b") as theirs:
        reading, reader = await connect_reader(aio, ours)
        writing, writer = await connect_writer(aio, ours)
        transports = {"reader": (reading, reader), "writer": (writing, writer)}
        transport, protocol = transports.pop(first)
        transport.close()
        assert await protocol.lost is None
        await turns(2)
        assert not ours.closed
        if first == "reader":
            writing.write(b"still here")
            assert await read_all(aio, theirs, 10) == b"still here"
        else:
            theirs.write(b"still here")
            await reader.came.wait()
            assert reader.data == b"still here"
        ((transport, protocol),) = transports.values()
        transport.close()
        assert await protocol.lost is None
        await turns(2)
        assert ours.closed


@pytest.mark.plait_only("a descriptor of a transport")
async def test_half_of_a_terminal_has_one_transport(aio):
    loop = aio.get_running_loop()
    master, slave = raw_terminal()
    with FileIO(master, "r+b") as ours, FileIO(slave, "r+b"):
        reading, reader = await connect_reader(aio, ours)
        writing, writer = await connect_writer(aio, ours)
        for connect in (connect_reader, connect_writer):
            with pytest.raises(RuntimeError, match="is used by transport"):
                await connect(aio, ours)
        reading.close()
        await reader.lost
        with pytest.raises(RuntimeError, match="is used by transport"):
            loop.add_reader(master, print)
        reading, reader = await connect_reader(aio, ours)
        for transport, protocol in ((writing, writer), (reading, reader)):
            transport.close()
            await protocol.lost


@pytest.mark.plait_only("a descriptor of two transports")
@pytest.mark.parametrize("first", [connect_reader, connect_writer])
async def test_what_comes_by_a_shared_socket_is_the_readers(aio, first):
    left, right = socket.socketpair()
    with right, FileIO(left.detach(), "r+b") as ours:
        second = connect_writer if first is connect_reader else connect_reader
        ends = [await first(aio, ours), await second(aio, ours)]
        (_, reader), (writing, writer) = ends if first is connect_reader else reversed(ends)
        right.send(b"in")
        await reader.came.wait()
        writing.write(b"out")
        assert right.recv(3) == b"out"
        writing.close()
        await writer.lost
        right.close()
        assert await reader.lost is None
        assert ours.closed


@pytest.mark.plait_only("a pipe's other end")
async def test_devices_that_cannot_be_polled(aio):
    with FileIO("/dev/null", "rb") as nothing, FileIO("/dev/zero", "rb") as zeros:
        _, protocol = await connect_reader(aio, nothing)
        assert await protocol.lost is None
        assert "eof_received" in protocol.calls
        transport, protocol = await connect_reader(aio, zeros)
        await protocol.came.wait()
        transport.pause_reading()
        transport.resume_reading()
        transport.close()
        await protocol.lost
        assert not any(protocol.data)


async def test_writing_to_a_device(aio):
    with FileIO("/dev/null", "wb") as nothing:
        transport, protocol = await connect_writer(aio, nothing)
        transport.write(bytes(BIG))
        assert transport.get_write_buffer_size() == 0
        transport.close()
        assert await protocol.lost is None


@pytest.mark.parametrize("connect", ["connect_read_pipe", "connect_write_pipe"])
async def test_regular_files_are_refused_and_stay_the_callers(aio, connect, tmp_path):
    loop = aio.get_running_loop()
    with FileIO(tmp_path / "file", "w") as file:
        with pytest.raises(ValueError, match="pipes"):
            await getattr(loop, connect)(asyncio.Protocol, file)
        assert not file.closed


# Faults.


@pytest.mark.parametrize("connect", ["connect_read_pipe", "connect_write_pipe"])
async def test_a_cancelled_connection_closes_the_pipe(aio, connect):
    loop = aio.get_running_loop()
    with pipe() as ends:
        file = ends[connect == "connect_write_pipe"]
        task = aio.create_task(getattr(loop, connect)(asyncio.Protocol, file))
        await aio.sleep(0)
        task.cancel()
        with pytest.raises(aio.CancelledError):
            await task
        await aio.sleep(0)
        assert file.closed


@pytest.mark.parametrize("connect", ["connect_read_pipe", "connect_write_pipe"])
async def test_a_failing_factory_leaves_the_pipe_alone(aio, connect):
    loop = aio.get_running_loop()
    with pipe() as ends:
        file = ends[connect == "connect_write_pipe"]
        with pytest.raises(ZeroDivisionError):
            await getattr(loop, connect)(lambda: 1 / 0, file)
        assert not file.closed


@pytest.mark.parametrize("name", ["connection_made", "data_received", "eof_received", "connection_lost"])
async def test_what_a_reading_protocol_raises_is_reported(aio, reports, turns, name):
    class Failing(Recorder):
        pass

    def fail(self, *_args):
        getattr(Recorder, name)(self, *_args)
        raise ZeroDivisionError(name)

    setattr(Failing, name, fail)
    with pipe() as (read_end, write_end):
        _, protocol = await connect_reader(aio, read_end, Failing)
        write_end.write(b"data")
        await protocol.came.wait()
        write_end.close()
        await protocol.lost
        await turns()
        assert reports.exceptions == [repr(ZeroDivisionError(name))]
        assert read_end.closed


@pytest.mark.parametrize("name", ["pause_writing", "resume_writing"])
async def test_what_a_writing_protocol_raises_is_reported(aio, reports, name):
    class Failing(Recorder):
        pass

    def fail(self):
        getattr(Recorder, name)(self)
        raise ZeroDivisionError(name)

    setattr(Failing, name, fail)
    with pipe() as (read_end, write_end):
        transport, protocol = await connect_writer(aio, write_end, Failing)
        transport.write(bytes(BIG))
        await read_all(aio, read_end, BIG)
        await protocol.came.wait()
        transport.close()
        await protocol.lost
        assert reports.exceptions == [repr(ZeroDivisionError(name))]


async def test_an_error_of_the_system_while_reading(aio, reports):
    master, slave = open_terminal()
    with FileIO(master, "rb") as ours:
        _, protocol = await connect_reader(aio, ours)
        os.close(slave)
        assert isinstance(await protocol.lost, OSError)
        assert not reports


@pytest.mark.parametrize("connect", ["connect_read_pipe", "connect_write_pipe"])
def test_a_forgotten_transport_warns_and_is_closed(aio, connect):
    loop = aio.new_event_loop()
    with pipe() as ends:
        file = ends[connect == "connect_write_pipe"]
        transport, _ = loop.run_until_complete(getattr(loop, connect)(asyncio.Protocol, file))
        loop.close()
        assert "open" in repr(transport)
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            del transport
            gc.collect()
        assert any("unclosed transport" in str(warning.message) for warning in seen)
        assert file.closed
