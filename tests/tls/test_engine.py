"""Whatever the pieces, the bytes are the same."""

import ssl
from itertools import cycle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .ends import Ends, Versions, read_all, read_by

both_versions = pytest.mark.parametrize("version", [Versions.TLSv1_2, Versions.TLSv1_3], ids=["1.2", "1.3"])

sizes = st.one_of(st.integers(1, 40), st.integers(1, 70_000))
writes = st.lists(st.integers(1, 50_000), max_size=5)
takes = st.one_of(st.just(read_all), st.integers(1, 30_000).filter(lambda n: n > 400).map(read_by))


def content(count: int, salt: int) -> bytes:
    return bytes((i * 7 + salt) % 251 for i in range(count))


@both_versions
@settings(max_examples=60, deadline=None)
@given(writes=writes, pieces=st.lists(sizes, min_size=1, max_size=6), take=takes)
def test_any_chunking_gives_the_same_bytes(version, writes, pieces, take) -> None:
    ends = Ends(version, cycle([*pieces, 5000]))
    for sender, receiver in ((ends.client, ends.server), (ends.server, ends.client)):
        sent = [content(count, salt) for salt, count in enumerate(writes)]
        for data in sent:
            assert sender.write(data) == len(data)
        assert ends.carry(sender, receiver, take) == b"".join(sent)
        assert not receiver.has_more()


@both_versions
@settings(max_examples=30, deadline=None)
@given(count=st.integers(0, 60_000), pieces=st.lists(sizes, min_size=1, max_size=4), take=takes)
def test_close_notify_comes_after_all_data(version, count, pieces, take) -> None:
    ends = Ends(version, cycle([*pieces, 5000]))
    if count:
        ends.client.write(content(count, 0))
    assert not ends.client.say_goodbye()
    assert ends.carry(ends.client, ends.server, take) == content(count, 0)
    assert ends.server.peer_closed
    assert ends.server.say_goodbye()
    ends.carry(ends.server, ends.client, read_all)
    assert ends.client.peer_closed


@both_versions
def test_a_record_is_not_asked_for_before_it_is_complete(version) -> None:
    ends = Ends(version, cycle([1]))
    ends.carry(ends.server, ends.client, read_all)
    ends.client.write(b"12345")
    data = ends.client.take_outgoing()
    for position, byte in enumerate(data):
        assert not ends.server.has_more()
        ends.server.feed(bytearray([byte]), 1)
        assert ends.server.has_more() == (position == len(data) - 1)
    assert ends.server.read() == b"12345"


@both_versions
def test_what_a_small_buffer_leaves_is_not_forgotten(version) -> None:
    ends = Ends(version)
    ends.client.write(b"12345")
    data = bytearray(ends.client.take_outgoing())
    ends.server.feed(data, len(data))
    buffer = bytearray(3)
    assert ends.server.read_into(buffer) == 3
    assert ends.server.has_more()
    assert ends.server.read_into(buffer) == 2
    assert not ends.server.has_more()


@both_versions
@pytest.mark.parametrize("take", [read_all, read_by(100_000)], ids=["bytes", "buffer"])
def test_data_before_a_broken_record_is_delivered_first(version, take) -> None:
    ends = Ends(version)
    ends.client.write(b"good")
    ends.client.write(b"broken")
    data = bytearray(ends.client.take_outgoing())
    data[-1] ^= 1
    ends.server.feed(data, len(data))
    if take is read_all:
        assert take(ends.server) == b"good"
    else:
        buffer = bytearray(100)
        assert ends.server.read_into(buffer) == 4
    assert ends.server.has_more()
    with pytest.raises(ssl.SSLError):
        take(ends.server)
    assert ends.server.has_outgoing(), "no alert for the peer"


@both_versions
@settings(max_examples=60, deadline=None)
@given(garbage=st.binary(min_size=1, max_size=300), at=st.integers(0, 200))
def test_garbage_is_an_ssl_error_or_waits_for_more(version, garbage, at) -> None:
    ends = Ends(version)
    ends.client.write(content(100, 1))
    data = bytearray(ends.client.take_outgoing()[:at] + garbage)
    ends.server.feed(data, len(data))
    try:
        while ends.server.has_more():
            assert ends.server.read() in (b"", content(100, 1))
    except ssl.SSLError:
        pass


def test_a_buffer_may_be_resized_after_it_was_filled() -> None:
    ends = Ends()
    ends.client.write(b"12345")
    data = bytearray(ends.client.take_outgoing())
    ends.server.feed(data, len(data))
    buffer = bytearray(10)
    assert ends.server.read_into(buffer) == 5
    del buffer[5:]
    assert buffer == b"12345"


def test_many_records_are_read_as_one() -> None:
    ends = Ends()
    for _ in range(10):
        ends.client.write(b"0123456789")
    data = bytearray(ends.client.take_outgoing())
    ends.server.feed(data, len(data))
    assert ends.server.read() == b"0123456789" * 10


def test_bytes_follow_what_a_small_buffer_left() -> None:
    ends = Ends()
    ends.client.write(b"12345")
    data = bytearray(ends.client.take_outgoing())
    ends.server.feed(data, len(data))
    buffer = bytearray(3)
    assert ends.server.read_into(buffer) == 3
    assert ends.server.read() == b"45"
    assert not ends.server.has_more()
