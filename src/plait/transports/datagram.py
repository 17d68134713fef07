# cython: nonecheck=True
"""The transport of a datagram socket: IPv4, IPv6 or UNIX, with a peer or without.

One system call an event receives the datagrams that have come, up to a number that leaves others their turn.
"""

from __future__ import annotations

import asyncio
import socket
from asyncio import trsock
from collections import deque
from typing import TYPE_CHECKING, Any

from plait.base import limits
from plait.base.log import logger
from plait.base.runnable import Runnable
from plait.native import calling, messages, methods
from plait.transports.flow_control import FlowControl

if TYPE_CHECKING:
    from plait.loop.core import LoopCore

_HEADER_BYTES = limits.DATAGRAM_HEADER_BYTES
_SILENT_LOST_WRITES = limits.SILENT_LOST_WRITES
_AF_INET = int(socket.AF_INET)
_AF_INET6 = int(getattr(socket, "AF_INET6", socket.AF_INET))
_MOST = limits.DATAGRAMS_A_TURN


class _Kind(asyncio.Transport, asyncio.DatagramTransport):
    """What `isinstance` takes the transport for: asyncio's own is both as well."""


class DatagramTransport(FlowControl):
    """See `asyncio.DatagramTransport`. `address`: the only one that may be sent to, connected or not."""

    __slots__ = (
        "_address",
        "_datagram_received",
        "_family",
        "_has_peer",
        "_lost_writes",
        "_peername",
        "_queue",
        "_size",
        "_socket",
        "_sockname",
        "_undelivered",
    )

    def __init__(
        self,
        loop: LoopCore,
        sock: socket.socket,
        protocol: Any,
        address: Any = None,
        waiter: Any = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        self._address = address
        self._family = int(sock.family)
        self._peername = _ask(sock.getpeername)
        self._has_peer = self._peername is not None
        self._sockname = _ask(sock.getsockname)
        self._socket: Any = None
        self._queue: deque[Any] | None = None  # pairs of data and address; None while nothing is queued
        self._size = 0
        self._lost_writes = 0
        self._undelivered: list[Any] | None = None  # what was received before the protocol paused reading
        self.begin_reading(waiter)
        self.begin_flow()
        self.begin(loop, sock, sock.fileno(), protocol, extra)
        self._loop.push(self)

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # libraries ask ``isinstance(t, asyncio.DatagramTransport)``
        return _Kind

    @property
    def _sock(self) -> Any:  # as libraries know it from asyncio
        return self._file if self._is_open else None

    def find_extra(self, name: str, default: Any) -> Any:
        if name == "peername":
            return self._peername
        if name == "sockname":
            return self._sockname
        if name == "socket":
            if self._socket is None:
                self._socket = trsock.TransportSocket(self._file)
            return self._socket
        return default

    def __repr__(self) -> str:
        parts = [type(self).__name__, f"fd={self._fd}"]
        if not self._is_open:
            parts.insert(1, "closed")
        elif self._closing:
            parts.insert(1, "closing")
        if self._is_open and not self._lost:
            parts.append("read=polling" if self._reading else "read=idle")
            parts.append(f"write=<{'idle' if self._queue is None else 'polling'}, bufsize={self._size}>")
        return f"<{' '.join(parts)}>"

    def set_protocol(self, protocol: Any) -> None:
        """Call the methods of `protocol` from now on; ``datagram_received`` is looked up here."""
        self._protocol = protocol
        self._datagram_received = getattr(protocol, "datagram_received", _no_datagram_expected)

    def forget_protocol(self) -> None:
        self._protocol = self._datagram_received = None

    # Receiving.

    def run(self) -> None:
        """Receive, or begin: this is what waits for the socket to be readable."""
        if not self._started:
            self.start()
        elif self._reading:
            self.receive()
        else:
            self.unwatch_reader()

    def watch_reader(self) -> None:
        FlowControl.watch_reader(self)
        if self._undelivered is not None:
            self._loop.push(self)

    def receive(self) -> None:
        """Call ``datagram_received`` for each datagram that has come."""
        batch = self._undelivered
        self._undelivered = None
        if batch is None:
            try:
                batch = self.receive_some()
            except OSError as error:
                self.call("error_received", (error,))
                return
            except (SystemExit, KeyboardInterrupt):
                raise
            except BaseException as error:
                self._fatal_error(error, "Fatal read error on datagram transport")
                return
        self.deliver(batch)

    def receive_some(self) -> list[Any]:
        """What has come: of the internet many at once; of other families, which may be longer, one."""
        if self._family in (_AF_INET, _AF_INET6):
            return messages.receive_batch(self._file, self._fd, self._loop.datagram_room(), _MOST)
        room = self._loop.receive_room()
        message = messages.receive_from(self._file, self._fd, room, len(room))
        return [] if message is None else [message]

    def deliver(self, batch: list[Any]) -> None:
        count = len(batch)
        index = 0
        while index < count:
            if not self._reading:
                self._undelivered = None if self._closing else batch[index:]
                return
            message = batch[index]
            index += 1
            try:
                calling.call(self._datagram_received, message, self._context)
            except (SystemExit, KeyboardInterrupt):
                raise
            except BaseException as error:
                self.report("Exception in protocol.datagram_received()", error)

    # Sending.

    def sendto(self, data: Any, addr: Any = None) -> None:
        """Send `data` to `addr`, or to the peer, now or later; this never blocks.

        What the system says against it is told to ``error_received``; a wrong type of data or address is raised.
        """
        if self._address is not None:
            if addr is not None and addr != self._address:
                raise ValueError(f"Invalid address: must be None or {self._address}")
            addr = self._address
        if self._lost:
            self.count_lost_write()
            return
        if self._queue is None:
            if self.send_now(data, addr):
                return
            self.watch_writer()
        data = bytes(memoryview(data))
        self._queue.append((data, addr))  # type: ignore[union-attr]
        self._size += len(data) + _HEADER_BYTES
        self.pause_if_full(self._size)

    def send_now(self, data: Any, addr: Any) -> bool:
        """Send if that does not block; an error of the system counts as sent, since it is reported."""
        try:
            peer = None if self._has_peer else addr
            return messages.send_to(self._file, self._fd, self._family, data, peer) >= 0
        except OSError as error:
            self.call("error_received", (error,))
            return True

    def count_lost_write(self) -> None:
        if self._lost_writes >= _SILENT_LOST_WRITES:
            logger.warning("socket.send() raised exception.")
        self._lost_writes += 1

    def watch_writer(self) -> None:
        self._queue = deque()
        writer = SendReady.__new__(SendReady)
        writer._transport = self
        self._loop._watches.set_writer(self._fd, writer)

    def send_queued(self) -> None:
        """There is room: send what goes."""
        queue = self._queue
        if queue is None:
            return
        left = len(queue)  # who is told of an error may send again: that has its turn later
        while left and queue and self._queue is queue:
            left -= 1
            data, addr = message = queue.popleft()  # who is told of an error may run the loop, and come here again
            self._size -= len(data) + _HEADER_BYTES
            try:
                went = self.send_now(data, addr)
            except (SystemExit, KeyboardInterrupt):
                raise
            except BaseException as error:  # a wrong address, which nobody looked at when it was queued
                self._fatal_error(error, "Fatal write error on datagram transport")
                return
            if not went:
                queue.appendleft(message)
                self._size += len(data) + _HEADER_BYTES
                break
        if self._queue is not queue:
            return  # aborted by who was told of an error
        self.resume_if_low(self._size)
        if not queue and self._queue is queue:
            self.all_sent()

    def all_sent(self) -> None:
        self._queue = None
        self._loop._watches.set_writer(self._fd, None)
        if self._closing and not self._lost:
            self.end(None)

    def get_write_buffer_size(self) -> int:
        return self._size

    # How it ends.

    def has_queued(self) -> bool:
        return self._queue is not None

    def drop_queued(self) -> None:
        self._queue = None
        self._size = 0


methods.guard(DatagramTransport)


class SendReady(Runnable):
    """What waits for the socket to have room."""

    __slots__ = ("_transport",)

    _transport: DatagramTransport

    def run(self) -> None:
        self._transport.send_queued()


def _no_datagram_expected(data: bytes, addr: Any) -> None:
    raise AttributeError("the protocol has no method datagram_received()")


def _ask(question: Any) -> Any:
    """The address, or None where the system has none."""
    try:
        return question()
    except OSError:
        return None
