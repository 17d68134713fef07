"""``loop.sock_sendfile``: the system copies from file to socket; where it cannot, a thread reads and the loop sends."""

from __future__ import annotations

import errno
import os
from asyncio import SendfileNotAvailableError
from typing import Any

from plait.base import limits
from plait.net.checks import check_file_parameters, check_socket, is_tls
from plait.net.socket_waits import wait_writable

# What os.sendfile answers of a file, or of a kind of socket, that it cannot serve.
_UNABLE = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EOVERFLOW, errno.ENOTSOCK})


async def sock_sendfile(
    loop: Any, sock: Any, file: Any, offset: int = 0, count: int | None = None, *, fallback: bool = True
) -> int:
    """Send `count` bytes (None: all) of `file` from `offset` on; returns how many were sent.

    The file's position is behind the last byte sent, also if this fails half-way. See `asyncio.loop.sock_sendfile`.
    """
    if is_tls(sock):
        raise TypeError("Socket cannot be of type SSLSocket: use loop.sendfile() with the transport of the connection")
    check_socket(loop, sock)
    check_file_parameters(sock, file, offset, count)
    try:
        return await _send_by_system(loop, sock, file, offset, count)
    except SendfileNotAvailableError:
        if not fallback:
            raise
    return await _send_by_blocks(loop, sock, file, offset, count)


async def _send_by_system(loop: Any, sock: Any, file: Any, offset: int, count: int | None) -> int:
    descriptor = file_descriptor(file)
    sent = 0
    try:
        while count is None or sent < count:
            most = limits.SENDFILE_TURN_BYTES if count is None else min(count - sent, limits.SENDFILE_TURN_BYTES)
            try:
                now = os.sendfile(sock.fileno(), descriptor, offset + sent, most)
            except (BlockingIOError, InterruptedError):
                await wait_writable(loop, sock)
                continue
            except OSError as error:
                raise explained(error, sent) from None
            if now == 0:
                break
            sent += now
    finally:
        if sent:
            os.lseek(descriptor, offset + sent, os.SEEK_SET)
    return sent


def file_descriptor(file: Any) -> int:
    """The descriptor of a regular file; anything else cannot be sent by the system."""
    if not hasattr(os, "sendfile"):
        raise SendfileNotAvailableError("os.sendfile() is not available")
    try:
        descriptor = file.fileno()
        os.fstat(descriptor)
    except (AttributeError, OSError, ValueError) as error:  # io.UnsupportedOperation is both of the latter
        raise SendfileNotAvailableError("not a regular file") from error
    return descriptor  # type: ignore[no-any-return]


def explained(error: OSError, sent: int) -> BaseException:
    """What to raise: `error`, or that the system does not do it, if that can be said before anything was sent."""
    if error.errno in _UNABLE and sent == 0:
        return SendfileNotAvailableError("os.sendfile call failed")
    if error.errno == errno.ENOTCONN:
        return ConnectionError(errno.ENOTCONN, "socket not connected")
    return error


async def _send_by_blocks(loop: Any, sock: Any, file: Any, offset: int, count: int | None) -> int:
    if hasattr(file, "seek"):
        file.seek(offset)
    block = memoryview(bytearray(limits.FILE_BLOCK_BYTES if count is None else min(count, limits.FILE_BLOCK_BYTES)))
    sent = 0
    try:
        while count is None or sent < count:
            room = block if count is None else block[: count - sent]
            read = await loop.run_in_executor(None, file.readinto, room)
            if not read:
                break
            await loop.sock_sendall(sock, room[:read])
            sent += read
        return sent
    finally:
        if sent and hasattr(file, "seek"):
            file.seek(offset + sent)
