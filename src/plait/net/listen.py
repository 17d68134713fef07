"""Sockets for a server: bound to each address that its host names have, ready to listen."""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Iterable
from typing import Any

from plait.base.log import logger
from plait.net.resolver import resolve
from plait.tasks.gather import gather

_ADVICE = {
    errno.EADDRINUSE: "another socket has it: end that program, choose another port, or 0 for a free one",
    errno.EACCES: "ports below 1024 need privileges: choose a higher one",
}


async def bound_sockets(
    loop: Any,
    host: Any,
    port: Any,
    *,
    family: int = socket.AF_UNSPEC,
    flags: int = socket.AI_PASSIVE,
    reuse_address: bool | None = None,
    reuse_port: bool | None = None,
    keep_alive: bool | None = None,
) -> list[socket.socket]:
    """Non-blocking sockets bound to all addresses of `host`: a name, several, or None or "" for all interfaces.

    Call `listen` on each. See `asyncio.loop.create_server`.
    """
    if reuse_address is None:
        reuse_address = os.name == "posix" and sys.platform != "cygwin"
    infos = await _resolve_all(loop, _as_hosts(host), port, family, flags)
    sockets: list[socket.socket] = []
    try:
        for info in infos:
            sock = _open(info)
            if sock is None:
                continue
            sockets.append(sock)
            _set_options(sock, reuse_address, reuse_port, keep_alive)
            if not _bind(sock, info[4]):
                sockets.pop().close()
        if not sockets:
            raise OSError(f"could not bind on any address out of {[info[4] for info in infos]!r}")
    except BaseException:
        for sock in sockets:
            sock.close()
        raise
    return sockets


def listen(sock: socket.socket, backlog: int) -> None:
    """``sock.listen``; an error names the address."""
    try:
        sock.listen(backlog)
    except OSError as error:
        raise _explained(error, "listen", sock.getsockname()) from None


def _as_hosts(host: Any) -> list[Any]:
    if host == "":
        return [None]
    if isinstance(host, (str, bytes)) or not isinstance(host, Iterable):
        return [host]
    return list(host)


async def _resolve_all(loop: Any, hosts: list[Any], port: Any, family: int, flags: int) -> list[Any]:
    lookups = [_resolve_one(loop, host, port, family, flags) for host in hosts]
    answers = [await lookups[0]] if len(lookups) == 1 else await gather(*lookups)
    return list(dict.fromkeys(info for infos in answers for info in infos))


async def _resolve_one(loop: Any, host: Any, port: Any, family: int, flags: int) -> list[Any]:
    infos = await resolve(loop, host, port, family=family, type=socket.SOCK_STREAM, flags=flags)
    if not infos:
        raise OSError(f"getaddrinfo({host!r}) returned empty list")
    return infos


def _open(info: Any) -> socket.socket | None:
    family, kind, proto, _, _ = info
    try:
        return socket.socket(family, kind, proto)
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
            raise
        # The resolver knows a family that the system does not.
        logger.debug("create_server() failed to create socket.socket(%r, %r, %r)", family, kind, proto, exc_info=True)
        return None


def _set_options(sock: socket.socket, reuse_address: bool, reuse_port: bool | None, keep_alive: bool | None) -> None:
    is_internet = sock.family in (socket.AF_INET, socket.AF_INET6)
    sock.setblocking(False)
    if reuse_address:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if reuse_port and is_internet:  # Linux refuses it for other families since 6.12.9
        set_reuse_port(sock)
    if keep_alive:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if sock.family == socket.AF_INET6 and hasattr(socket, "IPPROTO_IPV6"):
        # IPv4 has a socket of its own, since not every system lets one serve both.
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)


def set_reuse_port(sock: socket.socket) -> None:
    """Let several sockets be bound to one port."""
    if not hasattr(socket, "SO_REUSEPORT"):
        raise ValueError("reuse_port not supported by socket module: leave it out on this system")
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    except OSError:
        raise ValueError(
            "reuse_port not supported by socket module, SO_REUSEPORT defined but not implemented."
        ) from None


def _bind(sock: socket.socket, address: Any) -> bool:
    try:
        sock.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:  # the family is switched off: "localhost" is ::1 too without IPv6
            logger.warning("%s", _explained(error, "bind", address))
            return False
        raise _explained(error, "bind", address) from None
    return True


def _explained(error: OSError, operation: str, address: Any) -> OSError:
    text = f"error while attempting to {operation} on address {address!r}: {(error.strerror or str(error)).lower()}"
    advice = _ADVICE.get(error.errno or 0)
    return OSError(error.errno, f"{text}; {advice}" if advice else text)
