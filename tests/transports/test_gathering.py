"""Who writes twice in a turn is gathered: what it writes from then on goes by one system call, at the end of the turn.

So is everybody while many peers are heard at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import plait
from plait.base import limits

MUCH = b"x" * (64 * 1024)  # what is held back at most

Body = Callable[[Any, socket.socket, "Recorder"], Awaitable[None]]


class Recorder(asyncio.Protocol):
    """Keeps what it is told of flow control and of the end."""

    def __init__(self, lost: asyncio.Future[Any] | None = None) -> None:
        self.told: list[object] = []
        self.lost = lost or asyncio.get_running_loop().create_future()

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


def is_watched_for_room(transport: Any) -> bool:
    """As the system tells it of the loop's epoll instance."""
    fd = transport.get_extra_info("socket").fileno()
    for instance in Path("/proc/self/fdinfo").iterdir():
        for line in instance.read_text().splitlines() if instance.exists() else ():
            words = line.split()  # tfd: … events: … data: …
            if words and words[0] == "tfd:" and int(words[1]) == fd:
                return bool(int(words[3], 16) & select.EPOLLOUT)
    return False


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
            await plait.sleep(0)
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


@pytest.mark.skipif(not Path("/proc/self/fdinfo").is_dir(), reason="the system does not tell what is watched")
def test_who_writes_when_it_may_go_on_leaves_nothing_watched() -> None:
    async def body(transport: Any, peer: socket.socket, protocol: Recorder) -> None:
        class Resumed(Recorder):
            def resume_writing(self) -> None:
                super().resume_writing()
                transport.write(b"tail")

        writer = Resumed(protocol.lost)
        transport.set_protocol(writer)
        await begin_gathering(transport, peer)
        while "pause" not in writer.told:
            transport.write(MUCH)
            transport.write(MUCH)
            await plait.sleep(0)
        assert is_watched_for_room(transport)
        got = b""
        while not got.endswith(b"tail"):
            got += come(peer)
            await plait.sleep(0)
        await plait.sleep(0)
        assert not is_watched_for_room(transport)  # or the poller would wake the loop without end

    on_a_pair(body)


@pytest.mark.parametrize("end", ["close", "abort"])
def test_who_ends_it_is_not_called_back_meanwhile(end: str) -> None:
    async def body(transport: Any, peer: socket.socket, protocol: Recorder) -> None:
        await begin_gathering(transport, peer)
        transport.write(b"head")
        transport.write(b"body")
        getattr(transport, end)()
        assert not protocol.lost.done()
        assert await protocol.lost is None
        assert come(peer) == b"headbody"

    on_a_pair(body)


def test_what_was_written_before_a_protocol_failed_is_sent() -> None:
    async def body(transport: Any, peer: socket.socket, protocol: Recorder) -> None:
        class Failing(Recorder):
            def data_received(self, data: bytes) -> None:
                transport.write(b"head")
                transport.write(b"body")
                raise ZeroDivisionError

        transport.set_protocol(Failing(protocol.lost))
        await begin_gathering(transport, peer)
        reports: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: reports.append(context["exception"]))
        peer.send(b"question")
        assert isinstance(await protocol.lost, ZeroDivisionError)
        assert come(peer) == b"headbody"
        assert len(reports) == 1

    on_a_pair(body)


def test_a_socket_that_takes_only_a_part_pauses_the_protocol() -> None:
    async def body(transport: Any, peer: socket.socket, protocol: Recorder) -> None:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        transport.set_write_buffer_limits(high=0)
        await begin_gathering(transport, peer)
        transport.write(MUCH[:30_000])
        transport.write(MUCH[:30_000])
        await plait.sleep(0)
        assert transport.get_write_buffer_size()
        assert protocol.told == ["pause"]

    on_a_pair(body)


def test_many_pieces_are_not_held_back() -> None:
    async def body(transport: Any, peer: socket.socket, _: Recorder) -> None:
        await begin_gathering(transport, peer)
        for _ in range(3000):
            transport.write(b"x")
        transport.abort()
        assert len(come(peer)) == 3000

    on_a_pair(body)


def test_a_lost_peer_is_no_error_of_who_writes_the_end() -> None:
    async def body(transport: Any, peer: socket.socket, protocol: Recorder) -> None:
        await begin_gathering(transport, peer)
        transport.pause_reading()
        peer.close()
        transport.write(b"head")
        transport.write(b"body")
        transport.write_eof()
        assert isinstance(await protocol.lost, BrokenPipeError)

    on_a_pair(body)


