"""Ending TLS: what was written arrives, what comes is not waited for, and each end is told once."""

import asyncio
import logging
import socket
import ssl
import struct
import threading
import time

import pytest
from certificates import client_context, server_context

from .tls_ends import Recorder, blocking_server, both_ends, connect, in_thread, receive_exactly

MANY = 3_000_000
versions = pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])


@versions
async def test_close_tells_both_ends(aio, version) -> None:
    async with both_ends(client_context=client_context(version=version)) as (ours, theirs):
        ours.transport.close()
        ours.transport.close()
        assert ours.transport.is_closing()
        assert await theirs.lost is None
        assert await ours.lost is None
        assert theirs.events == ["made", "eof", "lost"]
        assert ours.events[0] == "made"
        assert ours.events[-1] == "lost"


@pytest.mark.plait_only("sound TLS")
async def test_transport_that_is_closed_still_answers(aio) -> None:
    async with both_ends() as (ours, theirs):
        ours.transport.abort()
        await ours.lost
        await theirs.lost
        assert ours.transport.is_closing()
        assert ours.transport.get_extra_info("socket") is None
        assert ours.transport.get_extra_info("ssl_object").version().startswith("TLSv1")
        assert ours.transport.get_write_buffer_size() == 0
        ours.transport.write(b"later")
        ours.transport.close()
        ours.transport.abort()
        ours.transport.pause_reading()
        ours.transport.resume_reading()
        ours.transport.set_write_buffer_limits(5)


async def test_close_sends_what_was_written(aio) -> None:
    async with both_ends() as (ours, theirs):
        ours.transport.write(b"1" * MANY)
        ours.transport.write(b"23")
        ours.transport.close()
        assert await theirs.has(MANY + 2) == b"1" * MANY + b"23"
        assert await theirs.lost is None
        assert await ours.lost is None


async def test_close_in_data_received_sends_what_was_written_before(aio) -> None:
    class Once(Recorder):
        def take(self, data: bytes) -> None:
            self.transport.write(b"bye")
            self.transport.close()

    async with both_ends(answering=Once) as (ours, theirs):
        ours.transport.write(b"1")
        assert await ours.has(3) == b"bye"
        assert await ours.lost is None
        assert await theirs.lost is None


async def test_close_in_connection_made_sends_what_was_written_before(aio) -> None:
    class Greeter(Recorder):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            self.transport.write(b"hello")
            self.transport.close()

    async with both_ends(answering=Greeter) as (ours, theirs):
        assert await ours.has(5) == b"hello"
        assert await ours.lost is None
        assert await theirs.lost is None


async def test_close_says_goodbye(aio) -> None:
    seen = []

    def serve(sock: socket.socket) -> None:
        with blocking_server(sock) as connection:
            seen.append(connection.recv(100))
            seen.append(connection.recv(100))
            connection.unwrap()

    with in_thread(serve) as address:
        ours = await connect(Recorder, address)
        ours.transport.write(b"1")
        ours.transport.close()
        assert await ours.lost is None
    assert seen == [b"1", b""]


@pytest.mark.plait_only("no download after close")
async def test_a_peer_that_is_still_sending_gets_the_last_words(aio) -> None:
    got = []

    def serve(sock: socket.socket) -> None:
        with blocking_server(sock) as connection:
            connection.sendall(bytes(4 * 1024 * 1024))
            got.append(connection.recv(100))

    with in_thread(serve) as address:
        ours = await connect(Recorder, address)
        await ours.has(1)
        ours.transport.write(b"bye")
        ours.transport.close()
        await ours.lost
    assert got == [b"bye"]


@pytest.mark.plait_only("no download after close")
async def test_close_does_not_go_on_downloading(aio) -> None:
    sent = []

    def serve(sock: socket.socket) -> None:
        with blocking_server(sock) as connection:
            try:
                while len(sent) < 4000:
                    connection.sendall(bytes(100_000))
                    sent.append(100_000)
            except OSError:
                pass

    with in_thread(serve) as address:
        ours = await connect(Recorder, address)
        await ours.has(100_000)
        ours.data.clear()
        ours.transport.close()
        assert await ours.lost is None
        assert not ours.data
    assert len(sent) < 1000


