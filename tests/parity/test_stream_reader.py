"""A StreamReader fed by hand: what each way of reading gives, waits for, refuses and leaves behind."""

import contextlib
import pickle
import tracemalloc

import pytest


class Transport:
    """Knows whether it is to receive."""

    def __init__(self):
        self.calls = []

    def pause_reading(self):
        self.calls.append("pause")

    def resume_reading(self):
        self.calls.append("resume")


@pytest.fixture
def fed(aio):
    """`fed(*chunks)` is a reader that got these and the end; `eof=False`: more may come."""

    def fed(*chunks, eof=True, **options):
        reader = aio.StreamReader(**options)
        for chunk in chunks:
            reader.feed_data(chunk)
        if eof:
            reader.feed_eof()
        return reader

    return fed


# read


async def test_read_gives_what_is_there_up_to_its_count(aio, fed):
    reader = fed(b"one", b"two", eof=False)
    assert [await reader.read(count) for count in (2, 2, 100)] == [b"on", b"et", b"wo"]


async def test_read_without_a_count_waits_for_the_end(aio, fed, turns):
    reader = fed(b"one", eof=False)
    reading = aio.create_task(reader.read())
    await turns()
    reader.feed_data(b"two")
    await turns()
    assert not reading.done()
    reader.feed_eof()
    assert await reading == b"onetwo"


async def test_read_at_the_end_gives_nothing_again_and_again(aio, fed):
    reader = fed(b"data")
    assert [await reader.read(100) for _ in range(3)] == [b"data", b"", b""]
    assert await reader.read() == b""


async def test_read_of_no_bytes_does_not_wait(aio, fed):
    assert await fed(eof=False).read(0) == b""


async def test_what_is_there_is_read_without_giving_way(aio, fed):
    reader, trace = fed(b"line\nexact", b"more", eof=False), []
    aio.get_running_loop().call_soon(trace.append, "the loop ran")
    assert [await reader.readline(), await reader.readexactly(5), await reader.read(9)] == [
        b"line\n",
        b"exact",
        b"more",
    ]
    assert trace == []


@pytest.mark.parametrize("count", ["1", 1.5, None])
@pytest.mark.parametrize("method", ["read", "readexactly"])
async def test_a_count_that_is_no_integer_is_a_type_error(aio, fed, method, count):
    reader = fed(b"data")
    with pytest.raises(TypeError):
        await getattr(reader, method)(count)
    assert await reader.read() == b"data"


# readexactly


async def test_readexactly_waits_for_all(aio, fed, turns):
    reader = fed(b"123", eof=False)
    reading = aio.create_task(reader.readexactly(5))
    await turns()
    reader.feed_data(b"4")
    await turns()
    assert not reading.done()
    reader.feed_data(b"567")
    assert await reading == b"12345"
    assert await reader.read(100) == b"67"


async def test_readexactly_that_meets_the_end_gives_what_there_was_in_the_error(aio, fed):
    reader = fed(b"123", b"4")
    with pytest.raises(aio.IncompleteReadError) as caught:
        await reader.readexactly(5)
    assert (caught.value.partial, caught.value.expected) == (b"1234", 5)
    assert await reader.read() == b""
    copied = pickle.loads(pickle.dumps(caught.value))
    assert (copied.partial, copied.expected) == (b"1234", 5)


async def test_more_may_be_asked_for_than_there_can_be(aio, fed):
    assert await fed(b"data").read(1 << 70) == b"data"
    assert await fed(b"da", b"ta").read(-1 << 70) == b"data"
    with pytest.raises(aio.IncompleteReadError) as caught:
        await fed(b"data").readexactly(1 << 70)
    assert caught.value.partial == b"data"
    with pytest.raises(ValueError, match="less than zero"):
        await fed(b"data").readexactly(-1 << 70)


async def test_readexactly_of_less_than_nothing_is_a_value_error(aio, fed):
    with pytest.raises(ValueError, match="less than zero"):
        await fed(b"data").readexactly(-1)
    assert await fed().readexactly(0) == b""


async def test_readexactly_may_ask_for_more_than_the_limit(aio, fed, turns):
    reader = fed(eof=False, limit=10)
    reader.set_transport(transport := Transport())
    reading = aio.create_task(reader.readexactly(1000))
    for _ in range(10):
        await turns(3)
        reader.feed_data(b"-" * 100)
    assert await reading == b"-" * 1000
    assert transport.calls[-1:] in ([], ["resume"])


