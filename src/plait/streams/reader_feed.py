# cython: nonecheck=True
"""What came and is yet to be read, and who waits for more.

An operation that waits is told of all that comes, and wakes its task only when it has what it waits for: however small
the pieces in which a line arrives, it costs one switch. While it waits for more, the transport is not paused; a line is
bounded by the limit, and `readexactly()` by what it asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.base import limits, origin
from plait.native import lifetime, methods, pool
from plait.schedule import foreign
from plait.streams.byte_buffer import ByteBuffer
from plait.tasks.future import Future
from plait.tasks.operation import Operation

if TYPE_CHECKING:
    from plait.schedule.scheduler import Scheduler


class ReaderFeed:
    """What came and is yet to be read, who waits for more, and the transport that is paused when nobody reads."""

    __slots__ = (
        "_bound",
        "_buffer",
        "_eof",
        "_exception",
        "_future",
        "_limit_given",
        "_other_waiter",
        "_paused",
        "_reading",
        "_scheduler",
        "_source_traceback",
        "_transport",
    )

    def __init__(self, limit: int = limits.STREAM_LIMIT_BYTES, loop: Any = None) -> None:
        check_limit(limit)
        self._limit = limit
        self._scheduler: Scheduler = foreign.choose_scheduler(loop)
        self._buffer = ByteBuffer()
        self._reading: Any = None  # the operation that waits, or was woken and has yet to run
        self._future: Any = None  # by which the last operation waited
        self._other_waiter: Any = None  # a future by which a subclass waits
        self._exception: Any = None
        self._transport: Any = None
        self._paused = False
        self._eof = False
        self._source_traceback: Any = origin.stack() if self._scheduler._debug else None

    @property
    def _limit(self) -> Any:
        return self._limit_given

    @_limit.setter
    def _limit(self, limit: Any) -> None:
        self._bound = float(limit)
        self._limit_given = limit

    # What subclasses know of asyncio's.

    @property
    def _loop(self) -> Any:
        return self._scheduler.loop()

    @property
    def _waiter(self) -> Any:
        reading: Reading | None = self._reading
        return self._other_waiter if reading is None else reading._awaited

    @_waiter.setter
    def _waiter(self, future: Any) -> None:
        self._other_waiter = future

    def _wakeup_waiter(self) -> None:
        self.wake()

    def _wait_for_data(self, func_name: str) -> Any:
        return self._make_any(func_name)

    def _make_any(self, name: str) -> AnyData:
        operation = pool.new(AnyData)
        operation.begin()
        operation._reader = self
        operation._value = name
        return operation

    def _maybe_resume_transport(self) -> None:
        self.taken()

    # What comes.

    def set_transport(self, transport: Any) -> None:
        """The transport to pause when much is unread."""
        if self._transport is not None:
            raise AssertionError("Transport already set")
        self._transport = transport

    def feed_data(self, data: Any) -> None:
        """Add what came."""
        self.feed(data)

    def feed(self, data: Any) -> None:
        """`feed_data`, for compiled callers."""
        if self._eof:
            raise AssertionError("feed_data after feed_eof")
        if type(data) is not bytes:
            data = bytes(memoryview(data))
        if not data:
            return
        self._buffer.append(data)
        reading: Reading | None = self._reading
        if reading is not None and not reading._awaited.is_settled():
            if not reading.is_satisfied():
                return
            reading._awaited.finish(None)
        elif self._other_waiter is not None:
            self.wake()
        if self._buffer.size() > 2 * self._bound and not self._paused and self._transport is not None:
            self._pause()

    def feed_eof(self) -> None:
        """No more will come."""
        self._eof = True
        self.wake()

    def exception(self) -> Any:
        """What was given to `set_exception`."""
        return self._exception

    def set_exception(self, exc: Any) -> None:
        """Raise `exc` in who waits, and in each read from now on."""
        self._exception = exc
        self.wake()

    def at_eof(self) -> bool:
        """Whether all was read, and no more will come."""
        return self._eof and self._buffer.size() == 0

    def wake(self) -> None:
        """Have who waits look again."""
        reading: Reading | None = self._reading
        if reading is not None:
            if not reading._awaited.is_settled():
                reading._awaited.finish(None)
        elif self._other_waiter is not None:
            waiter = self._other_waiter
            self._other_waiter = None
            if not waiter.done():
                waiter.set_result(None)

    # Flow.

    def _pause(self) -> None:
        try:
            self._transport.pause_reading()
        except NotImplementedError:
            self._transport = None  # it cannot be paused: never ask again
        else:
            self._paused = True

    def _resume(self) -> None:
        self._paused = False
        self._transport.resume_reading()

    def taken(self) -> None:
        """Something was read: go on receiving if little is left."""
        if self._paused and self._buffer.size() <= self._bound:
            self._resume()

    def wait(self, reading: Reading) -> Future:
        """The future that `reading` is to wait for."""
        if self._reading is not None or self._other_waiter is not None:
            name = reading.label()
            raise RuntimeError(f"{name}() called while another coroutine is already waiting for incoming data")
        self._buffer.trim()
        future = self._new_future()
        self._reading = reading
        reading._awaited = future
        if self._paused:
            try:
                self._resume()  # which may bring data at once
            except BaseException:
                self._reading = None
                raise
        return future

    def _new_future(self) -> Future:
        future: Future | None = self._future
        if future is None or lifetime.is_held(future, 2):  # by more than the field and this variable
            future = self._future = pool.new(Future)
        future.begin(self._scheduler)
        return future

    def __repr__(self) -> str:
        parts = [type(self).__name__]
        if self._buffer.size():
            parts.append(f"{self._buffer.size()} bytes")
        if self._eof:
            parts.append("eof")
        if self._limit_given != limits.STREAM_LIMIT_BYTES:
            parts.append(f"limit={self._limit_given}")
        if self._waiter is not None:
            parts.append(f"waiter={self._waiter!r}")
        if self._exception is not None:
            parts.append(f"exception={self._exception!r}")
        if self._transport is not None:
            parts.append(f"transport={self._transport!r}")
        if self._paused:
            parts.append("paused")
        return f"<{' '.join(parts)}>"


methods.guard(ReaderFeed)


def check_limit(limit: Any) -> None:
    """Raise unless a reader can have it for its limit."""
    if limit <= 0:
        raise ValueError(f"Limit cannot be <= 0: {limit!r}")


class Reading(Operation):
    """Base of the operations: what it waits for, and what it does when that is there."""

    __slots__ = ("_reader",)

    _reader: ReaderFeed

    def prepare(self) -> None:
        """Check the arguments."""

    def is_satisfied(self) -> bool:
        """Whether there is no need to wait for more."""
        raise NotImplementedError

    def attempt(self) -> bool:
        """Take what it waits for; False when that is not there."""
        raise NotImplementedError

    def start(self) -> Future | None:
        reader = self._reader
        self.prepare()
        if reader._exception is not None:
            raise reader._exception
        return None if self.attempt() else reader.wait(self)

    def resumed(self) -> Future | None:
        reader = self._reader
        reader._reading = None
        if self.attempt():
            return None
        if reader._exception is not None:
            raise reader._exception
        return reader.wait(self)

    def interrupted(self, error: BaseException) -> Future | None:
        self._reader._reading = None
        raise error


class AnyData(Reading):
    """Something came, or the end: what subclasses of asyncio's reader wait for."""

    __slots__ = ()

    def label(self) -> str:
        return self._value  # type: ignore[no-any-return]  # a field of its own is gone when an object that is freed asks

    def is_satisfied(self) -> bool:
        return True

    def start(self) -> Future | None:
        return self._reader.wait(self)

    def attempt(self) -> bool:
        self._value = None
        return self._reader._exception is None