@contextlib.contextmanager
def on_an_idle_loop(kind: type[Recorder] = Recorder) -> Iterator[tuple[Any, Any, socket.socket]]:
    """A loop that nobody runs, a transport of it that gathers, and the socket of its peer."""
    loop = plait.new_event_loop()
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)

    async def begin() -> Any:
        transport, _ = await loop.create_connection(kind, sock=ours)
        await begin_gathering(transport, theirs)
        return transport

    with theirs:
        transport = loop.run_until_complete(begin())
        yield loop, transport, theirs
        transport.abort()
        loop.run_until_complete(plait.sleep(0))
        loop.close()


def write_twice(transport: Any) -> None:
    transport.write(b"head")
    transport.write(b"body")


@pytest.mark.parametrize("end", ["stop", "interrupt", "none"])
def test_nothing_is_held_back_when_the_loop_does_not_run(end: str) -> None:
    def write_and_end() -> None:
        write_twice(transport)
        if end == "interrupt":
            raise KeyboardInterrupt
        loop.stop()

    with on_an_idle_loop() as (loop, transport, peer):
        if end == "none":
            write_twice(transport)
        else:
            loop.call_soon(write_and_end)
            with contextlib.suppress(KeyboardInterrupt):
                loop.run_forever()
        assert come(peer) == b"headbody"


def test_an_interrupt_while_what_is_held_back_is_sent_leaves_no_running_loop() -> None:
    class Interrupting(Recorder):
        def resume_writing(self) -> None:
            raise KeyboardInterrupt

    def write_and_exit() -> None:
        write_twice(transport)
        transport.set_write_buffer_limits(high=0)  # which tells the protocol that this is too much
        raise SystemExit

    with on_an_idle_loop(Interrupting) as (loop, transport, peer):
        loop.call_soon(write_and_exit)
        with pytest.raises(KeyboardInterrupt):
            loop.run_forever()
        assert transport.get_protocol().told == ["pause"]
        assert come(peer) == b"headbody"
        assert not loop.is_running()
        assert asyncio._get_running_loop() is None


def test_tls_begins_after_what_is_held_back() -> None:
    async def body(transport: Any, peer: socket.socket, protocol: Recorder) -> None:
        transport.set_write_buffer_limits(high=0)
        await begin_gathering(transport, peer)
        transport.write(b"go ahead")
        upgrade = asyncio.ensure_future(
            asyncio.get_running_loop().start_tls(
                transport, Recorder(), ssl.create_default_context(), server_hostname="x"
            )
        )
        got = b""
        while len(got) < len(b"go ahead") + 2:
            got += come(peer)
            await plait.sleep(0)
        assert got.startswith(b"go ahead\x16\x03")  # and the client's greeting, a record of the handshake
        upgrade.cancel()
        await asyncio.wait([upgrade])
        protocol.lost.set_result(None)  # the transport has another protocol now

    on_a_pair(body)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("end", ["close", "abort"])
def test_a_forked_child_sends_nothing_of_its_parents(end: str) -> None:
    async def body(transport: Any, peer: socket.socket, _: Recorder) -> None:
        await begin_gathering(transport, peer)
        transport.write(b"head")
        transport.write(b"body")
        child = os.fork()
        if not child:
            try:
                getattr(transport, end)()
            finally:
                os._exit(0)
        os.waitpid(child, 0)  # noqa: ASYNC222
        await plait.sleep(0)
        assert come(peer) == b"headbody"

    on_a_pair(body)


class Answering(Recorder):
    """Answers, and notes what of that waits, and whether anybody has an answer at that time."""

    def __init__(self, peers: list[socket.socket], notes: list[tuple[int, bool]]) -> None:
        super().__init__()
        self.peers = peers
        self.notes = notes

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(b"answer")
        answered, _, _ = select.select(self.peers, [], [], 0)
        self.notes.append((self.transport.get_write_buffer_size(), bool(answered)))


@pytest.mark.parametrize("count", [1, limits.CROWD_OF_PEERS - 1, limits.CROWD_OF_PEERS, 50])
def test_many_who_are_heard_at_once_are_answered_when_all_have_been_heard(count: int) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        peers: list[socket.socket] = []
        notes: list[tuple[int, bool]] = []
        protocols = []
        for _ in range(count):
            ours, theirs = socket.socketpair()
            peers.append(theirs)
            _, protocol = await loop.create_connection(lambda: Answering(peers, notes), sock=ours)
            protocols.append(protocol)
        for peer in peers:
            peer.send(b"question")
        while len(notes) < count:  # noqa: ASYNC110  (the poller tells)
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert [come(peer) for peer in peers] == [b"answer"] * count
        assert notes == [(6, False) if count >= limits.CROWD_OF_PEERS else (0, True)] * count
        for protocol, peer in zip(protocols, peers, strict=True):
            protocol.transport.close()
            await protocol.lost
            peer.close()

    plait.run(main())
