"""The transport of a connected stream socket, TCP or UNIX.

It reads by one system call an event, into the room of the loop or into the protocol's own buffer.
"""

from __future__ import annotations

import asyncio
import socket
from asyncio import constants, trsock
from typing import TYPE_CHECKING, Any

from plait.native import calling, methods, sockets
from plait.transports.receiver import Receiver
from plait.transports.writing import WritingTransport

if TYPE_CHECKING:
    from contextvars import Context

    from plait.loop.core import LoopCore
    from plait.transports.write_buffer import WriteBuffer

_UNASKED = object()


class SocketTransport(WritingTransport):
    """See `asyncio.Transport`."""

    __slots__ = (
        "_at_eof",
        "_peername",
        "_receiver",
        "_server",
        "_socket",
        "_sockname",
    )

    _receiver: Any
    _peername: Any
    _sockname: Any
    _socket: Any
    _server: Any

    _start_tls_compatible = True  # what asyncio and aiohttp ask
    _sendfile_compatible = constants._SendfileMode.TRY_NATIVE

    def __init__(
        self,
        loop: LoopCore,
        sock: socket.socket,
        protocol: Any,
        waiter: Any = None,
        extra: dict[str, Any] | None = None,
        server: Any = None,
    ) -> None:
        set_no_delay(sock)
        self.prepare(loop, sock, sock.fileno(), protocol, waiter, extra, server)
        if extra is None or "peername" not in extra:
            self._peername = _ask(sock.getpeername)

    def prepare(
        self,
        loop: LoopCore,
        sock: socket.socket,
        fd: int,
        protocol: Any,
        waiter: Any,
        extra: dict[str, Any] | None,
        server: Any,
    ) -> None:
        """Have ``connection_made`` called in the next batch, then the socket read, then `waiter` woken."""
        self._is_open = False  # the socket is the caller's until `begin`
        self._at_eof = False
        self._peername = None
        self._sockname = _UNASKED
        self._socket = None
        self._server = None
        self.begin_reading(waiter)
        self.begin_writing()
        self.begin(loop, sock, fd, protocol, extra)
        if server is not None:
            self._server = server
            server._attach(self)
        loop.push(self)

    def belong_to(self, context: Context, peername: Any) -> None:
        """An accepted connection has a context of its own, and its address came with it."""
        self._context = context
        self._peername = peername

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # libraries ask ``isinstance(t, asyncio.Transport)``
        return asyncio.Transport

    @property
    def _sock(self) -> Any:  # as libraries know it from asyncio
        return self._file if self._is_open else None

    # What is known about it.

    def find_extra(self, name: str, default: Any) -> Any:
        if name == "peername":
            return self._peername
        if name == "socket":
            if self._socket is None:
                self._socket = trsock.TransportSocket(self._file)
            return self._socket
        if name == "sockname":
            if self._sockname is _UNASKED:
                self._sockname = _ask(self._file.getsockname)
            return self._sockname
        return default

    def __repr__(self) -> str:
        parts = [type(self).__name__, f"fd={self._fd}"]
        if not self._is_open:
            parts.insert(1, "closed")
        elif self._closing:
            parts.insert(1, "closing")
        if self._is_open and not self._lost:
            parts.append("read=polling" if self._reading else "read=idle")
            state = "idle" if self._queue is None else "polling"
            parts.append(f"write=<{state}, bufsize={self.get_write_buffer_size()}>")
        return f"<{' '.join(parts)}>"

    # Protocol.

    def set_protocol(self, protocol: Any) -> None:
        WritingTransport.set_protocol(self, protocol)
        self._receiver = _receiver_of(protocol) if isinstance(protocol, Receiver) else None

    def forget_protocol(self) -> None:
        WritingTransport.forget_protocol(self)
        self._receiver = None

    # Turns.

    def run(self) -> None:
        """Read, or begin: this is what waits for the socket to be readable."""
        if self._reading:
            if self._data_received is not None:
                self.read_data()
            else:
                self.read_into_buffer()
        elif not self._started:
            self.start()
        else:
            self.unwatch_reader()

    def watch_reader(self) -> None:
        if not self._at_eof:
            WritingTransport.watch_reader(self)

    # Reading.

    def read_data(self) -> None:
        """Receive, and call ``data_received``."""
        try:
            data = sockets.receive(self._file, self._fd, self._loop.receive_room())
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            self._fatal_error(error, "Fatal read error on socket transport")
            return
        if data is None:
            return
        if not data:
            self.read_eof()
            return
        try:
            if self._receiver is not None:
                self._receiver.receive(data)
            else:
                calling.call_one(self._data_received, data, self._context)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            self._fatal_error(error, "Fatal error: protocol.data_received() call failed.")

    def read_into_buffer(self) -> None:
        """Receive into what ``get_buffer`` gives, and call ``buffer_updated``."""
        try:
            buffer = calling.call_one(self._get_buffer, -1, self._context)
            if not len(buffer):
                raise RuntimeError("get_buffer() returned an empty buffer")
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            self._fatal_error(error, "Fatal error: protocol.get_buffer() call failed.")
            return
        try:
            count = sockets.receive_into(self._file, self._fd, buffer)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            self._fatal_error(error, "Fatal read error on socket transport")
            return
        if count > 0:
            self.update_buffer(count)
        elif count == 0:
            self.read_eof()

    def update_buffer(self, count: int) -> None:
        try:
            calling.call_one(self._buffer_updated, count, self._context)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            self._fatal_error(error, "Fatal error: protocol.buffer_updated() call failed.")

    def read_eof(self) -> None:
        """The peer writes no more: close, unless the protocol wants to go on writing."""
        try:
            keep_open = calling.call(self._protocol.eof_received, (), self._context)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            self._fatal_error(error, "Fatal error: protocol.eof_received() call failed.")
            return
        if keep_open:
            self._at_eof = True
            self.stop_reading()
        else:
            self.close()

    # What its descriptor can do.

    def send(self, data: Any) -> int:
        return sockets.send(self._file, self._fd, data)

    def send_vector(self, queue: WriteBuffer) -> int:
        return sockets.send_vector(self._file, self._fd, queue.chunks, queue.first, queue.offset)

    def can_write_eof(self) -> bool:
        """True: the peer can be told that this writes no more."""
        return True

    def finish_writing(self) -> None:
        self._file.shutdown(socket.SHUT_WR)

    def release(self) -> None:
        if self._is_open and self._sockname is _UNASKED:
            self._sockname = _ask(self._file.getsockname)
        WritingTransport.release(self)

    def detach(self) -> None:
        server = self._server
        self._server = None
        if server is not None:
            server._detach(self)
        self.fail_empty_waiter()


methods.guard(SocketTransport)


def set_no_delay(sock: Any) -> None:
    """Have TCP send at once what is written, however little it is."""
    is_internet = sock.family in (socket.AF_INET, socket.AF_INET6) and sock.type == socket.SOCK_STREAM
    if is_internet and sock.proto in (0, socket.IPPROTO_TCP):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _receiver_of(protocol: Receiver) -> Receiver | None:
    return protocol if protocol.takes_directly() else None


def _ask(question: Any) -> Any:
    """The address, or None where the system has none."""
    try:
        return question()
    except OSError:
        return None
