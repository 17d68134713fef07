"""The transport of the read end of a pipe, or of what behaves like one: a FIFO, a socket, a character device.

The file object that a program gives owns the descriptor; the transport closes it, once, after ``connection_lost``.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

from plait.base import limits
from plait.native import attributes, calling, methods
from plait.transports import pipes
from plait.transports.base import READS
from plait.transports.reading import ReadingTransport

if TYPE_CHECKING:
    from plait.loop.core import LoopCore

_READ_BYTES = limits.PIPE_READ_BYTES


class ReadPipeTransport(ReadingTransport):
    """See `asyncio.ReadTransport`."""

    __slots__ = (
        "__dict__",
        "_attributes",
        "_is_due",
        "_pollable",
    )

    def __init__(
        self, loop: LoopCore, pipe: Any, protocol: Any, waiter: Any = None, extra: dict[str, Any] | None = None
    ) -> None:
        self._is_open = False  # the pipe is the caller's until `begin`
        fd = pipe.fileno()
        pipes.check_kind(fd, pipe)
        self.begin_reading(waiter)
        self._is_due = False
        self._pollable = True
        self.begin(loop, pipe, fd, protocol, {**(extra or {}), "pipe": pipe})
        os.set_blocking(fd, False)
        self._loop.push(self)

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return asyncio.ReadTransport

    def __repr__(self) -> str:
        polling = "polling" if self._reading else "idle"
        return f"<{type(self).__name__} {_state(self)} fd={self._fd} {polling}>"

    # Turns.

    def run(self) -> None:
        """Begin, or read: this is what waits for the pipe to be readable."""
        self._is_due = False
        if not self._started:
            self.start()
        elif self._reading:
            self.read()
            if self._reading and not self._pollable:
                self.run_again()
        else:
            self.unwatch_reader()

    def watch_reader(self) -> None:
        """Read when there is something to read; a device that cannot be polled always has something, as /dev/null."""
        self._reading = True
        if self._pollable:
            try:
                self._loop._watches.set_reader(self._fd, self)
            except PermissionError:
                self._pollable = False
        if not self._pollable:
            self.run_again()

    def run_again(self) -> None:
        if not self._is_due:
            self._is_due = True
            self._loop.push(self)

    def unwatch_reader(self) -> None:
        if self._pollable:
            ReadingTransport.unwatch_reader(self)

    def _halves(self) -> int:
        return READS

    def unwatch(self) -> None:
        self._loop._watches.set_reader(self._fd, None)

    # Reading.

    def read(self) -> None:
        """One system call, one call of the protocol."""
        try:
            if self._get_buffer is not None:
                self.read_into_buffer()
            else:
                self.read_data()
        except BlockingIOError:
            pass
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            self._fatal_error(error, "Fatal read error on pipe transport")

    def read_data(self) -> None:
        data = os.read(self._fd, _READ_BYTES)
        if data:
            self.give(self._data_received, (data,))
        else:
            self.read_eof()

    def read_into_buffer(self) -> None:
        buffer = calling.call(self._get_buffer, (-1,), self._context)
        if not len(buffer):
            raise RuntimeError("get_buffer() returned an empty buffer: make room for at least one byte")
        count = os.readv(self._fd, [buffer])
        if count:
            self.give(self._buffer_updated, (count,))
        else:
            self.read_eof()

    def give(self, method: Any, args: tuple[Any, ...]) -> None:
        """What the protocol raises is reported, and reading goes on, as in asyncio."""
        try:
            calling.call(method, args, self._context)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            self.report(f"Exception in the protocol of {self!r}", error)

    def read_eof(self) -> None:
        """The last writer has closed the pipe."""
        self._closing = True
        self.stop_reading()
        self.call("eof_received", ())
        self.lose(None)

    def __dealloc__(self) -> None:
        attributes.forget(self._attributes)  # type: ignore[attr-defined]


methods.guard(ReadPipeTransport)


attributes.allow(ReadPipeTransport, ReadingTransport)


def _state(transport: ReadPipeTransport) -> str:
    if not transport._is_open:
        return "closed"
    return "closing" if transport._closing else "open"
