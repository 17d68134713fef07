"""The transport of the write end of a pipe, or of what behaves like one: a FIFO, a socket, a character device.

Writing goes at once if nothing is queued; what does not go is queued, and goes when the poller says that there is room. The
file object that a program gives owns the descriptor; the transport closes it, once, after ``connection_lost``.
"""

from __future__ import annotations

import asyncio
import os
from asyncio import constants
from typing import TYPE_CHECKING, Any

from plait.base import limits
from plait.base.log import logger
from plait.base.runnable import Runnable
from plait.native import attributes, methods
from plait.transports import pipes, write_buffer
from plait.transports.base import WRITES
from plait.transports.flow_control import FlowControl
from plait.transports.write_buffer import WriteBuffer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plait.loop.core import LoopCore

_SILENT_LOST_WRITES = limits.SILENT_LOST_WRITES
_LONGEST_VECTOR = limits.LONGEST_VECTOR


class WritePipeTransport(FlowControl):
    """See `asyncio.WriteTransport`."""

    __slots__ = ("__dict__", "_attributes", "_is_device", "_lost_writes", "_queue")

    _sendfile_compatible = constants._SendfileMode.FALLBACK

    def __init__(
        self, loop: LoopCore, pipe: Any, protocol: Any, waiter: Any = None, extra: dict[str, Any] | None = None
    ) -> None:
        self._is_open = False  # the pipe is the caller's until `begin`
        fd = pipe.fileno()
        self._is_device = pipes.check_kind(fd, pipe)
        self.begin_reading(waiter)
        self._lost_writes = 0
        self._queue: WriteBuffer | None = None
        self.begin_flow()
        self.begin(loop, pipe, fd, protocol, {**(extra or {}), "pipe": pipe})
        os.set_blocking(fd, False)
        self._loop.push(self)

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return asyncio.WriteTransport

    def __repr__(self) -> str:
        polling = "idle" if self._queue is None else "polling"
        return f"<{type(self).__name__} {_state(self)} fd={self._fd} {polling} bufsize={self.get_write_buffer_size()}>"

    # Turns.

    def run(self) -> None:
        """Begin; later this is what waits for the reader to hang up."""
        if not self._started:
            self.start()
        elif not self._lost:
            self.look_for_hang_up()

    def watch_reader(self) -> None:
        """Look for the reader's end. What can be read from a device, or by another transport, is not for us."""
        watches = self._loop._watches
        if not self._is_device and watches.reader(self._fd) is None:
            watches.set_reader(self._fd, self)

    def unwatch_reader(self) -> None:
        if not self._loop._closed and self._loop._watches.reader(self._fd) is self:
            self._loop._watches.set_reader(self._fd, None)

    def look_for_hang_up(self) -> None:
        """The poller calls the write end of a pipe readable when the last reader has closed it."""
        if pipes.is_hung_up(self._fd):
            self._force_close(None if self._queue is None else BrokenPipeError("the reader has closed the pipe"))
        else:  # a socket, or a FIFO open for both, with something to read: a writer learns of its end by writing
            self.stop_reading()

    # asyncio's vocabulary.

    def write(self, data: Any) -> None:
        """Write `data`, or queue what does not go."""
        size = write_buffer.size_of(data)
        if size == 0 or not self.may_write():
            return
        written = 0
        if self._queue is None:
            try:
                written = os.write(self._fd, data)
            except BlockingIOError:
                pass
            except (SystemExit, KeyboardInterrupt):
                raise
            except BaseException as error:
                self.fail_to_write(error)
                return
            if written == size:
                return
            self.watch_writer(WriteBuffer())
        self._queue.append(data, written)  # type: ignore[union-attr]
        self.pause_if_full(self._queue.size)  # type: ignore[union-attr]

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        """Write all of it, by one system call where that is possible."""
        chunks = WriteBuffer()
        for data in list_of_data:
            chunks.borrow(data)
        if chunks.size == 0 or not self.may_write():
            return
        if self._queue is not None:
            self._queue.extend(chunks)
        elif not self.write_queued(chunks) or chunks.size == 0:
            return
        else:
            chunks.own_borrowed()
            self.watch_writer(chunks)
        self.pause_if_full(self._queue.size)  # type: ignore[union-attr]

    def _halves(self) -> int:
        return WRITES

    def unwatch(self) -> None:
        self.unwatch_reader()
        self._loop._watches.set_writer(self._fd, None)

    def is_reading(self) -> bool:
        """False: a pipe is written to at this end."""
        return False

    def pause_reading(self) -> None:
        """There is nothing to pause; as asyncio's, it raises."""
        raise NotImplementedError("a write pipe is not read from")

    def resume_reading(self) -> None:
        """There is nothing to pause; as asyncio's, it raises."""
        raise NotImplementedError("a write pipe is not read from")

    def can_write_eof(self) -> bool:
        """True: to a pipe, the end is that it is closed."""
        return True

    def write_eof(self) -> None:
        """Write what is left, then close."""
        self.close()

    def get_write_buffer_size(self) -> int:
        return 0 if self._queue is None else self._queue.size

    # Writing.

    def may_write(self) -> bool:
        if not self._closing:
            return True
        if self._lost_writes >= _SILENT_LOST_WRITES:
            logger.warning("pipe closed by peer or os.write(pipe, data) raised exception.")
        self._lost_writes += 1
        return False

    def fail_to_write(self, error: BaseException) -> None:
        self._lost_writes += 1
        self._fatal_error(error, "Fatal write error on pipe transport")

    def write_queued(self, queue: WriteBuffer) -> bool:
        """Write what goes of `queue`; returns False if the pipe is lost."""
        vector = queue.chunks[queue.first : queue.first + _LONGEST_VECTOR]
        if queue.offset:
            vector[0] = memoryview(vector[0])[queue.offset :]
        try:
            queue.consume(os.writev(self._fd, vector))
        except BlockingIOError:
            pass
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            self.fail_to_write(error)
            return False
        return True

    def watch_writer(self, queue: WriteBuffer) -> None:
        """Write `queue` as soon as there is room."""
        self._queue = queue
        room = PipeRoom.__new__(PipeRoom)
        room._transport = self
        self._loop._watches.set_writer(self._fd, room)

    def write_ready(self) -> None:
        """There is room."""
        queue = self._queue
        if queue is None or not self.write_queued(queue):
            return
        if queue.size:
            self.resume_if_low(queue.size)
            return
        self._queue = None
        self._loop._watches.set_writer(self._fd, None)
        self.resume_if_low(0)
        if self._closing and self._queue is None and not self._lost:
            self.end(None)

    def has_queued(self) -> bool:
        return self._queue is not None

    def drop_queued(self) -> None:
        self._queue = None

    def __dealloc__(self) -> None:
        attributes.forget(self._attributes)  # type: ignore[attr-defined]


methods.guard(WritePipeTransport)


class PipeRoom(Runnable):
    """What waits for the pipe to have room."""

    __slots__ = ("_transport",)

    _transport: WritePipeTransport

    def run(self) -> None:
        self._transport.write_ready()


attributes.allow(WritePipeTransport, FlowControl)


def _state(transport: WritePipeTransport) -> str:
    if not transport._is_open:
        return "closed"
    return "closing" if transport._closing else "open"
