"""Beginning TLS: on a socket that is connected, or on a transport that is in use."""

from __future__ import annotations

import ssl
from typing import Any

from plait.tls.protocol import TlsProtocol
from plait.tls.settings import Settings
from plait.tls.transport import TlsTransport
from plait.transports import base
from plait.transports.made import wait_made


def tls_over_socket(
    loop: Any,
    sock: Any,
    protocol: Any,
    context: Any,
    *,
    waiter: Any = None,
    server_side: bool = False,
    server_hostname: str | None = None,
    extra: Any = None,
    server: Any = None,
    handshake_timeout: float | None = None,
    shutdown_timeout: float | None = None,
) -> TlsTransport:
    """The transport of `protocol` over a connected socket, which it owns from now on; `waiter` awaits the handshake.

    The result of `waiter` is the error, or None. What this raises (`TypeError`, `ValueError`) it raises before it owns
    the socket.
    """
    from plait.transports.stream import SocketTransport

    base.check_protocol(protocol)
    settings = Settings(context, server_side, server_hostname, handshake_timeout, shutdown_timeout)
    tls = TlsProtocol(loop, protocol, settings, waiter, True)
    transport = _transport_of(tls)
    tls.attach(SocketTransport(loop, sock, tls, extra=extra, server=server))
    return transport


async def start_tls(
    loop: Any,
    transport: Any,
    protocol: Any,
    sslcontext: ssl.SSLContext,
    *,
    server_side: bool = False,
    server_hostname: str | None = None,
    ssl_handshake_timeout: float | None = None,
    ssl_shutdown_timeout: float | None = None,
) -> TlsTransport:
    """Upgrade `transport`, of which `protocol` is told no more, and return the one that takes its place.

    See `asyncio.loop.start_tls`. What `transport` has not sent yet goes out unencrypted before the handshake begins. If
    this fails or is cancelled, `transport` is closed.
    """
    _check(transport, sslcontext)
    settings = Settings(sslcontext, server_side, server_hostname, ssl_handshake_timeout, ssl_shutdown_timeout)
    waiter = loop.create_future()
    tls = TlsProtocol(loop, protocol, settings, waiter, False)
    upgraded = _transport_of(tls)
    transport.pause_reading()
    transport.set_protocol(tls)
    try:
        tls.take_over(transport)
        tls.connection_made(transport)
        tls.feed(_received_before(protocol))
        transport.resume_reading()
    except BaseException:
        tls.abort()
        raise
    try:
        await wait_made(upgraded, waiter)
    finally:
        del waiter  # it holds the error, whose traceback holds this frame
    return upgraded


def _transport_of(tls: TlsProtocol) -> TlsTransport:
    transport = TlsTransport(tls)
    tls.set_transport(transport)
    return transport


def _check(transport: Any, sslcontext: Any) -> None:
    if not isinstance(sslcontext, ssl.SSLContext):
        raise TypeError(f"sslcontext is expected to be an instance of ssl.SSLContext, got {sslcontext!r}")
    if not getattr(transport, "_start_tls_compatible", False):
        raise TypeError(f"transport {transport!r} is not supported by start_tls()")
    if transport.is_closing():
        raise ConnectionResetError("start_tls() needs an open transport; this one is closed or closing")


def _received_before(protocol: Any) -> bytes:
    """What a stream's reader received beyond the plain text, in one piece with it: it belongs to the handshake."""
    buffer = getattr(getattr(protocol, "_stream_reader", None), "_buffer", None)
    if not buffer:
        return b""
    received = bytes(buffer)
    buffer.clear()
    return received
