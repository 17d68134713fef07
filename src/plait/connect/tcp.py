"""Connections and servers of TCP, and connections that were accepted elsewhere."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from plait.base import limits
from plait.connect import checks
from plait.connect.connection import Tls, begin_tls, connect
from plait.net import connect_race
from plait.net.listen import bound_sockets
from plait.net.resolver import resolve
from plait.transports.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable


async def create_connection(
    loop: Any,
    protocol_factory: Callable[[], Any],
    host: Any = None,
    port: Any = None,
    *,
    ssl: Any = None,
    family: int = 0,
    proto: int = 0,
    flags: int = 0,
    sock: Any = None,
    local_addr: Any = None,
    server_hostname: str | None = None,
    ssl_handshake_timeout: float | None = None,
    ssl_shutdown_timeout: float | None = None,
    happy_eyeballs_delay: float | None = None,
    interleave: int | None = None,
    all_errors: bool = False,
) -> tuple[Any, Any]:
    """Connect, and return ``(transport, protocol)``. See `asyncio.loop.create_connection`.

    `sock` belongs to the connection from now on: it is closed if this fails or is cancelled.
    """
    server_hostname = _name_for_tls(ssl, host, server_hostname)
    checks.check_tls_times(ssl, ssl_handshake_timeout, ssl_shutdown_timeout)
    _check_target(host, port, sock)
    if sock is None:
        _check_local(local_addr)
        resolving = {"family": family, "type": socket.SOCK_STREAM, "proto": proto, "flags": flags}
        infos = await _resolve(loop, (host, port), resolving)
        sock = await connect_race.connect(
            loop,
            infos,
            local_infos=None if local_addr is None else await _resolve(loop, local_addr, resolving),
            happy_eyeballs_delay=happy_eyeballs_delay,
            interleave=interleave,
            all_errors=all_errors,
        )
    tls = None
    if ssl:
        tls = Tls(ssl, ssl_handshake_timeout, ssl_shutdown_timeout, server_hostname=server_hostname)
    return await connect(loop, sock, protocol_factory, tls)


def _name_for_tls(tls: Any, host: Any, server_hostname: str | None) -> str | None:
    if server_hostname is not None and not tls:
        raise ValueError("server_hostname is only meaningful with ssl")
    if server_hostname is None and tls:
        if not host:
            raise ValueError("You must set server_hostname when using ssl without a host")
        return host  # type: ignore[no-any-return]
    return server_hostname


def _check_target(host: Any, port: Any, sock: Any) -> None:
    if sock is not None:
        if host is not None or port is not None:
            raise ValueError("host/port and sock can not be specified at the same time")
        checks.check_stream_socket(sock)
    elif host is None and port is None:
        raise ValueError("host and port was not specified and no sock specified")


def _check_local(address: Any) -> None:
    if address is not None and (not isinstance(address, (tuple, list)) or len(address) < 2):
        raise TypeError(f"local_addr is a tuple of host and port, not {address!r}")


async def _resolve(loop: Any, address: Any, resolving: dict[str, int]) -> list[Any]:
    host, port = address[:2]
    infos = await resolve(loop, host, port, **resolving)
    if not infos:
        raise OSError(f"getaddrinfo({host!r}) returned empty list")
    return infos


async def create_server(
    loop: Any,
    protocol_factory: Callable[[], Any],
    host: Any = None,
    port: Any = None,
    *,
    family: int = socket.AF_UNSPEC,
    flags: int = socket.AI_PASSIVE,
    sock: Any = None,
    backlog: int = limits.ACCEPT_BACKLOG,
    ssl: Any = None,
    reuse_address: bool | None = None,
    reuse_port: bool | None = None,
    keep_alive: bool | None = None,
    ssl_handshake_timeout: float | None = None,
    ssl_shutdown_timeout: float | None = None,
    start_serving: bool = True,
) -> Server:
    """A server on each address of `host`, or on the listening socket `sock`. See `asyncio.loop.create_server`.

    `sock` belongs to the server from now on: it is closed if this fails.
    """
    checks.check_server_tls(ssl)
    checks.check_tls_times(ssl, ssl_handshake_timeout, ssl_shutdown_timeout)
    if host is not None or port is not None:
        if sock is not None:
            raise ValueError("host/port and sock can not be specified at the same time")
        options = {"reuse_address": reuse_address, "reuse_port": reuse_port, "keep_alive": keep_alive}
        sockets = await bound_sockets(loop, host, port, family=family, flags=flags, **options)
    elif sock is None:
        raise ValueError("Neither host/port nor sock were specified")
    else:
        checks.check_stream_socket(sock)
        sockets = [sock]
    tls = Tls(ssl, ssl_handshake_timeout, ssl_shutdown_timeout, server_side=True) if ssl else None
    return serve(loop, sockets, protocol_factory, backlog, tls, start_serving)


def serve(
    loop: Any,
    sockets: list[Any],
    protocol_factory: Callable[[], Any],
    backlog: int,
    tls: Tls | None,
    start_serving: bool,
    clean_up: Callable[[], object] | None = None,
) -> Server:
    """A server on bound sockets, which are closed if this fails."""
    try:
        for sock in sockets:
            sock.setblocking(False)
        server = Server(loop, sockets, protocol_factory, backlog, begin_tls(tls), clean_up)
        if start_serving:
            server.listen()
    except BaseException:
        for sock in sockets:
            sock.close()
        if clean_up is not None:
            clean_up()
        raise
    return server


async def connect_accepted_socket(
    loop: Any,
    protocol_factory: Callable[[], Any],
    sock: Any,
    *,
    ssl: Any = None,
    ssl_handshake_timeout: float | None = None,
    ssl_shutdown_timeout: float | None = None,
) -> tuple[Any, Any]:
    """``(transport, protocol)`` of a connection that was accepted elsewhere. See `asyncio.loop.connect_accepted_socket`.

    `sock` belongs to the connection from now on: it is closed if this fails or is cancelled.
    """
    checks.check_stream_socket(sock)
    checks.check_tls_times(ssl, ssl_handshake_timeout, ssl_shutdown_timeout)
    tls = Tls(ssl, ssl_handshake_timeout, ssl_shutdown_timeout, server_side=True) if ssl else None
    return await connect(loop, sock, protocol_factory, tls)
