"""Bytes over TLS: all of them, in order, to either kind of protocol, and no more in memory than was agreed."""

import asyncio
import socket
import ssl
import threading

import pytest
from certificates import client_context

from .tls_ends import BufferedRecorder, Recorder, blocking_server, both_ends, connect, in_thread, receive_exactly

MANY = 3_000_000


def content(count: int) -> bytes:
    return (bytes(range(251)) * (count // 251 + 1))[:count]


class SmallBuffer(BufferedRecorder):
    room = 7


class LargeBuffer(BufferedRecorder):
    room = 200_000


class Kept(BufferedRecorder):
    """Gives the same bytearray again and again, and changes its size between."""

    def get_buffer(self, sizehint: int) -> bytearray:
        self.buffer = getattr(self, "buffer", bytearray())
        self.buffer[:] = bytes(50)
        return self.buffer


kinds = pytest.mark.parametrize("kind", [Recorder, BufferedRecorder, LargeBuffer])
sizes = pytest.mark.parametrize("size", [1, 1000, 16_384, 16_385, 100_000])


@kinds
@sizes
async def test_what_is_sent_comes_back(aio, kind, size) -> None:
    async with both_ends(kind, lambda: kind(answer=True)) as (ours, _):
        for _ in range(3):
            ours.transport.write(content(size))
            assert await ours.has(size) == content(size)


@pytest.mark.plait_only("sound TLS")
async def test_a_bytearray_may_be_resized_between(aio) -> None:
    async with both_ends(Kept, lambda: Kept(answer=True)) as (ours, _):
        ours.transport.write(content(100_000))
        assert await ours.has(100_000) == content(100_000)


async def test_a_buffer_of_a_few_bytes_gets_all(aio) -> None:
    async with both_ends(SmallBuffer) as (ours, theirs):
        theirs.transport.write(content(5000))
        assert await ours.has(5000) == content(5000)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview], ids=lambda kind: kind.__name__)
async def test_bytes_like_objects_are_written_as_they_are_now(aio, kind) -> None:
    async with both_ends() as (ours, theirs):
        data = kind(content(200_000))
        ours.transport.write(data)
        if kind is bytearray:
            data[:] = b""
        ours.transport.writelines([kind(b"1"), kind(b""), kind(b"23")])
        assert await theirs.has(200_003) == content(200_000) + b"123"


@pytest.mark.parametrize("data", ["text", 5, None, [1, 2]])
async def test_other_objects_are_refused(aio, data) -> None:
    async with both_ends() as (ours, theirs):
        with pytest.raises(TypeError):
            ours.transport.write(data)
        ours.transport.write(b"fine")
        assert await theirs.has(4) == b"fine"


async def test_writes_keep_their_order_whatever_their_size(aio) -> None:
    pieces = [content(size) for size in (1, 70_000, 2, 3, 200_000, 0, 16_384, 5)] * 3
    async with both_ends() as (ours, theirs):
        for piece in pieces:
            ours.transport.write(piece)
        whole = b"".join(pieces)
        assert await theirs.has(len(whole)) == whole


@pytest.mark.plait_only("few records")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_writes_of_one_callback_come_together(aio, turns, version) -> None:
    async with both_ends() as (ours, theirs):
        await turns()
        for number in range(100):
            ours.transport.write(b"%2d" % number)
        await theirs.arrived.wait()
        assert len(theirs.data) == 200


async def test_nothing_is_delivered_while_reading_is_paused(aio, polls) -> None:
    async with both_ends() as (ours, theirs):
        ours.transport.pause_reading()
        ours.transport.pause_reading()
        assert not ours.transport.is_reading()
        theirs.transport.write(b"12345")
        await polls()
        assert not ours.data
        ours.transport.resume_reading()
        ours.transport.resume_reading()
        assert ours.transport.is_reading()
        assert await ours.has(5) == b"12345"


async def test_a_protocol_may_pause_in_the_middle_of_what_came(aio) -> None:
    class Pausing(SmallBuffer):
        def take(self, data: bytes) -> None:
            super().take(data)
            self.transport.pause_reading()
            asyncio.get_running_loop().call_later(0.001, self.transport.resume_reading)

    async with both_ends(Pausing) as (ours, theirs):
        theirs.transport.write(content(100))
        assert await ours.has(100) == content(100)


async def test_a_protocol_may_be_replaced_in_the_middle_of_what_came(aio) -> None:
    class First(SmallBuffer):
        def take(self, data: bytes) -> None:
            super().take(data)
            second.events.append("made")
            self.transport.set_protocol(second)

    async with both_ends(First) as (ours, theirs):
        second = Recorder()
        second.lost = ours.lost
        theirs.transport.write(content(100))
        rest = await second.has(93)
        assert bytes(ours.data) + rest == content(100)
        assert ours.transport.get_protocol() is second


