"""Names and addresses, looked up by threads of their own: a full default executor delays nothing here."""

from __future__ import annotations

import operator
import socket
from types import FunctionType
from typing import Any

from plait.base import limits
from plait.loop.workers import Workers
from plait.net.addresses import LARGEST_PORT, AddressInfo, literal_info, numeric_infos

_NUMERIC_NAME = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV


async def getaddrinfo(
    loop: Any, host: Any, port: Any, *, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0
) -> list[AddressInfo]:
    """See `asyncio.loop.getaddrinfo`. A numeric host is answered at once."""
    look_up = socket.getaddrinfo
    if _is_genuine(look_up):
        infos = numeric_infos(host, port, family, type, proto, flags)
        if infos is not None:
            return infos
    return await _in_thread(loop, look_up, host, port, family, type, proto, flags)  # type: ignore[no-any-return]


async def getnameinfo(loop: Any, sockaddr: Any, flags: int = 0) -> tuple[str, str]:
    """See `asyncio.loop.getnameinfo`. Where no name is wanted, the answer comes at once."""
    look_up = socket.getnameinfo
    if flags & _NUMERIC_NAME == _NUMERIC_NAME:
        return look_up(sockaddr, flags)
    return await _in_thread(loop, look_up, sockaddr, flags)  # type: ignore[no-any-return]


async def resolve(
    loop: Any, host: Any, port: Any, *, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0
) -> list[AddressInfo]:
    """The addresses to connect or bind to; names are put to ``loop.getaddrinfo``, which a program may have replaced."""
    if port is not None and not isinstance(port, (int, str, bytes)):
        port = _as_number(port)
    if isinstance(port, int) and not 0 <= port <= LARGEST_PORT:
        raise OverflowError(f"port must be 0 to {LARGEST_PORT}, not {port}")
    info = literal_info(host, port, family, type, proto, flags)
    if info is not None:
        return [info]
    _check_whole(host)
    return await loop.getaddrinfo(  # type: ignore[no-any-return]
        host, port, family=family, type=type, proto=proto, flags=flags
    )


def _as_number(port: Any) -> int:
    try:
        return operator.index(port)
    except TypeError:
        raise TypeError(f"port must be a number, the name of a service, or None, not {port!r}") from None


def _check_whole(host: Any) -> None:
    """The system would read a host as far as its first null character, and connect to what stands before it."""
    if (isinstance(host, str) and "\0" in host) or (isinstance(host, bytes) and b"\0" in host):
        raise ValueError("embedded null character")


def _is_genuine(look_up: Any) -> bool:
    """Whether nobody has put another function, or a mock, in the place of `socket`'s."""
    return isinstance(look_up, FunctionType) and look_up.__globals__ is vars(socket)


def _in_thread(loop: Any, function: Any, *args: Any) -> Any:
    if loop.is_closed():
        raise loop.closed_error()
    if loop._resolver is None:
        loop._resolver = Workers(loop, limits.RESOLVER_THREADS)
    return loop._resolver.submit(function, args)
