"""A server: listening sockets, and the connections that came in through them."""

from __future__ import annotations

import asyncio
from asyncio import trsock
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from plait.net.listen import listen
from plait.schedule import failure
from plait.transports.acceptor import Acceptor

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence


class Server(asyncio.AbstractServer):
    """See `asyncio.Server`. `begin(server, sock, protocol, address)` begins TLS on a connection; None: there is none.

    It owns its sockets. `clean_up` is called when they are closed.
    """

    def __init__(
        self,
        loop: Any,
        sockets: Sequence[socket.socket],
        protocol_factory: Callable[[], Any],
        backlog: int,
        begin: Callable[..., Any] | None = None,
        clean_up: Callable[[], object] | None = None,
    ) -> None:
        self._loop = loop
        self._sockets: list[socket.socket] | None = list(sockets)
        self._backlog = backlog
        self._clean_up = clean_up
        self._active_count = 0
        self._waiters: list[Any] | None = []  # None: it is closed, and so are its connections
        self._serving = False
        self._forever: Any = None
        context = copy_context()
        begin_here = None if begin is None else self._beginner(begin)
        self._acceptors = [
            Acceptor(loop, sock, protocol_factory, begin_here, self, backlog, context) for sock in sockets
        ]

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # libraries ask ``isinstance(server, asyncio.Server)``
        return asyncio.Server

    def _beginner(self, begin: Callable[..., Any]) -> Callable[..., Any]:
        return lambda sock, protocol, address: begin(self, sock, protocol, address)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} sockets={self.sockets!r}>"

    # asyncio's vocabulary.

    def get_loop(self) -> Any:
        """The loop that it runs on."""
        return self._loop

    def is_serving(self) -> bool:
        """Whether it accepts connections."""
        return self._serving

    @property
    def sockets(self) -> tuple[Any, ...]:
        """The listening sockets; none when it is closed."""
        return tuple(trsock.TransportSocket(sock) for sock in self._sockets or ())

    async def start_serving(self) -> None:
        """Accept connections from now on."""
        self.listen()

    def listen(self) -> None:
        """What `start_serving` does."""
        if self._sockets is None:
            raise RuntimeError(f"server {self!r} is closed")
        if self._serving:
            return
        for sock in self._sockets:
            listen(sock, self._backlog)
        for acceptor in self._acceptors:
            acceptor.start()
        self._serving = True

    async def serve_forever(self) -> None:
        """Accept connections until this is cancelled; then close, the connections too."""
        if self._forever is not None:
            raise RuntimeError(f"server {self!r} is already being awaited on serve_forever()")
        self.listen()
        self._forever = self._loop.create_future()
        try:
            await self._forever
        except asyncio.CancelledError:
            try:
                self.close()
                self.close_clients()
                await self.wait_closed()
            finally:
                raise
        finally:
            self._forever = None

    def close(self) -> None:
        """Accept no more, and close the listening sockets; connections go on."""
        sockets = self._sockets
        if sockets is None:
            return
        self._sockets = None
        self._serving = False
        for acceptor in self._acceptors:
            acceptor.stop()
        self._acceptors.clear()
        for sock in sockets:
            self._close_listener(sock)
        self._end_closing()

    def _close_listener(self, sock: Any) -> None:
        try:
            sock.close()
        except OSError as error:
            message = "The descriptor of a listening socket was closed by somebody else"
            failure.report(self._loop, message, exception=error, server=self)

    def _end_closing(self) -> None:
        if self._clean_up is not None:
            self._clean_up()
        if self._forever is not None and not self._forever.done():
            self._forever.cancel()
        self._wake_if_closed()

    def close_clients(self) -> None:
        """Close the connections; what they have to write, they write first."""
        for transport in self._clients():
            _send_held(transport)
            transport.close()

    def abort_clients(self) -> None:
        """Close the connections at once."""
        for transport in self._clients():
            _send_held(transport)
            transport.abort()

    def _clients(self) -> list[Any]:
        return [transport for transport in self._loop.transports() if getattr(transport, "_server", None) is self]

    async def wait_closed(self) -> None:
        """Wait until it is closed, and its connections are."""
        if self._waiters is None:
            return
        waiter = self._loop.create_future()
        self._waiters.append(waiter)
        await waiter

    async def __aenter__(self) -> Server:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()
        await self.wait_closed()

    # What transports call.

    def _attach(self, transport: Any) -> None:
        """A connection was made."""
        self._active_count += 1

    def _detach(self, transport: Any) -> None:
        """A connection is closed."""
        self._active_count -= 1
        self._wake_if_closed()

    def _wake_if_closed(self) -> None:
        if self._sockets is not None or self._active_count > 0 or self._waiters is None:
            return
        waiters = self._waiters
        self._waiters = None
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)


def _send_held(transport: Any) -> None:
    """Have a layer above, as TLS is one, hand over what it would have gathered until the end of the turn."""
    send_held = getattr(transport.get_protocol(), "_send_held", None)
    if send_held is not None:
        send_held()
