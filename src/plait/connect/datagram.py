"""``create_datagram_endpoint``: a datagram socket of every kind, and a transport over it."""

from __future__ import annotations

import os
import socket
import stat
from typing import TYPE_CHECKING, Any

from plait.base.log import logger
from plait.net.listen import set_reuse_port
from plait.net.resolver import resolve
from plait.transports.datagram import DatagramTransport

if TYPE_CHECKING:
    from collections.abc import Callable

# Family and protocol, and the local and the remote address, each of which may be None.
_Plan = tuple[tuple[int, int], tuple[Any, Any]]


async def create_datagram_endpoint(
    loop: Any,
    protocol_factory: Callable[[], Any],
    local_addr: Any = None,
    remote_addr: Any = None,
    *,
    family: int = 0,
    proto: int = 0,
    flags: int = 0,
    reuse_port: bool | None = None,
    allow_broadcast: bool | None = None,
    sock: Any = None,
) -> tuple[Any, Any]:
    """A datagram transport and its protocol. See `asyncio.loop.create_datagram_endpoint`."""
    address = None
    if sock is not None:
        _check_alone(
            sock,
            local_addr=local_addr,
            remote_addr=remote_addr,
            family=family,
            proto=proto,
            flags=flags,
            reuse_port=reuse_port,
            allow_broadcast=allow_broadcast,
        )
    else:
        plans = await _plans(loop, local_addr, remote_addr, family, proto, flags)
        sock, address = await _open_first(loop, plans, reuse_port, allow_broadcast)
    return await _connect(loop, sock, protocol_factory, address)


def _check_alone(sock: Any, **options: Any) -> None:
    """A socket that is given has all its options."""
    if sock.type == socket.SOCK_STREAM:
        raise ValueError(f"A datagram socket was expected, got {sock!r}")
    problems = ", ".join(f"{name}={value}" for name, value in options.items() if value)
    if problems:
        raise ValueError(f"socket modifier keyword arguments can not be used when sock is specified. ({problems})")


async def _plans(loop: Any, local: Any, remote: Any, family: int, proto: int, flags: int) -> list[_Plan]:
    """What could be opened, in the order of preference."""
    if not (local or remote):
        if family == 0:
            raise ValueError("unexpected address family: give an address, or the family")
        return [((family, proto), (None, None))]
    if hasattr(socket, "AF_UNIX") and family == socket.AF_UNIX:
        _check_paths(local, remote)
        return [((family, proto), (local, remote))]
    return await _internet_plans(loop, local, remote, family, proto, flags)


def _check_paths(local: Any, remote: Any) -> None:
    for path in local, remote:
        if path is not None and not isinstance(path, str):
            raise TypeError("string is expected")
    if local and local[0] != "\0":
        _remove_stale(local)


def _remove_stale(path: str) -> None:
    try:
        if stat.S_ISSOCK(os.stat(path).st_mode):
            os.remove(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        logger.error("Unable to check or remove stale UNIX socket %r: %r", path, error)


async def _internet_plans(loop: Any, local: Any, remote: Any, family: int, proto: int, flags: int) -> list[_Plan]:
    pairs: dict[tuple[int, int], list[Any]] = {}
    for index, address in enumerate((local, remote)):
        if address is None:
            continue
        if not (isinstance(address, tuple) and len(address) == 2):
            raise TypeError("2-tuple is expected")
        infos = await resolve(loop, *address, family=family, type=socket.SOCK_DGRAM, proto=proto, flags=flags)
        if not infos:
            raise OSError("getaddrinfo() returned empty list")
        for found_family, _, found_proto, _, found in infos:
            pairs.setdefault((found_family, found_proto), [None, None])[index] = found
    plans = [
        (kind, (pair[0], pair[1]))
        for kind, pair in pairs.items()
        if not ((local and pair[0] is None) or (remote and pair[1] is None))
    ]
    if not plans:
        raise ValueError("can not get address information: the addresses have no family in common")
    return plans


async def _open_first(
    loop: Any, plans: list[_Plan], reuse_port: bool | None, allow_broadcast: bool | None
) -> tuple[Any, Any]:
    """A socket, and the address it is to send to alone."""
    first_error: OSError | None = None
    for plan in plans:
        try:
            return await _open(loop, plan, reuse_port, allow_broadcast), plan[1][1]
        except OSError as error:
            first_error = first_error or error
    try:
        raise first_error or OSError("there is no address to bind or connect to")
    finally:
        first_error = None  # its traceback refers to this frame


async def _open(loop: Any, plan: _Plan, reuse_port: bool | None, allow_broadcast: bool | None) -> socket.socket:
    (family, proto), (local, remote) = plan
    sock = socket.socket(family=family, type=socket.SOCK_DGRAM, proto=proto)
    try:
        if reuse_port:
            set_reuse_port(sock)
        if allow_broadcast:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sock.setblocking(False)
        if local:
            sock.bind(local)
        if remote and not allow_broadcast:
            await loop.sock_connect(sock, remote)
    except BaseException:
        sock.close()
        raise
    return sock


async def _connect(loop: Any, sock: Any, protocol_factory: Callable[[], Any], address: Any) -> tuple[Any, Any]:
    """A transport over `sock`, which is closed if this fails; but not if it is the descriptor of another transport."""
    loop.check_no_transport(sock.fileno())
    try:
        sock.setblocking(False)
        protocol = protocol_factory()
        waiter = loop.create_future()
        transport = DatagramTransport(loop, sock, protocol, address, waiter)
    except BaseException:
        sock.close()
        raise
    try:
        await waiter
    except BaseException:
        transport.close()
        raise
    if loop.get_debug():
        logger.debug("Datagram endpoint created: (%r, %r)", transport, protocol)
    return transport, protocol
