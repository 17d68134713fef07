"""Water marks: a protocol is told to pause writing over the high one, and to go on at the low one."""

import asyncio
import math

import pytest

from .recorder import Recorder, connected, fill, read_all, read_count, until

pytestmark = pytest.mark.usefixtures("aio")
DEFAULTS = (16 * 1024, 64 * 1024)


async def test_the_protocol_pauses_and_resumes(aio):
    transport, protocol, peer = await connected()
    assert transport.get_write_buffer_limits() == DEFAULTS
    count = fill(transport)
    assert protocol.calls == ["connection_made", "pause_writing"]
    transport.write(bytes(100_000))
    assert protocol.calls == ["connection_made", "pause_writing"]
    await read_count(peer, count + 100_000)
    await protocol.until(lambda protocol: "resume_writing" in protocol.calls)
    assert protocol.calls == ["connection_made", "pause_writing", "resume_writing"]
    assert transport.get_write_buffer_size() <= DEFAULTS[0]
    transport.close()
    peer.close()
    await protocol.lost


@pytest.mark.parametrize(
    ("arguments", "limits"),
    [
        ({}, DEFAULTS),
        ({"high": 4000}, (1000, 4000)),
        ({"low": 1000}, (1000, 4000)),
        ({"high": 10, "low": 10}, (10, 10)),
        ({"high": 0}, (0, 0)),
        ({"high": 4000.0}, (1000, 4000)),
        ({"high": 100, "low": 0}, (0, 100)),
    ],
)
async def test_limits_can_be_set(aio, arguments, limits):
    transport, protocol, peer = await connected()
    transport.set_write_buffer_limits(**arguments)
    assert transport.get_write_buffer_limits() == limits
    transport.close()
    await protocol.lost
    peer.close()


@pytest.mark.parametrize("high", [math.inf, 1 << 70])
async def test_a_limit_may_be_out_of_reach(aio, high):
    transport, protocol, peer = await connected()
    transport.set_write_buffer_limits(high=high, low=10)
    fill(transport)
    assert "pause_writing" not in protocol.calls
    assert transport.get_write_buffer_limits()[1] > 1 << 60
    transport.abort()
    await protocol.lost
    peer.close()


@pytest.mark.parametrize("arguments", [{"high": 10, "low": 11}, {"high": -1}, {"low": -1}, {"high": 5, "low": -5}])
async def test_senseless_limits_are_refused(aio, arguments):
    transport, protocol, peer = await connected()
    with pytest.raises(ValueError, match="must be >= "):
        transport.set_write_buffer_limits(**arguments)
    assert transport.get_write_buffer_limits() == DEFAULTS
    transport.close()
    await protocol.lost
    peer.close()


async def test_limit_zero_pauses_whenever_something_is_queued(aio):
    transport, protocol, peer = await connected()
    transport.set_write_buffer_limits(high=0)
    transport.write(b"goes at once")
    assert protocol.calls == ["connection_made"]
    count = fill(transport)
    assert protocol.calls == ["connection_made", "pause_writing"]
    await read_count(peer, 12 + count)
    await protocol.until(lambda protocol: "resume_writing" in protocol.calls)
    assert transport.get_write_buffer_size() == 0
    transport.close()
    peer.close()
    await protocol.lost


async def test_a_lower_limit_pauses_at_once(aio):
    transport, protocol, peer = await connected()
    transport.set_write_buffer_limits(high=1 << 30)
    fill(transport)
    assert protocol.calls == ["connection_made"]
    transport.set_write_buffer_limits(high=10)
    assert protocol.calls == ["connection_made", "pause_writing"]
    transport.abort()
    peer.close()
    await protocol.lost


async def test_writing_within_resume_writing(aio):
    class Protocol(Recorder):
        def resume_writing(self):
            super().resume_writing()
            self.transport.write(b"written while resuming")

    transport, protocol, peer = await connected(Protocol)
    transport.set_write_buffer_limits(high=0)
    count = fill(transport)
    assert (await read_count(peer, count + 22))[count:] == b"written while resuming"
    transport.close()
    assert await read_all(peer) == b""
    peer.close()
    await protocol.lost


@pytest.mark.stock_since(3, 15)
@pytest.mark.parametrize("method", ["close", "abort", "write_eof"])
async def test_ending_within_resume_writing(aio, method):
    class Protocol(Recorder):
        def resume_writing(self):
            super().resume_writing()
            getattr(self.transport, method)()

    transport, protocol, peer = await connected(Protocol)
    transport.set_write_buffer_limits(high=0)
    count = fill(transport)
    assert len(await read_all(peer)) == count
    transport.close()
    assert await protocol.lost is None
    assert protocol.calls.count("connection_lost") == 1
    peer.close()


@pytest.mark.parametrize("call", ["pause_writing", "resume_writing"])
async def test_what_flow_control_raises_is_reported_and_nothing_else_happens(aio, call, reports):
    transport, protocol, peer = await connected(raise_in=call)
    count = fill(transport)
    assert len(await read_count(peer, count)) == count
    await until(lambda: "resume_writing" in protocol.calls)
    assert reports.exceptions == [f"ValueError('in {call}')"]
    assert reports[0]["transport"] is transport
    assert reports[0]["protocol"] is protocol
    assert not transport.is_closing()
    transport.close()
    await protocol.lost
    peer.close()


async def test_a_slow_reader_bounds_the_memory_of_a_writer_that_listens(aio):
    """A writer that pauses when it is told to never has more queued than one piece over the high mark."""

    class Writer(Recorder):
        def __init__(self):
            super().__init__()
            self.may_write = asyncio.Event()
            self.may_write.set()

        def pause_writing(self):
            self.may_write.clear()

        def resume_writing(self):
            self.may_write.set()

    transport, protocol, peer = await connected(Writer)
    piece, pieces, most = bytes(10_000), 1000, 0

    async def write():
        nonlocal most
        for _ in range(pieces):
            await protocol.may_write.wait()
            transport.write(piece)
            most = max(most, transport.get_write_buffer_size())
        transport.write_eof()

    writing = asyncio.ensure_future(write())
    assert len(await read_all(peer)) == len(piece) * pieces
    await writing
    assert most <= DEFAULTS[1] + len(piece)
    transport.close()
    peer.close()
    await protocol.lost