async def test_slow_reader_pauses_the_writer(aio) -> None:
    async with both_ends() as (ours, theirs):
        theirs.transport.pause_reading()
        written = 0
        while "pause" not in ours.events:
            ours.transport.write(content(10_000))
            written += 10_000
            await asyncio.sleep(0)
            assert written < 50_000_000
        assert 0 < ours.transport.get_write_buffer_size() < 2_000_000
        theirs.transport.resume_reading()
        assert len(await theirs.has(written)) == written
        await ours.resumed.wait()
        assert ours.events[-2:] == ["pause", "resume"]


async def test_all_comes_though_writing_was_paused_again_and_again(aio) -> None:
    async with both_ends() as (ours, theirs):
        ours.transport.write(content(MANY))
        ours.transport.write(content(MANY))
        assert await theirs.has(2 * MANY) == content(MANY) * 2


@pytest.mark.plait_only("water marks of TLS")
async def test_reader_that_pauses_holds_no_more_than_a_block(aio) -> None:
    async with both_ends() as (ours, theirs):
        theirs.transport.pause_reading()
        for _ in range(100):
            ours.transport.write(content(100_000))
            await asyncio.sleep(0)
        assert not theirs.data
        assert theirs.transport.get_write_buffer_size() == 0
        assert ours.transport.get_write_buffer_size() > 1_000_000  # it stays with who did not heed pause_writing()


async def test_water_marks_are_set_and_told(aio) -> None:
    async with both_ends() as (ours, _):
        ours.transport.set_write_buffer_limits(high=1000, low=10)
        assert ours.transport.get_write_buffer_limits() == (10, 1000)
        with pytest.raises(ValueError, match="must be >="):
            ours.transport.set_write_buffer_limits(high=10, low=100)


async def test_protocol_that_raises_in_data_received_ends_its_connection(aio, reports) -> None:
    class Failing(Recorder):
        def data_received(self, data: bytes) -> None:
            raise ZeroDivisionError

    async with both_ends(Failing) as (ours, theirs):
        theirs.transport.write(b"1")
        assert isinstance(await ours.lost, ZeroDivisionError)
        await theirs.lost
        assert ours.events == ["made", "lost"]
    assert reports.exceptions == ["ZeroDivisionError()"]


@pytest.mark.parametrize("name", ["get_buffer", "buffer_updated"])
async def test_buffered_protocol_that_raises_ends_its_connection(aio, reports, name) -> None:
    def fail(_size: int) -> None:
        raise ZeroDivisionError

    async with both_ends(BufferedRecorder) as (ours, theirs):
        setattr(ours, name, fail)
        ours.transport.set_protocol(ours)
        theirs.transport.write(b"1")
        assert isinstance(await ours.lost, ZeroDivisionError)
        await theirs.lost
    assert reports.exceptions == ["ZeroDivisionError()"]


@pytest.mark.plait_only("sound TLS")
async def test_buffer_without_room_ends_the_connection(aio, reports) -> None:
    class Empty(BufferedRecorder):
        room = 0

    async with both_ends(Empty) as (ours, theirs):
        theirs.transport.write(b"1")
        assert isinstance(await ours.lost, RuntimeError)
        await theirs.lost
    assert len(reports) == 1


@pytest.mark.parametrize("name", ["pause_writing", "resume_writing"])
async def test_exception_of_flow_control_is_reported_and_nothing_is_lost(aio, reports, name, polls) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    async with both_ends() as (ours, theirs):
        setattr(ours, name, fail)
        theirs.transport.pause_reading()
        for _ in range(100):
            ours.transport.write(content(MANY // 10))
            await asyncio.sleep(0)
        theirs.transport.resume_reading()
        assert len(await theirs.has(10 * MANY)) == 10 * MANY
        await polls()
    assert set(reports.exceptions) == {"ZeroDivisionError()"}


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
async def test_broken_record_ends_the_connection_with_an_ssl_error(aio, version) -> None:
    context = client_context(version=version)
    go_on = threading.Event()

    def serve(sock: socket.socket) -> None:
        raw = sock.dup()
        with raw, blocking_server(sock) as connection:
            connection.sendall(b"good")
            go_on.wait()
            raw.sendall(b"\x17\x03\x03\x00\x20" + bytes(32))
            alert = raw.recv(1000)  # from TLS 1.3 on it looks like data
            assert alert[:1] in (b"\x15", b"\x17") or aio is asyncio

    with in_thread(serve) as address:
        ours = await connect(Recorder, address, context)
        try:
            assert await ours.has(4) == b"good"
        finally:
            go_on.set()
        assert isinstance(await ours.lost, ssl.SSLError)


async def test_many_small_records_in_one_piece(aio) -> None:
    def serve(sock: socket.socket) -> None:
        with blocking_server(sock) as connection:
            for number in range(1000):
                connection.sendall(b"%3d" % number)
            assert receive_exactly(connection, 2) == b"ok"

    with in_thread(serve) as address:
        ours = await connect(Recorder, address)
        assert await ours.has(3000) == b"".join(b"%3d" % number for number in range(1000))
        ours.transport.write(b"ok")
        await ours.lost
