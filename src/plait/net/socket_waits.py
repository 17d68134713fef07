# cython: nonecheck=True
"""Waiting for a socket to be ready, once: alone, or between the attempts of an operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.native import pool
from plait.net import checks
from plait.tasks.operation import Operation

if TYPE_CHECKING:
    from plait.loop.core import LoopCore
    from plait.tasks.future import Future


class SocketOperation(Operation):
    """Tries again, each time the socket is ready, until `attempt` returns None."""

    __slots__ = ("_loop", "_sock")

    _loop: LoopCore
    _sock: Any

    def prepare(self, loop: LoopCore, sock: Any) -> None:
        """What every operation on a socket sets when it is made."""
        self.begin()
        self._value = None
        self._loop = loop
        self._sock = sock

    def start(self) -> Future | None:
        if self._loop._debug:
            checks.check_socket(self._loop, self._sock)
        return self.attempt()

    def resumed(self) -> Future | None:
        return self.attempt()

    def attempt(self) -> Future | None:
        """Make the system call; if it would block, return what to wait for."""
        raise NotImplementedError

    def when_readable(self) -> Future:
        """The future to wait for before the next attempt to receive."""
        loop = self._loop
        future = loop._make_future()
        loop.await_readable(self._sock.fileno(), future)
        return future

    def when_writable(self) -> Future:
        """The future to wait for before the next attempt to send."""
        loop = self._loop
        future = loop._make_future()
        loop.await_writable(self._sock.fileno(), future)
        return future


class WaitReadable(SocketOperation):
    """``wait_readable``."""

    __slots__ = ()

    def label(self) -> str:
        return "wait_readable"

    def start(self) -> Future | None:
        return self.when_readable()

    def resumed(self) -> Future | None:
        return None


class WaitWritable(SocketOperation):
    """``wait_writable``."""

    __slots__ = ()

    def label(self) -> str:
        return "wait_writable"

    def start(self) -> Future | None:
        return self.when_writable()

    def resumed(self) -> Future | None:
        return None


def wait_readable(loop: LoopCore, sock: Any) -> Any:
    """Wait until `sock` has something to read, to accept, or an error to tell."""
    return _wait_readable(loop, sock)


def _wait_readable(loop: LoopCore, sock: Any) -> WaitReadable:
    operation = pool.new(WaitReadable)
    operation.prepare(loop, sock)
    return operation


def wait_writable(loop: LoopCore, sock: Any) -> Any:
    """Wait until `sock` takes bytes, is connected, or has an error to tell."""
    return _wait_writable(loop, sock)


def _wait_writable(loop: LoopCore, sock: Any) -> WaitWritable:
    operation = pool.new(WaitWritable)
    operation.prepare(loop, sock)
    return operation


class WaitTransportWritable(SocketOperation):
    """``wait_transport_writable``."""

    __slots__ = ()

    def label(self) -> str:
        return "wait_transport_writable"

    def start(self) -> Future | None:
        loop = self._loop
        future = loop._make_future()
        loop._watches.await_writable(self._sock.fileno(), future)
        return future

    def resumed(self) -> Future | None:
        return None


def wait_transport_writable(loop: LoopCore, sock: Any) -> Any:
    """As `wait_writable`, of the socket of a transport, which has nothing to write meanwhile; also ends when it is closed."""
    return _wait_transport_writable(loop, sock)


def _wait_transport_writable(loop: LoopCore, sock: Any) -> WaitTransportWritable:
    operation = WaitTransportWritable.__new__(WaitTransportWritable)
    operation.prepare(loop, sock)
    return operation