async def test_nothing_is_delivered_after_abort(aio) -> None:
    class Once(Recorder):
        def take(self, data: bytes) -> None:
            super().take(data)
            self.transport.abort()
            self.transport.abort()

    async with both_ends(Once) as (ours, theirs):
        theirs.transport.write(b"1")
        assert await ours.lost is None
        assert ours.data == b"1"
        assert ours.events == ["made", "data", "lost"]
        await theirs.lost


async def test_abort_drops_what_is_not_sent(aio) -> None:
    async with both_ends() as (ours, theirs):
        theirs.transport.pause_reading()
        ours.transport.write(bytes(10 * MANY))
        ours.transport.abort()
        assert ours.transport.is_closing()
        assert await ours.lost is None
        theirs.transport.resume_reading()
        await theirs.lost
        assert len(theirs.data) < 10 * MANY


async def test_end_from_the_peer_is_an_eof_and_the_end(aio) -> None:
    def serve(sock: socket.socket) -> None:
        with blocking_server(sock) as connection:
            connection.sendall(b"last")
            connection.unwrap()

    with in_thread(serve) as address:
        ours = await connect(Recorder, address)
        assert await ours.lost is None
        assert ours.data == b"last"
        assert ours.events == ["made", "data", "eof", "lost"]


async def test_end_without_a_goodbye_is_an_eof_and_the_end(aio) -> None:
    def serve(sock: socket.socket) -> None:
        with blocking_server(sock) as connection:
            connection.sendall(b"last")

    with in_thread(serve) as address:
        ours = await connect(Recorder, address)
        assert await ours.lost is None
        assert ours.data == b"last"
        assert ours.events == ["made", "data", "eof", "lost"]


async def test_reset_is_an_error(aio) -> None:
    def serve(sock: socket.socket) -> None:
        with blocking_server(sock) as connection:
            connection.sendall(b"last")
            connection.recv(1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with in_thread(serve) as address:
        ours = await connect(Recorder, address)
        assert await ours.has(4) == b"last"
        ours.transport.write(b"1")
        assert isinstance(await ours.lost, ConnectionResetError)
        assert "eof" not in ours.events


@pytest.mark.plait_only("sound TLS")
async def test_what_is_written_in_eof_received_is_sent(aio) -> None:
    class Polite(Recorder):
        def eof_received(self) -> None:
            super().eof_received()
            self.transport.write(b"thanks")

    def serve(sock: socket.socket) -> None:
        with blocking_server(sock) as connection:
            connection.sendall(b"1")
            raw = socket.socket(fileno=socket.dup(connection.fileno()))
            with raw:
                raw.shutdown(socket.SHUT_WR)
                assert receive_exactly(connection, 6) == b"thanks"

    with in_thread(serve) as address:
        ours = await connect(Polite, address)
        assert await ours.lost is None


async def test_true_from_eof_received_keeps_nothing_open(aio, caplog) -> None:
    class Keeping(Recorder):
        def eof_received(self) -> bool:
            super().eof_received()
            return True

    async with both_ends(Keeping) as (ours, theirs):
        with caplog.at_level(logging.WARNING, "asyncio"):
            theirs.transport.close()
            assert await ours.lost is None
        await theirs.lost
    assert [record.getMessage() for record in caplog.records] == [
        "returning true from eof_received() has no effect when using ssl"
    ]


async def test_exception_of_eof_received_is_reported_once(aio, reports) -> None:
    class Failing(Recorder):
        def eof_received(self) -> None:
            raise ZeroDivisionError

    async with both_ends(Failing) as (ours, theirs):
        theirs.transport.close()
        assert isinstance(await ours.lost, ZeroDivisionError)
        await theirs.lost
    assert reports.exceptions == ["ZeroDivisionError()"]


async def test_exception_of_connection_lost_is_reported_once(aio, reports, polls) -> None:
    class Failing(Recorder):
        def connection_lost(self, exc: BaseException | None) -> None:
            super().connection_lost(exc)
            raise ZeroDivisionError

    async with both_ends(Failing) as (ours, theirs):
        ours.transport.close()
        await ours.lost
        await theirs.lost
        await polls()
    assert reports.exceptions == ["ZeroDivisionError()"]


async def test_writes_after_close_are_dropped_and_warned_of(aio, caplog) -> None:
    async with both_ends() as (ours, theirs):
        ours.transport.close()
        with caplog.at_level(logging.WARNING, "asyncio"):
            for _ in range(7):
                ours.transport.write(b"late")
            assert len(caplog.records) == 2
        await ours.lost
        await theirs.lost
        assert not theirs.data


async def test_peer_that_does_not_say_goodbye_is_waited_for_as_long_as_was_told(aio) -> None:
    release = threading.Event()

    def serve(sock: socket.socket) -> None:
        with blocking_server(sock):
            release.wait(10)

    with in_thread(serve) as address:
        try:
            ours = await connect(Recorder, address, ssl_shutdown_timeout=0.05)
            ours.transport.close()
            error = await ours.lost
        finally:
            release.set()
    assert isinstance(error, TimeoutError)
    assert str(error) == "SSL shutdown timed out"


@pytest.mark.plait_only("slow is not stuck")
async def test_peer_that_is_slow_but_reads_is_waited_for(aio) -> None:
    got = []

    def serve(sock: socket.socket) -> None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 50_000)
        with blocking_server(sock) as connection:
            while data := connection.recv(500_000):
                got.append(len(data))
                if sum(got) < 5 * MANY:
                    time.sleep(0.0005)
            connection.unwrap()

    with in_thread(serve) as address:
        ours = await connect(Recorder, address, ssl_shutdown_timeout=0.15)
        ours.transport.write(bytes(10 * MANY))
        ours.transport.close()
        assert await ours.lost is None
    assert sum(got) == 10 * MANY


