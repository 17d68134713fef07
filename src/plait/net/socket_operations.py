# cython: nonecheck=True
"""``loop.sock_recv`` and its kin: the system call first, the poller only when it would block.

Nothing is received or accepted before the task that asked for it runs, so no cancellation loses any of it.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from plait.base import limits
from plait.native import messages, pool, sockets
from plait.net import other_sockets
from plait.net.socket_waits import SocketOperation
from plait.tasks import coroutine_kinds, operation

if TYPE_CHECKING:
    from plait.loop.core import LoopCore
    from plait.tasks.future import Future

_SOCKET = socket.socket
_OWN_MEMORY_BYTES = limits.OWN_MEMORY_BYTES


class Receive(SocketOperation):
    """``sock_recv``."""

    __slots__ = ("_most",)

    _most: int

    def attempt(self) -> Future | None:
        most = self._most
        if most <= _OWN_MEMORY_BYTES:
            data = messages.receive_bytes(self._sock, self._sock.fileno(), most)
        else:
            data = messages.receive_part(self._sock, self._sock.fileno(), self._loop.receive_room(), most)
        if data is None:
            return self.when_readable()
        self._value = data
        return None

    def label(self) -> str:
        return "sock_recv"


class ReceiveInto(SocketOperation):
    """``sock_recv_into``."""

    __slots__ = ("_buffer",)

    _buffer: Any

    def attempt(self) -> Future | None:
        count = messages.receive_into(self._sock, self._sock.fileno(), self._buffer)
        if count == sockets.would_block():
            return self.when_readable()
        self._value = count
        return None

    def label(self) -> str:
        return "sock_recv_into"


class ReceiveFrom(SocketOperation):
    """``sock_recvfrom``."""

    __slots__ = ("_most",)

    _most: int

    def attempt(self) -> Future | None:
        received = messages.receive_from(self._sock, self._sock.fileno(), self._loop.receive_room(), self._most)
        if received is None:
            return self.when_readable()
        self._value = received
        return None

    def label(self) -> str:
        return "sock_recvfrom"


class ReceiveFromInto(SocketOperation):
    """``sock_recvfrom_into``."""

    __slots__ = ("_buffer", "_most")

    _buffer: Any
    _most: int

    def attempt(self) -> Future | None:
        received = messages.receive_from_into(self._sock, self._sock.fileno(), self._buffer, self._most)
        if received is None:
            return self.when_readable()
        self._value = received
        return None

    def label(self) -> str:
        return "sock_recvfrom_into"


class SendAll(SocketOperation):
    """``sock_sendall``."""

    __slots__ = ("_data",)

    _data: Any

    def attempt(self) -> Future | None:
        data = self._data
        count = messages.send_to(self._sock, self._sock.fileno(), 0, data, None)
        if count == sockets.would_block():
            return self.when_writable()
        if type(data) is not bytes:
            data = memoryview(data)
            if data.nbytes != len(data):
                data = data.cast("B")
        if count == len(data):
            return None
        self._data = memoryview(data)[count:]
        return self.when_writable()

    def label(self) -> str:
        return "sock_sendall"


class SendTo(SocketOperation):
    """``sock_sendto``."""

    __slots__ = ("_address", "_data")

    _address: Any
    _data: Any

    def attempt(self) -> Future | None:
        sock = self._sock
        count = messages.send_to(sock, sock.fileno(), sock.family, self._data, self._address)
        if count == sockets.would_block():
            return self.when_writable()
        self._value = count
        return None

    def label(self) -> str:
        return "sock_sendto"


class Accept(SocketOperation):
    """``sock_accept``."""

    __slots__ = ()

    def attempt(self) -> Future | None:
        accepted = sockets.accept(self._sock, self._sock.fileno())
        if accepted is None:
            return self.when_readable()
        self._value = other_sockets.as_accepted(self._sock, accepted)
        return None

    def label(self) -> str:
        return "sock_accept"


def sock_recv(loop: LoopCore, sock: Any, n: int) -> Any:
    """See `asyncio.loop.sock_recv`."""
    if type(sock) is not _SOCKET:
        return other_sockets.receive(loop, sock, "recv", n)
    return _receive(loop, sock, n)


def _receive(loop: LoopCore, sock: Any, most: int) -> Receive:
    operation = pool.new(Receive)
    operation.prepare(loop, sock)
    operation._most = most
    return operation


def sock_recv_into(loop: LoopCore, sock: Any, buf: Any) -> Any:
    """See `asyncio.loop.sock_recv_into`."""
    if type(sock) is not _SOCKET:
        return other_sockets.receive(loop, sock, "recv_into", buf)
    return _receive_into(loop, sock, buf)


def _receive_into(loop: LoopCore, sock: Any, buffer: Any) -> ReceiveInto:
    operation = pool.new(ReceiveInto)
    operation.prepare(loop, sock)
    operation._buffer = buffer
    return operation


def sock_recvfrom(loop: LoopCore, sock: Any, bufsize: int) -> Any:
    """See `asyncio.loop.sock_recvfrom`."""
    if type(sock) is not _SOCKET or bufsize < 0:
        return other_sockets.receive(loop, sock, "recvfrom", bufsize)
    return _receive_from(loop, sock, bufsize)


def _receive_from(loop: LoopCore, sock: Any, most: int) -> ReceiveFrom:
    operation = pool.new(ReceiveFrom)
    operation.prepare(loop, sock)
    operation._most = most
    return operation


def sock_recvfrom_into(loop: LoopCore, sock: Any, buf: Any, nbytes: int = 0) -> Any:
    """See `asyncio.loop.sock_recvfrom_into`."""
    if type(sock) is not _SOCKET:
        return other_sockets.receive(loop, sock, "recvfrom_into", buf, nbytes)
    return _receive_from_into(loop, sock, buf, nbytes)


def _receive_from_into(loop: LoopCore, sock: Any, buffer: Any, most: int) -> ReceiveFromInto:
    operation = pool.new(ReceiveFromInto)
    operation.prepare(loop, sock)
    operation._buffer = buffer
    operation._most = most
    return operation


def sock_sendall(loop: LoopCore, sock: Any, data: Any) -> Any:
    """See `asyncio.loop.sock_sendall`."""
    if type(sock) is not _SOCKET:
        return other_sockets.send_all(loop, sock, data)
    return _send_all(loop, sock, data)


def _send_all(loop: LoopCore, sock: Any, data: Any) -> SendAll:
    operation = pool.new(SendAll)
    operation.prepare(loop, sock)
    operation._data = data
    return operation


def sock_sendto(loop: LoopCore, sock: Any, data: Any, address: Any) -> Any:
    """See `asyncio.loop.sock_sendto`."""
    if type(sock) is not _SOCKET or address is None:
        return other_sockets.send(loop, sock, "sendto", data, address)
    return _send_to(loop, sock, data, address)


def _send_to(loop: LoopCore, sock: Any, data: Any, address: Any) -> SendTo:
    operation = pool.new(SendTo)
    operation.prepare(loop, sock)
    operation._data = data
    operation._address = address
    return operation


def sock_accept(loop: LoopCore, sock: Any) -> Any:
    """See `asyncio.loop.sock_accept`."""
    if type(sock) is not _SOCKET or sock.gettimeout() != 0:
        return other_sockets.accept(loop, sock)
    return _accept(loop, sock)


def _accept(loop: LoopCore, sock: Any) -> Accept:
    operation = pool.new(Accept)
    operation.prepare(loop, sock)
    return operation


pool.keep_freed_if_set(Receive, operation.progress_place())
pool.keep_freed_if_set(ReceiveInto, operation.progress_place())
pool.keep_freed_if_set(SendAll, operation.progress_place())
pool.keep_freed_if_set(Accept, operation.progress_place())
for _function in (
    sock_recv,
    sock_recv_into,
    sock_recvfrom,
    sock_recvfrom_into,
    sock_sendall,
    sock_sendto,
    sock_accept,
):
    coroutine_kinds.mark_coroutine_function(_function)
