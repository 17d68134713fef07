"""Which arguments of the set-up functions go together."""

from __future__ import annotations

import socket
from typing import Any

from plait.base import numeric
from plait.net.checks import is_tls


def check_tls_times(tls: Any, handshake_timeout: Any, shutdown_timeout: Any) -> None:
    """The two times are of no use without TLS; with it they are checked at once, not when a connection comes."""
    if handshake_timeout is not None and not tls:
        raise ValueError("ssl_handshake_timeout is only meaningful with ssl")
    if shutdown_timeout is not None and not tls:
        raise ValueError("ssl_shutdown_timeout is only meaningful with ssl")
    numeric.must_be_positive_seconds("ssl_handshake_timeout", handshake_timeout)
    numeric.must_be_positive_seconds("ssl_shutdown_timeout", shutdown_timeout)


def check_server_tls(tls: Any) -> None:
    """A server has a certificate, which only a context of its own can have."""
    if tls is not None and not hasattr(tls, "wrap_bio"):
        raise TypeError(f"ssl argument must be an SSLContext or None, not {tls!r}")


def check_stream_socket(sock: Any) -> None:
    """A transport needs a stream socket, and begins TLS itself."""
    if is_tls(sock):
        raise TypeError("Socket cannot be of type SSLSocket: give the plain socket, and ssl=")
    if sock.type != socket.SOCK_STREAM:
        raise ValueError(f"A Stream Socket was expected, got {sock!r}")


def check_unix_socket(sock: Any) -> None:
    """As `check_stream_socket`, of a UNIX socket."""
    if is_tls(sock):
        raise TypeError("Socket cannot be of type SSLSocket: give the plain socket, and ssl=")
    if sock.family != socket.AF_UNIX or sock.type != socket.SOCK_STREAM:
        raise ValueError(f"A UNIX Domain Stream Socket was expected, got {sock!r}")
