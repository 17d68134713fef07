"""Accepting the connections of one listening socket.

As many are accepted an event as come at a time, at most what the backlog holds. Out of descriptors or memory: say so, and
go on a little later.
"""

from __future__ import annotations

import errno
import os
import socket
from asyncio import trsock
from typing import TYPE_CHECKING, Any

from plait.base import limits
from plait.base.runnable import Runnable
from plait.native import calling, sockets
from plait.schedule import failure
from plait.transports.stream import SocketTransport, set_no_delay

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context

    from plait.loop.core import LoopCore

_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_NON_BLOCKING = getattr(socket, "SOCK_NONBLOCK", 0)
_RETRY_SECONDS = limits.ACCEPT_RETRY_SECONDS


class Acceptor(Runnable):
    """What waits for a listening socket to be readable; `begin(sock, protocol, context)` begins TLS where that is wanted."""

    __slots__ = (
        "_backlog",
        "_begin",
        "_burst",
        "_context",
        "_factory",
        "_family",
        "_fd",
        "_kind",
        "_loop",
        "_proto",
        "_retry",
        "_server",
        "_serving",
        "_sock",
    )

    _loop: LoopCore
    _retry: Any

    def __init__(
        self,
        loop: LoopCore,
        sock: socket.socket,
        factory: Callable[[], Any],
        begin: Callable[..., Any] | None,
        server: Any,
        backlog: int,
        context: Context,
    ) -> None:
        self._loop = loop
        self._sock = sock
        self._fd = sock.fileno()
        self._family = int(sock.family)
        self._kind = int(sock.type) | _NON_BLOCKING
        self._proto = sock.proto
        self._factory = factory
        self._begin = begin
        self._server = server
        self._backlog = backlog
        self._burst = 1
        self._context = context
        self._retry = None
        self._serving = False
        set_no_delay(sock)  # the connections inherit it

    def start(self) -> None:
        """Accept from now on."""
        self._retry = None
        self._serving = True
        self._loop._watches.set_reader(self._fd, self)

    def stop(self) -> None:
        """Accept no more; the socket stays open."""
        self._serving = False
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        if not self._loop._closed:
            self._loop._watches.set_reader(self._fd, None)

    def run(self) -> None:
        """Accept as many connections as came last time: it costs a call to learn that there is no other."""
        for count in range(self._burst):
            if not self._serving or not self.accept():
                self._burst = max(1, count)
                return
        self._burst = min(2 * self._burst, self._backlog + 1)  # if there are more, the poller will say so

    def accept(self) -> bool:
        """Accept one connection; returns whether there may be another."""
        try:
            accepted = sockets.accept(self._sock, self._fd)
        except ConnectionAbortedError:
            return True
        except OSError as error:
            self.report(error)
            return False
        if accepted is None:
            return False
        fd, address = accepted
        self.connect(fd, address)
        return True

    def connect(self, fd: int, address: Any) -> None:
        """Give the new connection a protocol and a transport."""
        sock = None
        try:
            sock = socket.socket(self._family, self._kind, self._proto, fd)
            self.make_transport(sock, fd, address)
        except (SystemExit, KeyboardInterrupt):
            _close(sock, fd)
            raise
        except BaseException as error:
            _close(sock, fd)
            failure.report(self._loop, "Error on transport creation for incoming connection", exception=error)

    def make_transport(self, sock: socket.socket, fd: int, address: Any) -> None:
        context = self._context.copy()
        protocol = calling.call(self._factory, (), context)
        if self._begin is not None:
            calling.call(self._begin, (sock, protocol, address), context)
            return
        transport = SocketTransport.__new__(SocketTransport)
        transport.prepare(self._loop, sock, fd, protocol, None, None, self._server)
        transport.belong_to(context, address)

    def report(self, error: OSError) -> None:
        """Say that nothing could be accepted; try again in a while if nothing can be."""
        if error.errno not in _EXHAUSTED:
            failure.report(self._loop, "Accepting a connection failed", exception=error, socket=self._public_socket())
            return
        failure.report(
            self._loop, "socket.accept() out of system resource", exception=error, socket=self._public_socket()
        )
        self.stop()
        self._retry = self._loop.call_later(_RETRY_SECONDS, self.start)

    def _public_socket(self) -> Any:
        return trsock.TransportSocket(self._sock)


def _close(sock: socket.socket | None, fd: int) -> None:
    """Close a connection that nobody wants; one that has a transport is closed by it."""
    if sock is None:
        os.close(fd)
    else:
        sock.close()
