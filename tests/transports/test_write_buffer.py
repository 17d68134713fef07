"""The write buffer: what goes out is what came in, whatever the chunks and however little each call takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plait.transports.write_buffer import WriteBuffer, size_of

CHUNKS = st.binary(max_size=20)
KINDS = st.sampled_from([bytes, bytearray, memoryview])


def content(buffer: WriteBuffer) -> bytes:
    """What a vectored call would be given."""
    return b"".join(map(bytes, buffer.chunks[buffer.first :]))[buffer.offset :]


@given(st.lists(st.one_of(st.tuples(st.just("append"), KINDS, CHUNKS), st.tuples(st.just("send"), st.integers(0, 60)))))
def test_any_sequence_of_writes_and_sends_keeps_the_bytes_in_order(steps: list[tuple[object, ...]]) -> None:
    buffer, written, sent = WriteBuffer(), b"", b""
    for step in steps:
        if step[0] == "append":
            buffer.append(step[1](step[2]), 0)  # type: ignore[operator]
            written += step[2]  # type: ignore[operator]
        elif buffer.size:
            count = min(step[1], buffer.size)  # type: ignore[type-var]
            sent += content(buffer)[:count]
            buffer.consume(count)
        assert buffer.size == len(written) - len(sent)
        assert sent + content(buffer) == written


@given(st.lists(st.tuples(KINDS, CHUNKS), min_size=1), st.integers(0, 200))
def test_what_was_borrowed_and_not_sent_is_owned(chunks: list[tuple[type, bytes]], count: int) -> None:
    buffer = WriteBuffer()
    originals = [kind(chunk) for kind, chunk in chunks]
    for data in originals:
        buffer.borrow(data)
    whole = content(buffer)
    if buffer.size:
        buffer.consume(min(count, buffer.size))
    buffer.own_borrowed()
    rest = content(buffer)
    for data in originals:
        if type(data) is bytearray:
            data[:] = bytes(len(data))
    assert content(buffer) == rest == whole[len(whole) - buffer.size :]


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_a_chunk_may_begin_in_its_middle(kind: type) -> None:
    buffer = WriteBuffer()
    buffer.append(kind(b"abcdef"), 2)
    buffer.append(b"ghi", 0)
    assert (content(buffer), buffer.size) == (b"cdefghi", 7)


@pytest.mark.parametrize("step", [-1, 2])
def test_a_view_that_is_not_in_one_piece_is_refused(step: int) -> None:
    buffer, view = WriteBuffer(), memoryview(b"0123456789")[::step]
    for queue in (buffer.borrow, lambda data: buffer.append(data, 0)):
        with pytest.raises(BufferError, match="not C-contiguous"):
            queue(view)
    assert (content(buffer), buffer.size) == (b"", 0)


def test_bytes_are_not_copied() -> None:
    buffer, data = WriteBuffer(), bytes(1000)
    buffer.append(data, 100)
    assert buffer.chunks[0] is data


def test_a_view_of_bytes_is_not_copied_and_may_be_released() -> None:
    buffer, data = WriteBuffer(), bytes(range(100))
    view = memoryview(data)[10:20]
    buffer.append(view, 0)
    view.release()
    assert buffer.chunks[0].obj is data
    assert content(buffer) == data[10:20]


@pytest.mark.parametrize("wrap", [lambda data: data, memoryview])
def test_what_can_change_is_copied(wrap: object) -> None:
    buffer, data = WriteBuffer(), bytearray(b"before")
    buffer.append(wrap(data), 0)  # type: ignore[operator]
    data[:] = b"after!!"
    assert content(buffer) == b"before"


def test_sizes_are_in_bytes_whatever_a_view_counts() -> None:
    view = memoryview(bytes(range(16))).cast("I")
    assert size_of(view) == 16
    buffer = WriteBuffer()
    buffer.append(view, 3)
    assert (content(buffer), buffer.size) == (bytes(range(3, 16)), 13)


@pytest.mark.parametrize("data", ["text", 5, None, [b"list"]])
def test_other_things_are_refused(data: object) -> None:
    with pytest.raises(TypeError, match="must be a bytes, bytearray, or memoryview object"):
        size_of(data)


def test_memory_is_released_as_bytes_go() -> None:
    buffer = WriteBuffer()
    for _ in range(1000):
        buffer.append(bytes(10), 0)
    for _ in range(999):
        buffer.consume(10)
        assert len(buffer.chunks) - buffer.first == buffer.size // 10
        assert all(chunk is None for chunk in buffer.chunks[: buffer.first])
    assert len(buffer.chunks) < 200
    buffer.consume(10)
    assert buffer.chunks == []
