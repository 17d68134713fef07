"""add_reader and add_writer: called while the descriptor is ready, replaced, removed, and never after that."""

import asyncio
import contextlib
import os
import socket
import threading

import pytest


@pytest.fixture
def pipe():
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    yield reader, writer
    os.close(reader)
    os.close(writer)


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    with ours, theirs:
        yield ours, theirs


def turn(loop, count=3):
    for _ in range(count):
        loop.stop()
        loop.run_forever()


def test_a_reader_is_called_when_there_is_something_to_read(loop, pipe):
    reader, writer = pipe
    trace = []
    loop.add_reader(reader, lambda: trace.append(os.read(reader, 10)))
    turn(loop)
    assert trace == []
    os.write(writer, b"data")
    turn(loop)
    assert trace == [b"data"]
    assert loop.remove_reader(reader) is True


def test_a_reader_gets_its_arguments(loop, pipe):
    reader, writer = pipe
    trace = []
    loop.add_reader(reader, lambda *args: trace.append((os.read(reader, 10), *args)), 1, "two")
    os.write(writer, b"data")
    turn(loop)
    assert trace == [(b"data", 1, "two")]
    loop.remove_reader(reader)


def test_a_reader_is_called_again_while_there_is_more_to_read(loop, pipe):
    reader, writer = pipe
    trace = []

    def read():
        trace.append(os.read(reader, 1))
        if len(trace) == 4:
            loop.stop()

    loop.add_reader(reader, read)
    os.write(writer, b"four")
    loop.run_forever()
    turn(loop)
    assert trace == [b"f", b"o", b"u", b"r"]
    loop.remove_reader(reader)


def test_a_reader_wakes_a_sleeping_loop(loop, pipe):
    reader, writer = pipe
    loop.add_reader(reader, loop.stop)
    thread = threading.Thread(target=os.write, args=(writer, b"x"))
    thread.start()
    loop.run_forever()
    thread.join()
    loop.remove_reader(reader)


def test_a_reader_is_called_at_the_end_of_the_stream(loop):
    reader, writer = os.pipe()
    trace = []

    def read():
        trace.append(os.read(reader, 10))
        loop.remove_reader(reader)
        loop.stop()

    loop.add_reader(reader, read)
    os.close(writer)
    loop.run_forever()
    assert trace == [b""]
    os.close(reader)


def test_adding_again_replaces(loop, pipe):
    reader, writer = pipe
    trace = []
    loop.add_reader(reader, trace.append, "first")
    loop.add_reader(reader, lambda: trace.append(os.read(reader, 10)))
    os.write(writer, b"x")
    turn(loop)
    assert trace == [b"x"]
    loop.remove_reader(reader)


def test_a_removed_reader_is_not_called(loop, pipe):
    reader, writer = pipe
    trace = []
    loop.add_reader(reader, trace.append, "never")
    assert loop.remove_reader(reader) is True
    assert loop.remove_reader(reader) is False
    os.write(writer, b"x")
    turn(loop)
    assert trace == []


@pytest.mark.parametrize("method", ["remove_reader", "remove_writer"])
def test_removing_what_was_never_added_is_false(loop, pipe, method):
    assert getattr(loop, method)(pipe[0]) is False


def test_a_reader_may_remove_itself(loop, pipe):
    reader, writer = pipe
    trace = []

    def once():
        trace.append("called")
        loop.remove_reader(reader)

    loop.add_reader(reader, once)
    os.write(writer, b"xyz")
    turn(loop)
    assert trace == ["called"]


def test_a_reader_removed_by_another_of_the_same_turn_is_not_called(loop):
    pairs = [os.pipe() for _ in range(2)]
    trace = []

    def call(own):
        trace.append(own)
        for reader, _ in pairs:
            loop.remove_reader(reader)

    for number, (reader, writer) in enumerate(pairs):
        loop.add_reader(reader, call, number)
        os.write(writer, b"x")
    turn(loop)
    assert len(trace) == 1
    for fd in [fd for pair in pairs for fd in pair]:
        os.close(fd)


def test_a_writer_is_called_while_there_is_room(loop, pair):
    ours, _ = pair
    trace = []

    def write():
        trace.append("room")
        if len(trace) == 3:
            loop.remove_writer(ours)
            loop.stop()

    loop.add_writer(ours, write)
    loop.run_forever()
    turn(loop)
    assert trace == ["room"] * 3


def test_a_writer_is_not_called_while_there_is_no_room(loop, pair):
    ours, theirs = pair
    with contextlib.suppress(BlockingIOError):
        while True:
            ours.send(bytes(65536))
    trace = []
    loop.add_writer(ours, trace.append, "room")
    turn(loop)
    assert trace == []
    with contextlib.suppress(BlockingIOError):
        while True:
            theirs.recv(65536)
    turn(loop)
    assert trace
    loop.remove_writer(ours)