@pytest.mark.parametrize("chunk_size", [64, 1000, 65_536])
async def test_readexactly_holds_little_more_than_it_reads(aio, fed, turns, chunk_size):
    count, chunk = 4 << 20, b"-" * chunk_size
    reader = fed(eof=False)
    reading = aio.create_task(reader.readexactly(count))
    await turns()
    tracemalloc.start()
    try:
        for _ in range(0, count, chunk_size):
            reader.feed_data(bytes(bytearray(chunk)))
        await turns()
        assert len(await reading) == count
        assert tracemalloc.get_traced_memory()[1] < 4 * count
    finally:
        tracemalloc.stop()


# readline, readuntil


async def test_readline_gives_lines_and_the_rest(aio, fed):
    reader = fed(b"one\ntw", b"o\n\nrest")
    assert [await reader.readline() for _ in range(5)] == [b"one\n", b"two\n", b"\n", b"rest", b""]


async def test_lines_can_be_iterated_over(aio, fed):
    assert [line async for line in fed(b"one\ntw", b"o\n\nrest")] == [b"one\n", b"two\n", b"\n", b"rest"]
    assert [line async for line in fed()] == []


async def test_iteration_uses_a_readline_that_a_subclass_defines(aio):
    class Upper(aio.StreamReader):
        async def readline(self):
            return (await super().readline()).upper()

    reader = Upper()
    reader.feed_data(b"one\ntwo\n")
    reader.feed_eof()
    assert [line async for line in reader] == [b"ONE\n", b"TWO\n"]


@pytest.mark.parametrize(
    ("separator", "expected"),
    [
        (b"\r\n", [b"one\r\n", b"two|\r\n"]),
        (b"|", [b"one\r\ntwo|"]),
        (bytearray(b"|"), [b"one\r\ntwo|"]),
        (b"\r\ntwo|\r\n", [b"one\r\ntwo|\r\n"]),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 100])
async def test_readuntil_finds_the_separator_however_the_bytes_come(aio, fed, turns, separator, expected, size):
    reader, data = fed(eof=False), b"one\r\ntwo|\r\n"

    async def read_all():
        return [await reader.readuntil(separator) for _ in expected]

    reading = aio.create_task(read_all())
    for start in range(0, len(data), size):
        await turns(2)
        reader.feed_data(data[start : start + size])
    assert await reading == expected


@pytest.mark.stock_since(3, 13)
async def test_of_several_separators_the_one_that_ends_first_counts(aio, fed):
    reader = fed(b"ABCDEFG--ABC", eof=False)
    assert await reader.readuntil((b"DEF", b"BCDE")) == b"ABCDE"
    assert await reader.readuntil((b"-", b"--")) == b"FG-"
    assert await reader.readuntil((b"C", b"ABC", b"x")) == b"-ABC"


@pytest.mark.stock_since(3, 13)
@pytest.mark.parametrize("separator", [b"", (), (b"",), (b"a", b"")])
async def test_an_empty_separator_is_a_value_error(aio, fed, separator):
    with pytest.raises(ValueError, match="Separator should"):
        await fed(b"data").readuntil(separator)


@pytest.mark.parametrize("separator", ["\n", 5, None])
async def test_a_separator_that_is_not_bytes_is_a_type_error(aio, fed, separator):
    reader = fed(b"some data")
    with pytest.raises(TypeError):
        await reader.readuntil(separator)
    assert await reader.read() == b"some data"


async def test_readuntil_that_meets_the_end_gives_what_there_was_in_the_error(aio, fed):
    reader = fed(b"no separator")
    with pytest.raises(aio.IncompleteReadError) as caught:
        await reader.readuntil(b"|")
    assert (caught.value.partial, caught.value.expected) == (b"no separator", None)
    assert reader.at_eof()


# Limits.


@pytest.mark.parametrize("limit", [0, -1])
async def test_a_limit_that_is_not_positive_is_a_value_error(aio, limit):
    with pytest.raises(ValueError, match="imit"):
        aio.StreamReader(limit=limit)


async def test_limit_is_that_of_what_comes_before_the_separator(aio, fed):
    reader = fed(b"12345\r\n123456\r\n", eof=False, limit=5)
    assert await reader.readuntil(b"\r\n") == b"12345\r\n"


async def test_readuntil_over_the_limit_leaves_everything(aio, fed):
    reader = fed(b"1234567\n", eof=False, limit=5)
    with pytest.raises(aio.LimitOverrunError, match="is found") as caught:
        await reader.readuntil(b"\n")
    assert caught.value.consumed == 7
    assert await reader.readexactly(8) == b"1234567\n"
    reader.feed_data(b"12345678")
    with pytest.raises(aio.LimitOverrunError, match="is not found") as caught:
        await reader.readuntil(b"\r\n")
    assert caught.value.consumed == 7
    assert await reader.read(100) == b"12345678"


