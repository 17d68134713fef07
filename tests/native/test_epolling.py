"""The system's epoll."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import threading
import time
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(not hasattr(select, "epoll"), reason="this system has no epoll")

READABLE, WRITABLE, HUNG_UP = 0x1, 0x4, 0x10  # EPOLLIN, EPOLLOUT, EPOLLHUP
ROOM = 4  # events
LONG = 30.0  # seconds; what waits so long has failed


class Poll:
    """One epoll instance with its room."""

    def __init__(self, epolling: Any) -> None:
        self.epolling = epolling
        self.handle = epolling.open_handle()
        self.room = epolling.make_room(ROOM)

    def wait(self, timeout: float, count: int = ROOM) -> dict[int, int]:
        """The descriptors that are ready, and what for."""
        came = self.epolling.wait(self.handle, timeout, self.room, count)
        events = [(self.epolling.descriptor(self.room, i), self.epolling.readiness(self.room, i)) for i in range(came)]
        return dict(events)

    def close(self) -> None:
        self.epolling.close_handle(self.handle)
        self.epolling.free_room(self.room)


@pytest.fixture
def poll(native: ModuleType) -> Iterator[Poll]:
    with contextlib.closing(Poll(native.epolling)) as poll:
        yield poll


@pytest.fixture
def pipes() -> Iterator[list[tuple[int, int]]]:
    """Pairs of a read end and a write end."""
    pipes = [os.pipe() for _ in range(3)]
    yield pipes
    for ends in pipes:
        for end in ends:
            with contextlib.suppress(OSError):
                os.close(end)


def test_events_come_by_descriptor(poll: Poll, pipes: list[tuple[int, int]]) -> None:
    for reader, writer in pipes:
        poll.epolling.add(poll.handle, reader, READABLE)
        os.write(writer, b"x")
    assert poll.wait(LONG) == {reader: READABLE for reader, _ in pipes}


def test_what_is_not_ready_does_not_come(poll: Poll, pipes: list[tuple[int, int]]) -> None:
    [(reader, _), *_] = pipes
    poll.epolling.add(poll.handle, reader, READABLE)
    assert poll.wait(0) == {}
    assert poll.wait(0.001) == {}


def test_no_more_come_than_asked_for(poll: Poll, pipes: list[tuple[int, int]]) -> None:
    for _, writer in pipes:
        poll.epolling.add(poll.handle, writer, WRITABLE)
    assert len(poll.wait(LONG, 2)) == 2


def test_change_watches_for_something_else(poll: Poll, pipes: list[tuple[int, int]]) -> None:
    [(_, writer), *_] = pipes
    poll.epolling.add(poll.handle, writer, WRITABLE)
    assert poll.wait(-1) == {writer: WRITABLE}
    poll.epolling.change(poll.handle, writer, READABLE)
    assert poll.wait(0) == {}


def test_remove_watches_no_more(poll: Poll, pipes: list[tuple[int, int]]) -> None:
    [(_, writer), *_] = pipes
    poll.epolling.add(poll.handle, writer, WRITABLE)
    poll.epolling.remove(poll.handle, writer)
    assert poll.wait(0) == {}


def test_hang_up_comes_unasked(poll: Poll, pipes: list[tuple[int, int]]) -> None:
    [(reader, writer), *_] = pipes
    poll.epolling.add(poll.handle, reader, READABLE)
    os.close(writer)
    assert poll.wait(LONG) == {reader: HUNG_UP}


def test_mistakes_raise_the_system_error(poll: Poll, pipes: list[tuple[int, int]]) -> None:
    [(reader, writer), *_] = pipes
    poll.epolling.add(poll.handle, reader, READABLE)
    with pytest.raises(FileExistsError):
        poll.epolling.add(poll.handle, reader, READABLE)
    with pytest.raises(FileNotFoundError):
        poll.epolling.change(poll.handle, writer, READABLE)
    with pytest.raises(FileNotFoundError):
        poll.epolling.remove(poll.handle, writer)
    os.close(writer)
    with pytest.raises(OSError, match="Bad file descriptor") as caught:
        poll.epolling.add(poll.handle, writer, READABLE)
    assert caught.value.errno == errno.EBADF


def test_wait_is_never_too_short(poll: Poll) -> None:
    for timeout in (0.0001, 0.0015, 0.01):
        start = time.monotonic()
        assert poll.wait(timeout) == {}
        assert time.monotonic() - start >= timeout


def test_other_threads_run_meanwhile(poll: Poll, pipes: list[tuple[int, int]]) -> None:
    [(reader, writer), *_] = pipes
    poll.epolling.add(poll.handle, reader, READABLE)
    thread = threading.Thread(target=os.write, args=(writer, b"x"))
    thread.start()
    assert poll.wait(LONG) == {reader: READABLE}
    thread.join()


def test_signal_handler_runs_and_may_raise(poll: Poll) -> None:
    def handle(_number: int, _frame: object) -> None:
        raise InterruptedError("by the handler")

    before = signal.signal(signal.SIGALRM, handle)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        with pytest.raises(InterruptedError, match="by the handler"):
            poll.wait(LONG)
    finally:
        signal.signal(signal.SIGALRM, before)


def test_handle_has_a_descriptor_until_it_is_closed(native: ModuleType) -> None:
    poll = Poll(native.epolling)
    descriptor = native.epolling.handle_descriptor(poll.handle)
    assert not os.get_inheritable(descriptor)
    poll.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_arm_watches_what_is_watched_or_not(poll: Poll, pipes: list[tuple[int, int]]) -> None:
    [(reader, writer), *_] = pipes
    os.write(writer, b"data")
    for _ in range(2):
        poll.epolling.arm(poll.handle, reader, READABLE)
        assert poll.wait(0) == {reader: READABLE}


def test_arm_may_ask_for_one_event(poll: Poll, pipes: list[tuple[int, int]]) -> None:
    [(reader, writer), *_] = pipes
    os.write(writer, b"data")
    for _ in range(2):
        poll.epolling.arm(poll.handle, reader, READABLE | select.EPOLLONESHOT)
        assert poll.wait(0) == {reader: READABLE}
        assert poll.wait(0) == {}


def test_arm_tells_of_a_bad_descriptor(poll: Poll) -> None:
    with pytest.raises(OSError, match="descriptor"):
        poll.epolling.arm(poll.handle, 99999, READABLE)
