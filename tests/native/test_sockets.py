"""System calls on non-blocking sockets."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FULL = 16 << 20  # bytes; more than the buffers of a pair of sockets take
MANY_CHUNKS = 3000  # more than one call takes


class Sockets:
    """The functions under test, on a pair of non-blocking sockets."""

    def __init__(self, native: Any, ours: socket.socket, theirs: socket.socket) -> None:
        self.native = native
        self.ours = ours
        self.theirs = theirs
        self.would_block = native.would_block()

    def call(self, name: str, *args: Any) -> Any:
        return getattr(self.native, name)(self.ours, self.ours.fileno(), *args)


@pytest.fixture
def sockets(native: ModuleType) -> Iterator[Sockets]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    with ours, theirs:
        yield Sockets(native.sockets, ours, theirs)


def read_all(sock: socket.socket) -> bytes:
    parts = []
    while True:
        try:
            part = sock.recv(1 << 20)
        except BlockingIOError:
            break
        if not part:
            break
        parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize("size", [1, 5, 6, 100])
def test_receive_gives_what_came_as_far_as_there_is_room(sockets: Sockets, size: int) -> None:
    sockets.theirs.send(b"abcdef")
    assert sockets.call("receive", bytearray(size)) == b"abcdef"[:size]


def test_receive_gives_bytes_of_their_own(sockets: Sockets) -> None:
    room = bytearray(100)
    sockets.theirs.send(b"first")
    first = sockets.call("receive", room)
    sockets.theirs.send(b"other")
    assert (first, sockets.call("receive", room)) == (b"first", b"other")


def test_nothing_to_receive_would_block(sockets: Sockets) -> None:
    assert sockets.call("receive", bytearray(10)) is None
    assert sockets.call("receive_into", bytearray(10)) == sockets.would_block


def test_the_end_of_the_stream_is_no_bytes(sockets: Sockets) -> None:
    sockets.theirs.close()
    assert sockets.call("receive", bytearray(10)) == b""
    assert sockets.call("receive_into", bytearray(10)) == 0


@pytest.mark.parametrize("make", [bytearray, lambda size: memoryview(bytearray(size))])
def test_receive_into_fills_a_buffer_from_its_start(sockets: Sockets, make: Any) -> None:
    sockets.theirs.send(b"abc")
    buffer = make(5)
    assert sockets.call("receive_into", buffer) == 3
    assert bytes(buffer) == b"abc\0\0"


@pytest.mark.parametrize("buffer", [b"read only", "text", None, 5])
def test_receive_into_what_cannot_be_written_is_a_type_error(sockets: Sockets, buffer: Any) -> None:
    sockets.theirs.send(b"abc")
    with pytest.raises((TypeError, BufferError)):
        sockets.call("receive_into", buffer)
    assert sockets.ours.recv(10) == b"abc"


def test_receiving_from_a_connection_that_was_reset_raises(native: ModuleType) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as ours:
        theirs, _ = server.accept()
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        theirs.close()
        with pytest.raises(ConnectionResetError):
            native.sockets.receive(ours, ours.fileno(), bytearray(10))


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_send_takes_any_buffer(sockets: Sockets, kind: Any) -> None:
    assert sockets.call("send", kind(b"data")) == 4
    assert sockets.theirs.recv(10) == b"data"


def test_send_takes_what_goes_and_would_then_block(sockets: Sockets) -> None:
    sent = sockets.call("send", bytes(FULL))
    assert 0 < sent < FULL
    assert sockets.call("send", b"more") == sockets.would_block
    assert sockets.call("send_vector", [b"more"], 0, 0) == sockets.would_block
    assert len(read_all(sockets.theirs)) == sent


def test_sending_to_nobody_raises(sockets: Sockets) -> None:
    sockets.theirs.close()
    with pytest.raises(BrokenPipeError):
        sockets.call("send", b"data")
    with pytest.raises(BrokenPipeError):
        sockets.call("send_vector", [b"data"], 0, 0)


def test_sending_to_nobody_sends_no_signal(c_twins: ModuleType) -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    before = signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        with ours, pytest.raises(BrokenPipeError):
            c_twins.sockets.send(ours, ours.fileno(), b"data")
    finally:
        signal.signal(signal.SIGPIPE, before)


@pytest.mark.parametrize("chunks", [[b"one"], [b"one", b"two", b"three"], [memoryview(b"view"), b"", b"bytes"]])
@pytest.mark.parametrize("offset", [0, 2])
def test_a_vector_is_sent_in_order_from_the_offset(sockets: Sockets, chunks: list[Any], offset: int) -> None:
    whole = b"".join(chunks)[offset:]
    assert sockets.call("send_vector", chunks, 0, offset) == len(whole)
    assert sockets.theirs.recv(100) == whole


def test_a_vector_begins_at_the_first_chunk(sockets: Sockets) -> None:
    assert sockets.call("send_vector", [None, None, b"third", b"fourth"], 2, 1) == 10
    assert sockets.theirs.recv(100) == b"hirdfourth"


def test_a_long_vector_goes_in_several_calls(sockets: Sockets) -> None:
    chunks = [b"%d," % number for number in range(MANY_CHUNKS)]
    whole, first, received = b"".join(chunks), 0, b""
    while first < len(chunks):
        sent = sockets.call("send_vector", chunks, first, 0)
        part = read_all(sockets.theirs)
        assert len(part) == sent
        first += part.count(b",")
        received += part
    assert received == whole


def test_a_vector_of_other_things_is_a_type_error(sockets: Sockets) -> None:
    with pytest.raises(TypeError):
        sockets.call("send_vector", ["text"], 0, 0)


@pytest.mark.parametrize("step", [-1, 2])
def test_a_vector_of_views_that_are_not_in_one_piece_is_a_buffer_error(sockets: Sockets, step: int) -> None:
    with pytest.raises(BufferError):
        sockets.call("send_vector", [b"before", memoryview(b"0123456789")[::step]], 0, 0)
    assert read_all(sockets.theirs) == b""


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_accept_gives_a_descriptor_and_the_address_of_the_peer(native: ModuleType, host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        server = socket.create_server((host, 0), family=family)
    except OSError:
        pytest.skip(f"no {host} here")
    server.setblocking(False)
    with server:
        assert native.sockets.accept(server, server.fileno()) is None
        with socket.create_connection(server.getsockname()[:2]) as client:
            fd, address = native.sockets.accept(server, server.fileno())
            with socket.socket(fileno=fd) as accepted:
                assert accepted.getpeername() == address == client.getsockname()
                assert not os.get_blocking(fd)
                assert not os.get_inheritable(fd)


@pytest.mark.parametrize("bound", [None, "name", "abstract"])
def test_accept_on_a_unix_socket(native: ModuleType, tmp_path: Path, bound: str | None) -> None:
    paths = {None: "", "name": str(tmp_path / "client"), "abstract": b"\0plait-test-%d" % os.getpid()}
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(tmp_path / "server"))
        server.listen()
        server.setblocking(False)
        if bound is not None:
            client.bind(paths[bound])
        client.connect(str(tmp_path / "server"))
        fd, address = native.sockets.accept(server, server.fileno())
        os.close(fd)
        assert address == paths[bound]


def test_a_call_on_a_closed_descriptor_raises(native: ModuleType) -> None:
    sock = socket.socket()
    fd = sock.fileno()
    sock.close()
    for name, *args in [("receive", bytearray(5)), ("receive_into", bytearray(5)), ("send", b"x"), ("accept",)]:
        with pytest.raises(OSError, match="Bad file descriptor"):
            getattr(native.sockets, name)(sock, fd, *args)


def test_an_interrupted_call_runs_the_handler_and_goes_on(native: ModuleType) -> None:
    """On a blocking socket, where alone a call can be interrupted."""
    ours, theirs = socket.socketpair()
    heard = []

    def handle(_number: int, _frame: object) -> None:
        heard.append("signal")
        theirs.send(b"data")

    before = signal.signal(signal.SIGUSR1, handle)
    # Compiled, the call keeps the GIL, so only another process can send the signal meanwhile.
    sender = subprocess.Popen(["sh", "-c", f"sleep 0.1; kill -USR1 {os.getpid()}"])
    try:
        with ours, theirs:
            assert native.sockets.receive(ours, ours.fileno(), bytearray(10)) == b"data"
    finally:
        sender.wait()
        signal.signal(signal.SIGUSR1, before)
    assert heard == ["signal"]