async def test_readline_over_the_limit_drops_the_line(aio, fed):
    reader = fed(b"1234567\nnext\n", eof=False, limit=5)
    with pytest.raises(ValueError, match="longer than limit"):
        await reader.readline()
    assert await reader.readline() == b"next\n"
    reader.feed_data(b"1234567")
    with pytest.raises(ValueError, match="exceed the limit"):
        await reader.readline()
    reader.feed_data(b"end\n")
    assert await reader.readline() == b"end\n"


async def test_a_line_that_grows_over_the_limit_ends_the_wait(aio, fed, turns):
    reader = fed(eof=False, limit=10)
    reading = aio.create_task(reader.readline())
    for _ in range(3):
        await turns(2)
        reader.feed_data(b"12345")
    with pytest.raises(ValueError, match="exceed the limit"):
        await reading


async def test_too_much_unread_pauses_the_transport_until_half_is_read(aio, fed):
    reader = fed(eof=False, limit=10)
    reader.set_transport(transport := Transport())
    reader.feed_data(b"-" * 20)
    assert transport.calls == []
    reader.feed_data(b"-")
    assert transport.calls == ["pause"]
    await reader.readexactly(10)
    assert transport.calls == ["pause"]
    await reader.readexactly(1)
    assert transport.calls == ["pause", "resume"]


async def test_whoever_waits_for_more_resumes_the_transport(aio, fed, turns):
    reader = fed(eof=False, limit=10)
    reader.set_transport(transport := Transport())
    reader.feed_data(b"-" * 21)
    reading = aio.create_task(reader.readexactly(30))
    await turns()
    assert transport.calls == ["pause", "resume"]
    reader.feed_data(b"-" * 9)
    assert await reading == b"-" * 30


async def test_a_transport_that_cannot_pause_is_asked_once(aio, fed):
    class Unstoppable:
        asked = 0

        def pause_reading(self):
            self.asked += 1
            raise NotImplementedError

    reader = fed(eof=False, limit=1)
    reader.set_transport(transport := Unstoppable())
    reader.feed_data(b"-" * 10)
    reader.feed_data(b"-" * 10)
    assert transport.asked == 1
    assert await reader.readexactly(20) == b"-" * 20


# Failures and the end.


async def test_exception_is_raised_in_who_waits_and_in_all_who_come(aio, fed, turns):
    reader = fed(b"some data", eof=False)
    reading = aio.create_task(reader.readline())
    await turns()
    assert reader.exception() is None
    reader.set_exception(error := ConnectionResetError("reset"))
    with pytest.raises(ConnectionResetError, match="reset"):
        await reading
    assert reader.exception() is error
    for operation in (reader.read(), reader.read(4), reader.readexactly(2), reader.readline(), reader.readuntil()):
        with pytest.raises(ConnectionResetError):
            await operation


async def test_at_eof_is_when_all_was_read(aio, fed):
    reader = fed(b"data", eof=False)
    assert not reader.at_eof()
    reader.feed_eof()
    assert not reader.at_eof()
    await reader.read(4)
    assert reader.at_eof()


async def test_any_buffer_may_be_fed_and_only_before_the_end(aio, fed):
    reader = fed(bytearray(b"one"), memoryview(b"two"), b"", eof=False)
    assert await reader.read(100) == b"onetwo"
    reader.feed_eof()
    with pytest.raises(AssertionError, match="feed_data after feed_eof"):
        reader.feed_data(b"late")


async def test_what_was_fed_may_change_afterwards(aio, fed):
    reader, data = fed(eof=False), bytearray(b"data")
    reader.feed_data(data)
    data[:] = b"DATA"
    assert await reader.read(4) == b"data"


@pytest.mark.parametrize("data", ["text", None])
async def test_feeding_what_is_not_bytes_is_a_type_error(aio, fed, data):
    reader = fed(eof=False)
    with contextlib.suppress(TypeError):
        reader.feed_data(data)
    reader.feed_eof()
    assert await reader.read() == b""


# Waiting.


async def test_one_coroutine_waits_at_a_time(aio, fed, turns):
    reader = fed(eof=False)
    reading = aio.create_task(reader.read(10))
    await turns()
    for operation in (reader.read(10), reader.readexactly(1), reader.readline()):
        with pytest.raises(RuntimeError, match="called while another coroutine is already waiting for incoming data"):
            await operation
    reader.feed_data(b"data")
    assert await reading == b"data"