async def test_closing_while_reading_is_paused_ends(aio, polls) -> None:
    async with both_ends() as (ours, theirs):
        ours.transport.pause_reading()
        theirs.transport.write(b"1")
        await polls()
        ours.transport.close()
        await ours.lost
        assert await theirs.lost is None
        assert not ours.data


async def test_end_that_comes_while_reading_is_paused_waits(aio, polls) -> None:
    async with both_ends() as (ours, theirs):
        ours.transport.pause_reading()
        theirs.transport.write(b"12345")
        theirs.transport.close()
        await polls()
        assert ours.events == ["made"]
        ours.transport.resume_reading()
        assert await ours.lost is None
        assert ours.data == b"12345"
        assert ours.events == ["made", "data", "eof", "lost"]
        await theirs.lost


async def test_both_ends_may_close_at_once(aio) -> None:
    async with both_ends() as (ours, theirs):
        ours.transport.write(b"1")
        theirs.transport.write(b"2")
        ours.transport.close()
        theirs.transport.close()
        for end in (ours, theirs):
            error = await end.lost
            assert error is None or aio is asyncio


@pytest.mark.stock_since(3, 13)
@pytest.mark.parametrize("ending", ["close_clients", "abort_clients"])
async def test_what_was_just_written_arrives_when_the_server_closes_its_clients(aio, ending) -> None:
    accepted = []

    def accept() -> Recorder:
        accepted.append(Recorder())
        return accepted[-1]

    listener = await asyncio.get_running_loop().create_server(accept, "127.0.0.1", 0, ssl=server_context())
    ours = await connect(Recorder, listener.sockets[0].getsockname())
    await accepted[0].made
    accepted[0].transport.write(b"shutting down")
    listener.close()
    getattr(listener, ending)()
    assert await ours.has(13) == b"shutting down"
    await listener.wait_closed()
    ours.transport.abort()
    await ours.lost


@pytest.mark.parametrize("ending", ["stop", "not running", "abort"])
def test_what_was_just_written_arrives_though_the_loop_stops(loop, ending) -> None:
    async def begin() -> None:
        protocol.append(await connect(Recorder, address))

    def write() -> None:
        protocol[0].transport.write(b"the last words")

    def write_and_stop() -> None:
        write()
        loop.stop()

    def talk(sock: socket.socket) -> None:
        with blocking_server(sock) as connection:
            received.append(receive_exactly(connection, 14))
            heard.set()

    received, heard, protocol = [], threading.Event(), []
    with in_thread(talk) as address:
        loop.run_until_complete(begin())
        if ending == "stop":
            loop.call_soon(write_and_stop)
            loop.run_forever()
        elif ending == "not running":
            write()
        else:
            write()
            protocol[0].transport.abort()
        assert heard.wait(20)
        protocol[0].transport.abort()
        loop.run_until_complete(protocol[0].lost)
    assert received == [b"the last words"]
