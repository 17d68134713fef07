"""From a connected socket to a transport and its protocol, and what a server does with one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.base.log import logger
from plait.schedule import failure
from plait.transports.made import wait_made
from plait.transports.stream import SocketTransport

if TYPE_CHECKING:
    from collections.abc import Callable


class Tls:
    """What TLS of a connection is to be: `context` is an SSLContext, or True for the default."""

    __slots__ = ("context", "handshake_timeout", "server_hostname", "server_side", "shutdown_timeout")

    def __init__(
        self,
        context: Any,
        handshake_timeout: float | None,
        shutdown_timeout: float | None,
        *,
        server_side: bool = False,
        server_hostname: str | None = None,
    ) -> None:
        self.context = context
        self.handshake_timeout = handshake_timeout
        self.shutdown_timeout = shutdown_timeout
        self.server_side = server_side
        self.server_hostname = server_hostname

    def over(self, loop: Any, sock: Any, protocol: Any, waiter: Any, **options: Any) -> Any:
        """A transport over `sock`, which it owns from now on."""
        from plait.tls.start import tls_over_socket

        return tls_over_socket(
            loop,
            sock,
            protocol,
            None if isinstance(self.context, bool) else self.context,
            waiter=waiter,
            server_side=self.server_side,
            server_hostname=self.server_hostname,
            handshake_timeout=self.handshake_timeout,
            shutdown_timeout=self.shutdown_timeout,
            **options,
        )


async def connect(loop: Any, sock: Any, protocol_factory: Callable[[], Any], tls: Tls | None) -> tuple[Any, Any]:
    """A transport over `sock` and its protocol, once the connection is made; `sock` is closed if this fails.

    But not one that is the descriptor of another transport: that is refused, and left to its owner.
    """
    loop.check_no_transport(sock.fileno())
    try:
        sock.setblocking(False)
        protocol = protocol_factory()
        waiter = loop.create_future()
        if tls is None:
            transport: Any = SocketTransport(loop, sock, protocol, waiter)
        else:
            transport = tls.over(loop, sock, protocol, waiter)
    except BaseException:
        sock.close()
        raise
    try:
        await wait_made(transport, waiter)
    finally:
        del waiter  # it holds the error of a handshake, whose traceback holds this frame
    if loop.get_debug():
        logger.debug("%r: (%r, %r)", sock, transport, protocol)
    return transport, protocol


def begin_tls(tls: Tls | None) -> Callable[..., Any] | None:
    """What a server does with each connection that is accepted; None without TLS."""
    if tls is None:
        return None

    def begin(server: Any, sock: Any, protocol: Any, address: Any) -> None:
        loop = server.get_loop()
        waiter = loop.create_future()
        transport = tls.over(loop, sock, protocol, waiter, extra={"peername": address}, server=server)
        waiter.add_done_callback(lambda waiter: _end_handshake(loop, transport, protocol, waiter))

    return begin


def _end_handshake(loop: Any, transport: Any, protocol: Any, waiter: Any) -> None:
    """A handshake that failed is no failure of the server: debug mode alone tells of it, as asyncio's does."""
    error = None if waiter.cancelled() else waiter.result()
    if error is None:
        return
    transport.close()
    if loop.get_debug():
        message = "Error on transport creation for incoming connection"
        failure.report(loop, message, exception=error, transport=transport, protocol=protocol)
