"""What the ``sock_*`` functions and sendfile refuse to work on."""

from __future__ import annotations

import socket
import sys
from typing import Any


def check_socket(loop: Any, sock: Any) -> None:
    """Raise if `sock` is no socket, or one of `ssl`, or in debug mode if it could block."""
    if not hasattr(sock, "fileno"):
        raise TypeError(f"a socket is expected, not {sock!r}")
    if is_tls(sock):
        raise TypeError("Socket cannot be of type SSLSocket: give ssl= to create_connection() or open_connection()")
    if loop.get_debug() and sock.gettimeout() != 0:
        raise ValueError("the socket must be non-blocking: call sock.setblocking(False)")


def is_tls(sock: Any) -> bool:
    """Whether this is an `ssl.SSLSocket`; nothing is while nobody has imported `ssl`."""
    ssl = sys.modules.get("ssl")
    return ssl is not None and isinstance(sock, ssl.SSLSocket)


def check_file_parameters(sock: Any, file: Any, offset: Any, count: Any) -> None:
    """Raise if a file cannot be sent this way."""
    if "b" not in getattr(file, "mode", "b"):
        raise ValueError("file should be opened in binary mode")
    if sock is not None and sock.type != socket.SOCK_STREAM:
        raise ValueError("only SOCK_STREAM type sockets are supported")
    if count is not None:
        if not isinstance(count, int):
            raise TypeError(f"count must be a positive integer (got {count!r})")
        if count <= 0:
            raise ValueError(f"count must be a positive integer (got {count!r})")
    if not isinstance(offset, int):
        raise TypeError(f"offset must be a non-negative integer (got {offset!r})")
    if offset < 0:
        raise ValueError(f"offset must be a non-negative integer (got {offset!r})")
