"""System calls that receive and send one message with its address."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

DATA = b"abcdef"
ROOM = 100  # bytes

Binding = Callable[[socket.socket], Any]
FAMILIES = [socket.AF_INET, socket.AF_INET6, socket.AF_UNIX]


class Messages:
    """The functions under test, on two sockets for datagrams that have an address each."""

    def __init__(self, native: Any, ours: socket.socket, theirs: socket.socket) -> None:
        self.native = native
        self.ours = ours
        self.theirs = theirs

    def call(self, name: str, *args: Any) -> Any:
        return getattr(self.native.messages, name)(self.ours, self.ours.fileno(), *args)

    def send_to(self, data: Any, address: Any) -> Any:
        return self.call("send_to", self.ours.family, data, address)


def bind(sock: socket.socket, path: Path) -> None:
    addresses = {socket.AF_INET: ("127.0.0.1", 0), socket.AF_INET6: ("::1", 0), socket.AF_UNIX: str(path)}
    sock.bind(addresses[sock.family])
    sock.setblocking(False)


@pytest.fixture(params=FAMILIES, ids=lambda family: family.name)
def messages(native: ModuleType, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Messages]:
    kind = socket.SOCK_DGRAM
    with socket.socket(request.param, kind) as ours, socket.socket(request.param, kind) as theirs:
        bind(ours, tmp_path / "ours")
        bind(theirs, tmp_path / "theirs")
        yield Messages(native, ours, theirs)


def test_nothing_to_receive_would_block(messages: Messages) -> None:
    assert messages.call("receive_bytes", ROOM) is None
    assert messages.call("receive_part", bytearray(ROOM), ROOM) is None
    assert messages.call("receive_into", bytearray(ROOM)) == messages.native.sockets.would_block()
    assert messages.call("receive_from", bytearray(ROOM), ROOM) is None
    assert messages.call("receive_from_into", bytearray(ROOM), 0) is None


@pytest.mark.parametrize("most", [0, 1, 6, ROOM])
def test_bytes_are_cut_at_the_limit(messages: Messages, most: int) -> None:
    for args in [(most,), (bytearray(ROOM), most)]:
        messages.theirs.sendto(DATA, messages.ours.getsockname())
        assert messages.call("receive_bytes" if len(args) == 1 else "receive_part", *args) == DATA[:most]


@pytest.mark.parametrize(("room", "most"), [(ROOM, 3), (3, ROOM), (3, 3)])
def test_a_message_is_cut_at_the_limit_and_at_the_room(messages: Messages, room: int, most: int) -> None:
    messages.theirs.sendto(DATA, messages.ours.getsockname())
    assert messages.call("receive_from", bytearray(room), most) == (DATA[:3], messages.theirs.getsockname())


def test_an_empty_message_is_a_message(messages: Messages) -> None:
    messages.theirs.sendto(b"", messages.ours.getsockname())
    assert messages.call("receive_from", bytearray(ROOM), ROOM) == (b"", messages.theirs.getsockname())


@pytest.mark.parametrize(("most", "count"), [(0, 6), (3, 3), (ROOM, 6)])
def test_a_message_fills_a_buffer(messages: Messages, most: int, count: int) -> None:
    messages.theirs.sendto(DATA, messages.ours.getsockname())
    buffer = bytearray(ROOM)
    assert messages.call("receive_from_into", buffer, most) == (count, messages.theirs.getsockname())
    assert buffer.rstrip(b"\0") == DATA[:count]


def test_bytes_fill_a_buffer(messages: Messages) -> None:
    for size in 3, ROOM:
        messages.theirs.sendto(DATA, messages.ours.getsockname())
        buffer = bytearray(size)
        assert messages.call("receive_into", buffer) == min(size, len(DATA))
        assert buffer.rstrip(b"\0") == DATA[:size]


def test_a_blocking_socket_does_not_block(messages: Messages) -> None:
    messages.ours.setblocking(True)
    assert messages.call("receive_bytes", ROOM) is None
    assert messages.call("receive_from", bytearray(ROOM), ROOM) is None


def test_a_limit_beyond_the_buffer_is_refused(messages: Messages) -> None:
    for most in (-1, ROOM + 1):
        with pytest.raises(ValueError, match=r"negative|nbytes"):
            messages.call("receive_from_into", bytearray(ROOM), most)


def test_a_negative_size_is_refused(messages: Messages) -> None:
    with pytest.raises(ValueError, match="negative"):
        messages.call("receive_bytes", -1)


def test_memory_to_receive_into_is_writable(messages: Messages) -> None:
    with pytest.raises(TypeError):
        messages.call("receive_from_into", b"read only", 0)
    with pytest.raises(TypeError):
        messages.call("receive_into", b"read only")


@pytest.mark.parametrize(("sent", "most", "came"), [(0, 4, 0), (1, 4, 1), (3, 4, 3), (5, 4, 4), (16, 16, 16)])
def test_messages_come_in_batches(messages: Messages, sent: int, most: int, came: int) -> None:
    for number in range(min(sent, 10)):  # more do not fit in the queue of a UNIX socket
        messages.theirs.sendto(b"%d" % number, messages.ours.getsockname())
    batch = messages.call("receive_batch", bytearray(most * ROOM), most)
    assert batch == [(b"%d" % number, messages.theirs.getsockname()) for number in range(min(came, sent, 10))]


def test_a_message_of_a_batch_is_cut_at_its_share(messages: Messages) -> None:
    for data in b"abcdef", b"", b"gh":
        messages.theirs.sendto(data, messages.ours.getsockname())
    batch = messages.call("receive_batch", bytearray(4 * 3), 4)
    assert [data for data, _ in batch] == [b"abc", b"", b"gh"]


def test_many_senders_keep_their_addresses(native: ModuleType) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as ours:
        ours.bind(("127.0.0.1", 0))
        for _ in range(200):
            with socket.socket(type=socket.SOCK_DGRAM) as theirs:
                theirs.sendto(DATA, ours.getsockname())
                messages = Messages(native, ours, theirs)
                assert messages.call("receive_from", bytearray(ROOM), ROOM) == (DATA, ("127.0.0.1", port_of(theirs)))


def port_of(sock: socket.socket) -> int:
    return int(sock.getsockname()[1])


@pytest.mark.parametrize("make", [bytes, bytearray, memoryview])
def test_a_message_is_sent(messages: Messages, make: Callable[[bytes], Any]) -> None:
    assert messages.send_to(make(DATA), messages.theirs.getsockname()) == len(DATA)
    assert messages.theirs.recvfrom(ROOM) == (DATA, messages.ours.getsockname())


def test_a_connected_socket_sends_to_its_peer(messages: Messages) -> None:
    messages.ours.connect(messages.theirs.getsockname())
    assert messages.send_to(DATA, None) == len(DATA)
    assert messages.theirs.recv(ROOM) == DATA


def test_what_would_block_is_told(native: ModuleType) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    ours.setblocking(False)
    with ours, theirs:
        messages = Messages(native, ours, theirs)
        while (sent := messages.send_to(DATA, None)) == len(DATA):
            pass
        assert sent == native.sockets.would_block()


def test_a_full_peer_with_an_address_would_block(native: ModuleType, tmp_path: Path) -> None:
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ours,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as theirs,
    ):
        bind(theirs, tmp_path / "theirs")
        ours.setblocking(False)
        messages = Messages(native, ours, theirs)
        while (sent := messages.send_to(DATA, str(tmp_path / "theirs"))) == len(DATA):
            pass
        assert sent == native.sockets.would_block()


def test_a_sender_without_an_address_is_none(native: ModuleType, tmp_path: Path) -> None:
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ours,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as theirs,
    ):
        bind(ours, tmp_path / "ours")
        theirs.sendto(DATA, str(tmp_path / "ours"))
        assert Messages(native, ours, theirs).call("receive_from", bytearray(ROOM), ROOM) == (DATA, None)


@pytest.mark.parametrize(
    "address",
    [
        ("127.0.0.1",),
        ("127.0.0.1", 65536),
        ("127.0.0.1", -1),
        ("127.0.0.1", 1 << 70),
        ("127.0.0.1", "80"),
        ("127.0.0.1", 80, 0, 0, 0),
        (5, 80),
        "127.0.0.1",
        5,
    ],
)
def test_bad_addresses_are_refused_as_by_the_socket(messages: Messages, address: Any) -> None:
    with pytest.raises((TypeError, OverflowError, OSError)) as expected:
        messages.ours.sendto(DATA, address)
    with pytest.raises(expected.type) as raised:
        messages.send_to(DATA, address)
    assert str(raised.value) == str(expected.value)


def test_a_name_is_looked_up(native: ModuleType) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as ours, socket.socket(type=socket.SOCK_DGRAM) as theirs:
        theirs.bind(("127.0.0.1", 0))
        assert Messages(native, ours, theirs).send_to(DATA, ("localhost", theirs.getsockname()[1])) == len(DATA)
        assert theirs.recv(ROOM) == DATA


def test_flow_and_scope_of_ipv6_are_sent_and_received(native: ModuleType) -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as ours:
        ours.bind(("::1", 0))
        messages = Messages(native, ours, ours)
        for rest in [(), (0,), (0, 0), (5, 0), (0, 1)]:
            messages.send_to(DATA, ("::1", ours.getsockname()[1], *rest))
            assert messages.call("receive_from", bytearray(ROOM), ROOM) == (DATA, ours.getsockname())


def test_an_error_of_the_system_is_raised(messages: Messages) -> None:
    messages.ours.close()
    for name, *args in [
        ("receive_bytes", ROOM),
        ("receive_part", bytearray(ROOM), ROOM),
        ("receive_into", bytearray(ROOM)),
        ("receive_from", bytearray(ROOM), ROOM),
        ("receive_from_into", bytearray(ROOM), 0),
        ("receive_batch", bytearray(ROOM), 1),
        ("send_to", messages.theirs.family, DATA, messages.theirs.getsockname()),
    ]:
        with pytest.raises(OSError, match=os.strerror(9)):
            messages.call(name, *args)
