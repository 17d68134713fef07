"""The reading half of a transport: when it begins, whom it calls, when it is paused.

To pause costs no system call: the poller is told when the next event comes, if one comes before reading goes on.
"""

from __future__ import annotations

import asyncio
from typing import Any

from plait.native import methods
from plait.transports import made
from plait.transports.base import Transport


class ReadingTransport(Transport):
    """A transport that begins in a turn of its own, and reads until it is paused. Those that only write just begin."""

    __slots__ = ("_buffer_updated", "_data_received", "_get_buffer", "_paused", "_reading", "_started", "_waiter")

    _get_buffer: Any
    _buffer_updated: Any
    _data_received: Any

    def begin_reading(self, waiter: Any) -> None:
        """What the constructor does; `waiter` is told when the protocol has the transport."""
        self._started = self._reading = self._paused = False
        self._waiter = waiter

    def set_protocol(self, protocol: Any) -> None:
        """Call the methods of `protocol` from now on; those that take what is read are looked up here."""
        self._protocol = protocol
        if isinstance(protocol, asyncio.BufferedProtocol):
            self._get_buffer = protocol.get_buffer
            self._buffer_updated = protocol.buffer_updated
            self._data_received = None
        else:
            self._get_buffer = self._buffer_updated = None
            self._data_received = getattr(protocol, "data_received", _no_data_expected)

    def forget_protocol(self) -> None:
        self._protocol = self._get_buffer = self._buffer_updated = self._data_received = None

    def start(self) -> None:
        """Give the protocol the transport, and look for what can be read."""
        self._started = True
        try:
            self.call("connection_made", (self,))
        finally:
            if not self._closing and not self._paused:
                self.watch_reader()
            made.tell(self._waiter)
            self._waiter = None

    def is_reading(self) -> bool:
        """Whether what comes is given to the protocol."""
        return not self._closing and not self._paused

    def pause_reading(self) -> None:
        """Give the protocol nothing until `resume_reading`."""
        if not self._closing and not self._paused:
            self._paused = True
            self._reading = False

    def resume_reading(self) -> None:
        """Undo `pause_reading`."""
        if not self._closing and self._paused:
            self._paused = False
            if self._started:
                self.watch_reader()

    def watch_reader(self) -> None:
        """Read when there is something to read."""
        self._reading = True
        self._loop._watches.set_reader(self._fd, self)

    def unwatch_reader(self) -> None:
        """Have the poller look no more."""
        if not self._lost and not self._loop._closed:
            self._loop._watches.set_reader(self._fd, None)

    def stop_reading(self) -> None:
        self._reading = False
        self.unwatch_reader()


methods.guard(ReadingTransport)


def _no_data_expected(data: bytes) -> None:
    raise AttributeError("the protocol has no method data_received()")
