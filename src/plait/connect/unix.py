"""Connections and servers of UNIX sockets."""

from __future__ import annotations

import errno
import os
import socket
import stat
from typing import TYPE_CHECKING, Any

from plait.base import limits
from plait.base.log import logger
from plait.connect import checks
from plait.connect.connection import Tls, connect
from plait.connect.tcp import serve

if TYPE_CHECKING:
    from collections.abc import Callable

    from plait.transports.server import Server


async def create_unix_connection(
    loop: Any,
    protocol_factory: Callable[[], Any],
    path: Any = None,
    *,
    ssl: Any = None,
    sock: Any = None,
    server_hostname: str | None = None,
    ssl_handshake_timeout: float | None = None,
    ssl_shutdown_timeout: float | None = None,
) -> tuple[Any, Any]:
    """Connect to the UNIX socket at `path`, and return ``(transport, protocol)``. See `asyncio`.

    `sock` belongs to the connection from now on: it is closed if this fails or is cancelled.
    """
    if ssl and server_hostname is None:
        raise ValueError("you have to pass server_hostname when using ssl")
    if server_hostname is not None and not ssl:
        raise ValueError("server_hostname is only meaningful with ssl")
    checks.check_tls_times(ssl, ssl_handshake_timeout, ssl_shutdown_timeout)
    if path is not None:
        if sock is not None:
            raise ValueError("path and sock can not be specified at the same time")
        sock = await _connected(loop, os.fspath(path))
    elif sock is None:
        raise ValueError("no path and sock were specified")
    else:
        checks.check_unix_socket(sock)
    tls = None
    if ssl:
        tls = Tls(ssl, ssl_handshake_timeout, ssl_shutdown_timeout, server_hostname=server_hostname)
    return await connect(loop, sock, protocol_factory, tls)


async def _connected(loop: Any, path: str | bytes) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        await loop.sock_connect(sock, path)
    except BaseException:
        sock.close()
        raise
    return sock


async def create_unix_server(
    loop: Any,
    protocol_factory: Callable[[], Any],
    path: Any = None,
    *,
    sock: Any = None,
    backlog: int = limits.ACCEPT_BACKLOG,
    ssl: Any = None,
    ssl_handshake_timeout: float | None = None,
    ssl_shutdown_timeout: float | None = None,
    start_serving: bool = True,
    cleanup_socket: bool = True,
) -> Server:
    """A server on the UNIX socket at `path`, which it makes, or on `sock`. See `asyncio.loop.create_unix_server`.

    A socket file that is there already is replaced; with `cleanup_socket` the file goes when the server closes.
    """
    checks.check_server_tls(ssl)
    checks.check_tls_times(ssl, ssl_handshake_timeout, ssl_shutdown_timeout)
    if path is not None:
        if sock is not None:
            raise ValueError("path and sock can not be specified at the same time")
        sock = _bound(os.fspath(path))
    elif sock is None:
        raise ValueError("path was not specified, and no sock specified")
    else:
        checks.check_unix_socket(sock)
    tls = Tls(ssl, ssl_handshake_timeout, ssl_shutdown_timeout, server_side=True) if ssl else None
    clean_up = _SocketFile(sock.getsockname()).remove if cleanup_socket else None
    return serve(loop, [sock], protocol_factory, backlog, tls, start_serving, clean_up)


def _bound(path: str | bytes) -> socket.socket:
    if path and not _is_abstract(path):
        _remove_stale(path)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.bind(path)
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            raise OSError(errno.EADDRINUSE, f"Address {path!r} is already in use") from None
        raise
    except BaseException:
        sock.close()
        raise
    return sock


def _is_abstract(path: str | bytes) -> bool:
    """In Linux's abstract namespace, which has no files."""
    return path[0] in (0, "\0")


def _remove_stale(path: str | bytes) -> None:
    """A socket that nobody listens to any more leaves its file behind."""
    try:
        if stat.S_ISSOCK(os.stat(path).st_mode):
            os.remove(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        # Binding will say what is wrong.
        logger.error("Unable to check or remove stale UNIX socket %r: %r", path, error)


class _SocketFile:
    """The file of a listening socket, as it was when the server was made."""

    def __init__(self, path: str | bytes) -> None:
        self._path = path
        self._inode: int | None = None
        if path and not _is_abstract(path):
            try:
                self._inode = os.stat(path).st_ino
            except OSError:
                self._inode = None

    def remove(self) -> None:
        """Remove it, unless it is another's by now."""
        if self._inode is None:
            return
        try:
            if os.stat(self._path).st_ino == self._inode:
                os.unlink(self._path)
        except FileNotFoundError:
            pass
        except OSError as error:
            logger.error("Unable to clean up listening UNIX socket %r: %r", self._path, error)
