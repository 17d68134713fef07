"""A transport that writes a stream of bytes: at once if nothing is queued; what does not go is queued.

What is queued goes when the poller says that there is room. A subclass says by which system calls.

Who writes twice in a turn, as a server does that writes the head of an answer and then its body, pays for one system call: what
it writes from then on is gathered until the end of the turn, until it writes only once in one. So is what anybody writes while
many peers are heard at once: the answers go one after the other when the turn ends, and cost a quarter less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.base import limits
from plait.base.log import logger
from plait.base.runnable import Runnable
from plait.native import methods
from plait.transports import write_buffer
from plait.transports.flow_control import FlowControl
from plait.transports.write_buffer import WriteBuffer

if TYPE_CHECKING:
    from collections.abc import Iterable

_SILENT_LOST_WRITES = limits.SILENT_LOST_WRITES
_MOST_CORKED = limits.MOST_CORKED_BYTES
_LONGEST_VECTOR = limits.LONGEST_VECTOR
_CROWD = limits.CROWD_OF_PEERS


class WritingTransport(FlowControl):
    """The writing half of a stream transport."""

    __slots__ = (
        "_corked",
        "_empty_waiter",
        "_eof",
        "_gathers",
        "_lost_writes",
        "_queue",
        "_spare",
        "_written_in",
    )

    def begin_writing(self) -> None:
        """What the constructor does."""
        self.begin_flow()
        self._eof = False
        self._lost_writes = 0
        self._queue: WriteBuffer | None = None  # None while nothing is queued
        self._spare: WriteBuffer | None = None  # an empty one, for what is queued until the turn ends
        self._corked = False  # what is queued goes with what is written next, in this turn or at its end
        self._gathers = False  # what `write` is given, until the turn ends
        self._written_in = -1  # the turn in which something went at once
        self._empty_waiter: Any = None

    # What a subclass says.

    def send(self, data: Any) -> int:
        """Write the beginning of `data` and return how many bytes went; below 0: it would block."""
        raise NotImplementedError

    def send_vector(self, queue: WriteBuffer) -> int:
        """Write the beginning of what is queued, as `send` does."""
        raise NotImplementedError

    def finish_writing(self) -> None:
        """Tell the peer that this writes no more."""
        raise NotImplementedError

    # asyncio's vocabulary.

    def write(self, data: Any) -> None:
        """Send `data`, now or later; this never blocks."""
        size = write_buffer.size_of(data)
        if (self._lost or self._eof or self._empty_waiter is not None) and not self.may_write(size):
            return
        sent = 0
        if self._queue is None:
            if size == 0:
                return
            if self._loop._thread and (self._gathers or self._loop._heard_at_once >= _CROWD):
                self._gathers = True
                self.cork()
            else:
                try:
                    sent = self.send(data)
                except (SystemExit, KeyboardInterrupt):
                    raise
                except BaseException as error:
                    self._fatal_error(error, "Fatal write error on transport")
                    return
                if sent == size:
                    self.note_written()
                    return
                if sent < 0:
                    sent = 0
                self.watch_writer(WriteBuffer())
        self._queue.append(data, sent)  # type: ignore[union-attr]
        if not self._corked:
            self.pause_if_full(self.get_write_buffer_size())
        elif not self._gathers or self.holds_much():
            self.uncork()

    def write_more(self, data: Any) -> None:
        """As `write`, when more is likely to follow in this turn: all of it goes by one system call, at its end at the latest."""
        size = write_buffer.size_of(data)
        if (self._lost or self._eof or self._empty_waiter is not None) and not self.may_write(size):
            return
        if self._queue is None:
            if not self._loop._thread:
                self.write(data)
                return
            self.cork()
        self._queue.append(data, 0)  # type: ignore[union-attr]
        if self._corked and self.holds_much():
            self.uncork()
        self.pause_if_full(self.get_write_buffer_size())

    def note_written(self) -> None:
        """Something went at once: if it is not the first in this turn, gather what comes."""
        turn = self._loop._ready._end  # that of the batch tells one turn from another
        self._gathers = turn == self._written_in and self._loop._thread != 0
        self._written_in = turn

    def cork(self) -> None:
        """Queue what is written, and send it when the turn ends."""
        self._loop.put_off(self)
        if self._spare is None:
            self._spare = WriteBuffer()
        self._queue = self._spare
        self._corked = True

    def end_turn(self) -> None:
        if self._corked:
            self.uncork()

    def holds_much(self) -> bool:
        """Whether one system call can take no more than what is held back, or need not."""
        return self._queue.size > _MOST_CORKED or len(self._queue.chunks) >= _LONGEST_VECTOR  # type: ignore[union-attr]

    def uncork(self) -> None:
        """Send what was held back."""
        self._corked = False
        queue = self._queue
        if queue is None:
            return
        if self._loop._left_to_parent:
            self.drop_queued()  # in a forked child: the parent sends it
            return
        if len(queue.chunks) == 1:
            self._gathers = False
        if not self.send_queued(queue):
            return
        if queue.size:
            self.watch_writer(queue)
            self.pause_if_full(queue.size)
            return
        self._queue = None
        self.resume_if_low(0)
        if self._queue is not None or self._lost:
            return
        if self._closing:
            self.lose(None)  # who closes it is not called back before that returns
        else:
            self.nothing_left()

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        """Send all of it, by one system call where that is possible."""
        chunks = WriteBuffer()
        for data in list_of_data:
            chunks.borrow(data)
        if (self._lost or self._eof or self._empty_waiter is not None) and not self.may_write(chunks.size):
            return
        if chunks.size == 0:
            return
        if self._queue is not None:
            self._queue.extend(chunks)
            if self._corked:
                self.uncork()
        elif not self.send_queued(chunks):
            return
        elif chunks.size == 0:
            self.note_written()
            return
        else:
            chunks.own_borrowed()
            self.watch_writer(chunks)
        self.pause_if_full(self.get_write_buffer_size())

    def may_write(self, size: int) -> bool:
        """Whether writing is allowed just now; raises if it is a mistake."""
        if self._eof:
            raise RuntimeError("Cannot call write() after write_eof()")
        if self._empty_waiter is not None:
            raise RuntimeError("unable to write; sendfile is in progress")
        if self._lost and size:
            if self._lost_writes >= _SILENT_LOST_WRITES:
                logger.warning("socket.send() raised exception.")
            self._lost_writes += 1
        return not self._lost

    def send_queued(self, queue: WriteBuffer) -> bool:
        """Send what goes of `queue`; returns False if the connection is lost."""
        try:
            sent = self.send_vector(queue)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            self._fatal_error(error, "Fatal write error on transport")
            return False
        if sent > 0:
            queue.consume(sent)
        return True

    def watch_writer(self, queue: WriteBuffer) -> None:
        """Write `queue` as soon as there is room."""
        self._queue = queue
        writer = WriteReady.__new__(WriteReady)
        writer._transport = self
        self._loop._watches.set_writer(self._fd, writer)

    def write_ready(self) -> None:
        """There is room."""
        queue = self._queue
        if queue is None or not self.send_queued(queue):
            return
        if queue.size:
            self.resume_if_low(queue.size)
            return
        self._queue = None
        self._loop._watches.set_writer(self._fd, None)
        self.resume_if_low(0)
        if self._queue is None and not self._lost:
            self.nothing_left()

    def nothing_left(self) -> None:
        """Do what waits for an empty queue."""
        waiter = self._empty_waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)
        if self._closing:
            self.end(None)
        elif self._eof:
            self.finish_or_fail()

    def finish_or_fail(self) -> None:
        try:
            self.finish_writing()
        except OSError as error:
            self._fatal_error(error, "Fatal error: cannot tell the peer that this writes no more")

    def write_eof(self) -> None:
        """Write what is left, then tell the peer that there is no more; reading goes on."""
        if self._closing or self._eof:
            return
        if self._corked:
            self.uncork()
            if self._lost:
                return
        self._eof = True
        if self._queue is None:
            self.finish_writing()

    def get_write_buffer_size(self) -> int:
        return 0 if self._queue is None else self._queue.size

    # How it ends.

    def _force_close(self, error: BaseException | None) -> None:
        if self._corked and not self._lost:
            self.uncork()  # it was written before
        FlowControl._force_close(self, error)

    def has_queued(self) -> bool:
        if self._corked:
            self.uncork()
        return self._queue is not None

    def drop_queued(self) -> None:
        self._queue = self._spare = None
        self._corked = False

    # sendfile.

    def _make_empty_waiter(self) -> Any:
        """A future that is done when nothing is queued; until `_reset_empty_waiter` nobody may write."""
        if self._empty_waiter is not None:
            raise RuntimeError("Empty waiter is already set")
        if self._corked:
            self.uncork()
        waiter = self._empty_waiter = self._loop.create_future()
        if self._queue is None:
            waiter.set_result(None)
        return waiter

    def _reset_empty_waiter(self) -> None:
        self._empty_waiter = None

    def fail_empty_waiter(self) -> None:
        """The connection is lost: nothing will be written."""
        waiter = self._empty_waiter
        if waiter is not None and not waiter.done():
            waiter.set_exception(ConnectionError("Connection is closed by peer"))


methods.guard(WritingTransport)


class WriteReady(Runnable):
    """What waits for the descriptor to have room."""

    __slots__ = ("_transport",)

    _transport: WritingTransport

    def run(self) -> None:
        self._transport.write_ready()
