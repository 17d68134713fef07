"""Who writes twice in a turn is gathered: what it writes from then on goes by one system call, at the end of the turn."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

import plait

MUCH = b"x" * (64 * 1024)  # what is held back at most

Body = Callable[[Any, socket.socket, "Recorder"], Awaitable[None]]


class Recorder(asyncio.Protocol):
    """Keeps what it is told of flow control and of the end."""

    def __init__(self) -> None:
        self.told: list[object] = []
        self.lost = asyncio.get_running_loop().create_future()

    def pause_writing(self) -> None:
        self.told.append("pause")

    def resume_writing(self) -> None:
        self.told.append("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set_result(exc)


def on_a_pair(body: Body) -> None:
    """Run `body` with a transport, the socket of its peer, and its protocol."""

    async def main() -> None:
        ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        with theirs:
            transport, protocol = await asyncio.get_running_loop().create_connection(Recorder, sock=ours)
            await body(transport, theirs, protocol)
            transport.abort()
            await protocol.lost

    plait.run(main())


def come(peer: socket.socket) -> bytes:
    """What the peer has by now."""
    try:
        return peer.recv(4 * len(MUCH))
    except BlockingIOError:
        return b""


async def begin_gathering(transport: Any, peer: socket.socket) -> None:
    transport.write(b"1")
    transport.write(b"2")
    assert come(peer) == b"12"
    await plait.sleep(0)


def test_what_is_written_once_a_turn_goes_at_once() -> None:
    async def body(transport: Any, peer: socket.socket, _: Recorder) -> None:
        for _ in range(3):
            transport.write(b"once")
            assert come(peer) == b"once"
            await plait.sleep(0)

    on_a_pair(body)


def test_what_is_written_twice_a_turn_goes_together_from_then_on() -> None:
    async def body(transport: Any, peer: socket.socket, _: Recorder) -> None:
        await begin_gathering(transport, peer)
        for _ in range(3):
            transport.write(b"head ")
            transport.write(b"body ")
            transport.write(b"end")
            assert come(peer) == b""
            assert transport.get_write_buffer_size() == 13
            await plait.sleep(0)
            assert come(peer) == b"head body end"
            assert transport.get_write_buffer_size() == 0

    on_a_pair(body)


def test_one_write_in_a_turn_ends_it() -> None:
    async def body(transport: Any, peer: socket.socket, _: Recorder) -> None:
        await begin_gathering(transport, peer)
        transport.write(b"waits")
        assert come(peer) == b""
        await plait.sleep(0)
        assert come(peer) == b"waits"
        transport.write(b"goes")
        assert come(peer) == b"goes"

    on_a_pair(body)


def test_lines_count_as_a_write() -> None:
    async def body(transport: Any, peer: socket.socket, _: Recorder) -> None:
        transport.write(b"head")
        transport.writelines([b"body", b"end"])
        assert come(peer) == b"headbodyend"
        await plait.sleep(0)
        transport.write(b"head")
        assert come(peer) == b""
        transport.writelines([b"body", b"end"])
        assert come(peer) == b"headbodyend"

    on_a_pair(body)


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_what_is_changed_after_it_was_written_goes_as_it_was(kind: type) -> None:
    async def body(transport: Any, peer: socket.socket, _: Recorder) -> None:
        await begin_gathering(transport, peer)
        memory = bytearray(b"head")
        transport.write(kind(memory))
        memory[:] = b"lost"
        transport.write(b"body")
        await plait.sleep(0)
        assert come(peer) == b"headbody"

    on_a_pair(body)


def test_much_is_not_held_back() -> None:
    async def body(transport: Any, peer: socket.socket, _: Recorder) -> None:
        await begin_gathering(transport, peer)
        transport.write(b"head")
        transport.write(MUCH)
        assert come(peer).startswith(b"head")

    on_a_pair(body)


def test_a_protocol_is_not_paused_for_what_is_held_back() -> None:
    async def body(transport: Any, peer: socket.socket, protocol: Recorder) -> None:
        transport.set_write_buffer_limits(high=0)
        await begin_gathering(transport, peer)
        transport.write(b"head")
        transport.write(b"body")
        await plait.sleep(0)
        assert protocol.told == []

    on_a_pair(body)


def test_a_full_socket_pauses_who_is_gathered() -> None:
    async def body(transport: Any, peer: socket.socket, protocol: Recorder) -> None:
        await begin_gathering(transport, peer)
        written = 0
        while "pause" not in protocol.told:
            transport.write(MUCH)
            transport.write(b"end")
            written += len(MUCH) + 3
            await plait.sleep(0)
        got = 0
        while got < written:
            got += len(come(peer))
            await plait.sleep(0.001)
        assert protocol.told == ["pause", "resume"]

    on_a_pair(body)


@pytest.mark.parametrize("end", ["close", "abort", "write_eof"])
def test_an_end_sends_what_is_held_back(end: str) -> None:
    async def body(transport: Any, peer: socket.socket, _: Recorder) -> None:
        await begin_gathering(transport, peer)
        transport.write(b"head")
        transport.write(b"body")
        getattr(transport, end)()
        assert come(peer) == b"headbody"
        await plait.sleep(0)
        assert peer.recv(1) == b""

    on_a_pair(body)


def test_a_run_inside_sends_what_is_held_back() -> None:
    async def body(transport: Any, peer: socket.socket, _: Recorder) -> None:
        await begin_gathering(transport, peer)
        transport.write(b"question")
        transport.write(b"?")
        plait.run(plait.sleep(0))
        assert come(peer) == b"question?"

    on_a_pair(body)


def test_a_peer_that_is_gone_is_told_to_the_protocol() -> None:
    async def body(transport: Any, peer: socket.socket, protocol: Recorder) -> None:
        await begin_gathering(transport, peer)
        transport.pause_reading()
        transport.write(b"head")
        transport.write(b"body")
        peer.close()
        assert isinstance(await protocol.lost, BrokenPipeError)

    on_a_pair(body)
