"""The byte buffer against one string of bytes: any chunking gives the same bytes, and the same separators."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from plait.base import limits
from plait.streams.byte_buffer import ByteBuffer

LETTERS = st.text("ab\n", max_size=12).map(str.encode)  # so few that separators are often there, or nearly
ANY = st.binary(max_size=40)
LONG = st.builds(lambda letters, count: letters * count, LETTERS, st.integers(100, 700))
CHUNKS = LETTERS | ANY | LONG
SEPARATORS = st.sampled_from([(b"\n",), (b"ab",), (b"aab",), (b"a\nb\na",), (b"b", b"aa"), (b"\n", b"aab", b"bbbbb")])


def first_match(data: bytes, separators: tuple[bytes, ...]) -> tuple[int, int] | None:
    """Where the separator that ends first begins and ends."""
    found = [(data.find(one) + len(one), index, data.find(one)) for index, one in enumerate(separators) if one in data]
    return None if not found else (min(found)[2], min(found)[0])


class ByteBufferMachine(RuleBasedStateMachine):
    """`data` is the model."""

    def __init__(self) -> None:
        super().__init__()
        self.buffer = ByteBuffer()
        self.data = b""

    @rule(chunks=st.lists(CHUNKS, min_size=1, max_size=6))
    def append(self, chunks: list[bytes]) -> None:
        for chunk in chunks:
            self.buffer.append(chunk)
            self.data += chunk

    @rule(chunk=LETTERS, count=st.integers(20, 60))
    def append_many(self, chunk: bytes, count: int) -> None:
        self.append([chunk * 100] * count)

    @rule(share=st.floats(0, 1))
    def take(self, share: float) -> None:
        count = int(share * len(self.data))
        assert self.buffer.take(count) == self.data[:count]
        self.data = self.data[count:]

    @rule(count=st.integers(0, 20))
    def take_a_little(self, count: int) -> None:
        self.take(min(count / max(len(self.data), 1), 1.0))

    @rule(share=st.floats(0, 1))
    def skip(self, share: float) -> None:
        count = int(share * len(self.data))
        self.buffer.skip(count)
        self.data = self.data[count:]

    @rule()
    def take_all(self) -> None:
        assert self.buffer.take_all() == self.data
        self.data = b""

    @rule()
    def clear(self) -> None:
        self.buffer.clear()
        self.data = b""

    @rule()
    def trim(self) -> None:
        self.buffer.trim()

    @rule(separators=SEPARATORS)
    def search(self, separators: tuple[bytes, ...]) -> None:
        match = first_match(self.data, separators)
        assert self.buffer.search(separators) == (match is not None)
        if match is not None:
            assert (self.buffer.found(), self.buffer.end()) == match

    @rule(separators=SEPARATORS, count=st.integers(1, 8))
    def take_lines(self, separators: tuple[bytes, ...], count: int) -> None:
        for _ in range(count):
            self.search(separators)
            match = first_match(self.data, separators)
            if match is None:
                break
            assert self.buffer.take(match[1]) == self.data[: match[1]]
            self.data = self.data[match[1] :]

    @invariant()
    def holds_the_same(self) -> None:
        assert len(self.buffer) == self.buffer.size() == len(self.data)
        assert bytes(self.buffer) == self.data


ByteBufferMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
test_any_sequence_of_operations = ByteBufferMachine.TestCase


@given(data=st.text("ab\n", max_size=60).map(str.encode), separators=SEPARATORS, cuts=st.lists(st.integers(0, 60)))
def test_any_chunking_finds_the_same_separators(data: bytes, separators: tuple[bytes, ...], cuts: list[int]) -> None:
    buffer = ByteBuffer()
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    for start, stop in itertools.pairwise(edges):
        buffer.append(b"-" * (start % 2 * limits.JOINED_CHUNK_BYTES) + data[start:stop])  # some chunks stay apart
        assert buffer.search(separators) == (first_match(bytes(buffer), separators) is not None)


def test_chunk_that_is_read_whole_is_the_object_that_came() -> None:
    buffer = ByteBuffer()
    first, second = b"a" * 5000, b"b" * 5000
    buffer.append(first)
    assert buffer.take_all() is first
    buffer.append(first)
    buffer.append(second)
    assert buffer.take(5000) == first
    assert buffer.take(5000) is second


def test_what_is_left_of_a_chunk_is_kept_when_the_chunk_is_released() -> None:
    buffer = ByteBuffer()
    buffer.append(bytes(100_000) + b"the rest")
    buffer.take(100_000)
    buffer.trim()
    assert buffer.take_all() == b"the rest"


def test_search_goes_on_where_it_ended() -> None:
    """Beginning again each time, this would compare 10 GB."""
    buffer = ByteBuffer()
    for _ in range(20_000):
        buffer.append(b"-" * limits.JOINED_CHUNK_BYTES)
        assert not buffer.search((b"\r\n",))
        assert not buffer.search((b"\r\n",))
    buffer.append(b"\r\n")
    assert buffer.search((b"\r\n",))
    assert buffer.found() == 20_000 * limits.JOINED_CHUNK_BYTES


def test_dripped_bytes_are_joined() -> None:
    buffer = ByteBuffer()
    for number in range(100_000):
        buffer.append(bytes([number % 251]))
    assert bytes(buffer) == bytes(number % 251 for number in range(100_000))


def test_what_subclasses_do_with_the_buffer_of_asyncios_reader() -> None:
    buffer = ByteBuffer()
    assert not buffer
    buffer.extend(bytearray(b"some data"))
    assert buffer == b"some data"
    assert b"some data" == buffer  # noqa: SIM300  (the other way round)
    assert buffer[:4] == b"some"
    del buffer[:5]
    assert buffer == b"data"
    buffer.clear()
    assert buffer == ByteBuffer()
    with pytest.raises(TypeError):
        buffer.extend(5)
