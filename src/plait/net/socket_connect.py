"""``loop.sock_connect``: begin, wait until the socket is writable, ask how it went."""

from __future__ import annotations

import errno
import socket
from typing import Any

from plait.base import limits
from plait.net.checks import check_socket
from plait.net.resolver import resolve
from plait.net.socket_waits import wait_writable
from plait.tasks.sleep import sleep


async def sock_connect(loop: Any, sock: socket.socket, address: Any) -> None:
    """Connect a non-blocking socket; an internet address may have a host name. See `asyncio.loop.sock_connect`."""
    check_socket(loop, sock)
    if sock.family in (socket.AF_INET, getattr(socket, "AF_INET6", socket.AF_INET)):
        address = await _resolved(loop, sock, address)
    while (code := _try_connect(sock, address)) == errno.EAGAIN:
        await sleep(limits.BUSY_PEER_RETRY_SECONDS)
    if code == 0:
        return
    await wait_writable(loop, sock)
    code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code != 0:
        raise OSError(code, f"Connect call failed {address}")


def _try_connect(sock: socket.socket, address: Any) -> int:
    """0 if it is connected at once, EAGAIN if it must be tried again, another number if it is under way."""
    try:
        sock.connect(address)
    except (BlockingIOError, InterruptedError) as error:
        return error.errno or errno.EINPROGRESS
    return 0


async def _resolved(loop: Any, sock: socket.socket, address: Any) -> Any:
    if not isinstance(address, (tuple, list)) or len(address) < 2:
        raise TypeError(f"an address is a tuple of host and port, not {address!r}")
    host, port, *rest = address
    infos = await resolve(loop, host, port, family=sock.family, type=sock.type, proto=sock.proto)
    if not infos:
        raise OSError(f"getaddrinfo({host!r}) returned empty list")
    found = infos[0][4]
    return (*found[:2], *rest) if rest and len(found) == 4 else found