async def test_a_cancelled_read_loses_nothing_and_lets_others_read(aio, fed, turns):
    reader = fed(b"12", eof=False)
    for operation in (reader.readexactly(4), reader.readline()):
        reading = aio.create_task(operation)
        await turns()
        reading.cancel()
        with pytest.raises(aio.CancelledError):
            await reading
    reader.feed_data(b"34")
    assert await reader.readexactly(4) == b"1234"


@pytest.mark.plait_only("reads lose nothing")
async def test_a_cancelled_read_up_to_the_end_loses_nothing(aio, fed, turns):
    reader = fed(b"12", eof=False)
    reading = aio.create_task(reader.read())
    await turns()
    reading.cancel()
    with pytest.raises(aio.CancelledError):
        await reading
    assert await reader.readexactly(2) == b"12"


async def test_a_read_that_is_cancelled_when_its_data_has_come_loses_nothing(aio, fed, turns):
    reader = fed(eof=False)
    reading = aio.create_task(reader.readline())
    await turns()
    reader.feed_data(b"line\n")
    reading.cancel()
    with pytest.raises(aio.CancelledError):
        await reading
    assert await reader.readline() == b"line\n"


async def test_read_in_time(aio, fed):
    reader = fed(b"no line", eof=False)
    with pytest.raises(TimeoutError):
        await aio.wait_for(reader.readline(), 0.001)
    with pytest.raises(TimeoutError):
        async with aio.timeout(0.001):
            await reader.readexactly(100)
    reader.feed_data(b"\n")
    assert await aio.wait_for(reader.readline(), 10) == b"no line\n"


@pytest.mark.filterwarnings("ignore:.*iscoroutinefunction:DeprecationWarning")
async def test_reads_are_coroutines(aio, fed):
    reader = fed(b"one\ntwo\nthree\nfour\n")
    operations = [reader.readline(), reader.readexactly(4), reader.readuntil(b"\n"), reader.read(5)]
    assert all(aio.iscoroutine(operation) for operation in operations)
    assert await aio.gather(*operations) == [b"one\n", b"two\n", b"three\n", b"four\n"]
    for name in ("read", "readexactly", "readuntil", "readline"):
        assert aio.iscoroutinefunction(getattr(reader, name))


async def test_a_read_can_be_closed_before_and_while_it_waits(aio, fed):
    reader = fed(eof=False)
    early = reader.readline()
    early.close()
    waiting = reader.readline()
    waiting.send(None)
    waiting.close()
    reader.feed_data(b"line\n")
    assert await reader.readline() == b"line\n"


async def test_a_read_that_is_never_awaited_is_warned_of(aio, fed):
    reader = fed(b"line\n")
    for name, args in [
        ("read", (1,)),
        ("readexactly", (1,)),
        ("readuntil", ()),
        ("readline", ()),
        ("_wait_for_data", ("x",)),
    ]:
        with pytest.warns(RuntimeWarning, match="was never awaited"):
            getattr(reader, name)(*args)
    assert await reader.readline() == b"line\n"


async def test_a_read_is_awaited_once(aio, fed):
    operation = fed(b"line\n").readline()
    await operation
    with pytest.raises(RuntimeError, match="cannot reuse already awaited"):
        await operation


# Subclasses and details.


async def test_a_subclass_may_wait_for_data_itself(aio, turns):
    class Framed(aio.StreamReader):
        async def read_frame(self):
            while len(self._buffer) < 4:
                await self._wait_for_data("read_frame")
            frame = bytes(self._buffer[:4])
            del self._buffer[:4]
            self._maybe_resume_transport()
            return frame

    reader = Framed(limit=1)
    reading = aio.create_task(reader.read_frame())
    for data in (b"12", b"3", b"456"):
        await turns()
        reader.feed_data(data)
    assert await reading == b"1234"
    assert await reader.read(10) == b"56"


async def test_a_subclass_may_look_at_what_comes(aio):
    class Counting(aio.StreamReader):
        count = 0

        def feed_data(self, data):
            self.count += len(data)
            super().feed_data(data)

    reader = Counting()
    protocol = aio.StreamReaderProtocol(reader)
    protocol.data_received(b"some")
    protocol.data_received(b" data")
    assert reader.count == 9
    assert await reader.read(100) == b"some data"


async def test_it_has_any_attribute(aio):
    reader = aio.StreamReader()
    reader.label = "mine"
    assert reader.label == "mine"


async def test_repr(aio, fed):
    reader = fed(b"data", limit=123)
    assert repr(reader) == "<StreamReader 4 bytes eof limit=123>"
    assert repr(aio.StreamReader()) == "<StreamReader>"


def test_a_reader_without_a_loop_is_a_runtime_error(aio):
    aio.set_event_loop(None)
    with pytest.raises(RuntimeError, match="no current event loop"):
        aio.StreamReader()