def test_reader_and_writer_of_one_descriptor_are_independent(loop, pair):
    ours, theirs = pair
    trace = []
    loop.add_reader(ours, lambda: trace.append(ours.recv(10)))
    loop.add_writer(ours, trace.append, "writable")
    turn(loop, 1)
    turn(loop, 1)
    assert set(trace) == {"writable"}
    assert loop.remove_writer(ours) is True
    trace.clear()
    theirs.send(b"data")
    turn(loop)
    assert trace == [b"data"]
    assert loop.remove_reader(ours) is True


def test_descriptors_may_be_given_as_objects_with_fileno(loop, pair):
    ours, theirs = pair
    trace = []
    loop.add_reader(ours, lambda: trace.append(ours.recv(10)))
    theirs.send(b"x")
    turn(loop)
    assert trace == [b"x"]
    assert loop.remove_reader(ours.fileno()) is True


def test_a_failing_reader_is_reported_and_stays(loop, pipe, reports):
    reader, writer = pipe
    trace = []

    def failing():
        trace.append(os.read(reader, 1))
        raise ValueError("in the reader")

    loop.add_reader(reader, failing)
    os.write(writer, b"ab")
    turn(loop, 6)
    assert trace == [b"a", b"b"]
    assert reports.exceptions == ["ValueError('in the reader')"] * 2
    loop.remove_reader(reader)


def test_a_number_that_is_used_again_is_a_new_descriptor(loop):
    trace = []
    for number in range(3):
        reader, writer = os.pipe()
        loop.add_reader(reader, lambda reader=reader: trace.append(os.read(reader, 10)))
        os.write(writer, str(number).encode())
        turn(loop)
        assert loop.remove_reader(reader) is True
        os.close(reader)
        os.close(writer)
    assert trace == [b"0", b"1", b"2"]


def test_removing_a_reader_whose_descriptor_is_closed_already(loop):
    reader, writer = os.pipe()
    loop.add_reader(reader, print)
    os.close(reader)
    assert loop.remove_reader(reader) is True
    os.close(writer)


@pytest.mark.parametrize("name", ["reader", "writer"])
def test_a_closed_file_may_be_removed(loop, pair, name):
    ours, _ = pair
    getattr(loop, f"add_{name}")(ours, print)
    ours.close()
    assert getattr(loop, f"remove_{name}")(ours) is True


@pytest.mark.plait_only("a closed socket's number")
def test_a_closed_file_whose_number_is_a_transports_is_let_go(loop, pair):
    async def connect(sock):
        transport, _ = await loop.create_connection(asyncio.Protocol, sock=sock)
        return transport

    ours, theirs = pair
    other = theirs.dup()
    number = ours.fileno()
    loop.add_reader(ours, print)
    ours.close()
    assert os.dup2(other.fileno(), number) == number
    again = socket.socket(fileno=number)
    transport = loop.run_until_complete(connect(again))
    assert loop.remove_reader(ours) is False
    transport.abort()
    turn(loop)
    other.close()


def test_many_descriptors_are_served_in_one_turn_or_a_few(loop):
    pairs = [os.pipe() for _ in range(100)]
    trace = []

    def read(number, reader):
        trace.append(number)
        os.read(reader, 1)

    for number, (reader, writer) in enumerate(pairs):
        loop.add_reader(reader, read, number, reader)
        os.write(writer, b"x")
    turn(loop, 5)
    assert sorted(trace) == list(range(100))
    for reader, writer in pairs:
        loop.remove_reader(reader)
        os.close(reader)
        os.close(writer)


@pytest.mark.parametrize("bad", [-1, "text", 1.5, None])
@pytest.mark.parametrize("method", ["add_reader", "add_writer"])
def test_what_is_no_descriptor_is_refused(loop, method, bad):
    with pytest.raises((ValueError, TypeError)):
        getattr(loop, method)(bad, print)


@pytest.mark.parametrize("method", ["add_reader", "add_writer"])
def test_a_closed_descriptor_is_an_os_error(loop, method):
    reader, writer = os.pipe()
    os.close(reader)
    os.close(writer)
    with pytest.raises(OSError, match="Bad file descriptor"):
        getattr(loop, method)(reader, print)


def test_a_file_that_cannot_be_watched_is_a_permission_error(loop, tmp_path):
    with (tmp_path / "file").open("w") as file, pytest.raises(PermissionError):
        loop.add_writer(file, print)


@pytest.mark.parametrize("method", ["add_reader", "add_writer"])
def test_watching_on_a_closed_loop_is_a_runtime_error(loop, pipe, method):
    loop.close()
    with pytest.raises(RuntimeError, match="closed"):
        getattr(loop, method)(pipe[0], print)


def test_close_forgets_readers_and_leaves_their_descriptors_open(loop, pipe):
    reader, writer = pipe
    loop.add_reader(reader, print)
    loop.close()
    os.write(writer, b"still open")
    assert os.read(reader, 100) == b"still open"


def test_a_coroutine_may_wait_for_a_reader(aio, pipe):
    reader, writer = pipe

    async def main():
        loop = aio.get_running_loop()
        readable = loop.create_future()
        loop.add_reader(reader, readable.set_result, None)
        loop.call_soon(os.write, writer, b"x")
        await readable
        loop.remove_reader(reader)
        return os.read(reader, 10)

    assert aio.run(main()) == b"x"
