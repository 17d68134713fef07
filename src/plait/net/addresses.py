"""Addresses without a resolver: numeric ones are recognised here, and families take turns as RFC 8305, section 4, asks."""

from __future__ import annotations

import socket
from collections import deque
from functools import lru_cache
from typing import Any

from plait.base import limits

AddressInfo = tuple[Any, Any, int, str, Any]
"""Family, type, protocol, canonical name and address, as `socket.getaddrinfo` gives them."""

LARGEST_PORT = 65535

_PROTOCOLS: dict[Any, tuple[Any, int]] = {
    socket.SOCK_STREAM: (socket.SOCK_STREAM, socket.IPPROTO_TCP),
    socket.SOCK_DGRAM: (socket.SOCK_DGRAM, socket.IPPROTO_UDP),
}

# What starts no host name that a resolver could know, but may start an address: digits, and the colon of IPv6.
_NUMERIC_STARTS = frozenset("0123456789:")

# With these flags the answer for a numeric host is the same as without any.
_HARMLESS_FLAGS = socket.AI_PASSIVE | socket.AI_NUMERICHOST | getattr(socket, "AI_NUMERICSERV", 0)


def numeric_infos(host: Any, port: Any, family: int, type: int, proto: int, flags: int) -> list[AddressInfo] | None:
    """What `socket.getaddrinfo` would answer, if that takes no look at the network or a file; None if it might.

    Raises what it would raise for a numeric host that does not go with the other parameters.
    """
    info = literal_info(host, port, family, type, proto, flags)
    if info is not None:
        return [info]
    if not _may_be_numeric(host) or not _is_numeric_port(port):
        return None
    numeric_only = flags | socket.AI_NUMERICHOST if host is not None else flags
    try:
        return socket.getaddrinfo(host, port, family, type, proto, numeric_only)
    except socket.gaierror as error:
        if error.errno == socket.EAI_NONAME and not flags & socket.AI_NUMERICHOST:
            return None  # "1and1.com", or a zone that is no interface's
        raise


def literal_info(host: Any, port: Any, family: int, type: int, proto: int, flags: int) -> AddressInfo | None:
    """The one answer for an address in its plain form, which is nearly always; no call into the resolver at all."""
    if host.__class__ is str and port.__class__ is int:
        return _remembered_info(host, port, family, type, proto, flags)
    return _find_literal_info(host, port, family, type, proto, flags)


def _find_literal_info(host: Any, port: Any, family: int, type: int, proto: int, flags: int) -> AddressInfo | None:
    kind = _PROTOCOLS.get(type)
    if kind is None or host.__class__ is not str or flags & ~_HARMLESS_FLAGS or proto not in (0, kind[1]):
        return None
    if port.__class__ is not int:
        if not _is_numeric_port(port):
            return None
        port = int(port) if port else 0
    if not 0 <= port <= LARGEST_PORT:
        return None
    if ":" in host:
        return _literal_ipv6(host, port, family, kind)
    return _literal_ipv4(host, port, family, kind)


_remembered_info = lru_cache(limits.LITERALS_REMEMBERED)(_find_literal_info)


def _literal_ipv4(host: str, port: int, family: int, kind: tuple[Any, int]) -> AddressInfo | None:
    if family not in (0, socket.AF_INET):
        return None
    try:
        socket.inet_pton(socket.AF_INET, host)
    except (OSError, ValueError):  # ValueError: a null character
        return None
    return (socket.AF_INET, *kind, "", (host, port))


def _literal_ipv6(host: str, port: int, family: int, kind: tuple[Any, int]) -> AddressInfo | None:
    if family not in (0, socket.AF_INET6):
        return None
    try:
        host = socket.inet_ntop(socket.AF_INET6, socket.inet_pton(socket.AF_INET6, host))  # as the resolver spells it
    except (OSError, ValueError):  # one with a zone comes here too
        return None
    return (socket.AF_INET6, *kind, "", (host, port, 0, 0))


def _may_be_numeric(host: Any) -> bool:
    if isinstance(host, bytes):
        host = host.decode("latin-1")
    return host is None or (isinstance(host, str) and (host[:1] in _NUMERIC_STARTS or ":" in host) and host != "")


def _is_numeric_port(port: Any) -> bool:
    """Not the name of a service, which is looked up in a file."""
    return port is None or isinstance(port, int) or (isinstance(port, (str, bytes)) and (not port or port.isdigit()))


def interleave(infos: list[AddressInfo], first_family_count: int = 1) -> list[AddressInfo]:
    """Let the families take turns, after `first_family_count` addresses of the first one."""
    families: dict[int, deque[AddressInfo]] = {}
    for info in infos:
        families.setdefault(info[0], deque()).append(info)
    queues = list(families.values())
    ordered = [queues[0].popleft() for _ in range(min(first_family_count - 1, len(queues[0])))] if queues else []
    while any(queues):
        ordered += [queue.popleft() for queue in queues if queue]
    return ordered
