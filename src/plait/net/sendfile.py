"""``loop.sock_sendfile``: the system copies from file to socket; where it cannot, a thread reads and the loop sends."""

from __future__ import annotations

import errno
import os
from asyncio import SendfileNotAvailableError
from typing import TYPE_CHECKING, Any

from plait.base import limits
from plait.net.checks import check_file_parameters, check_socket, is_tls
from plait.net.socket_waits import wait_writable
from plait.tasks.sleep import sleep

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

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
        return await send_by_system(sock, file, offset, count, lambda: wait_writable(loop, sock))
    except SendfileNotAvailableError:
        if not fallback:
            raise
    return await _send_by_blocks(loop, sock, file, offset, count)


async def send_by_system(
    sock: Any, file: Any, offset: int, count: int | None, wait_for_room: Callable[[], Awaitable[None]]
) -> int:
    """Have the system copy, chunk by chunk, so that others get their turn between two."""
    descriptor, size = descriptor_and_size(file)
    sent, is_done = 0, False
    try:
        while count is None or sent < count:
            most = limits.SENDFILE_TURN_BYTES if count is None else min(count - sent, limits.SENDFILE_TURN_BYTES)
            now = _send_chunk(sock, descriptor, offset + sent, most, is_first=sent == 0)
            if now == 0:
                break
            sent += max(now, 0)
            if now < 0 or (now < most and offset + sent < size):  # full: to try again at once would send crumbs
                await wait_for_room()
            else:
                await sleep(0)
        is_done = True
    finally:
        if sent or is_done:
            os.lseek(descriptor, offset + sent, os.SEEK_SET)
    return sent


def _send_chunk(sock: Any, descriptor: int, offset: int, most: int, is_first: bool) -> int:
    """How many bytes went; 0 at the end of the file, below 0 if there is no room."""
    try:
        return os.sendfile(sock.fileno(), descriptor, offset, most)
    except (BlockingIOError, InterruptedError):
        return -1
    except OSError as error:
        if error.errno in _UNABLE and is_first:
            raise SendfileNotAvailableError("os.sendfile call failed") from error
        if error.errno == errno.ENOTCONN:
            raise ConnectionError(errno.ENOTCONN, "socket not connected") from error
        raise


def descriptor_and_size(file: Any) -> tuple[int, int]:
    """Of a regular file; anything else cannot be sent by the system."""
    if not hasattr(os, "sendfile"):
        raise SendfileNotAvailableError("os.sendfile() is not available")
    try:
        descriptor = file.fileno()
        size = os.fstat(descriptor).st_size
    except (AttributeError, OSError, ValueError) as error:  # io.UnsupportedOperation is both of the latter
        raise SendfileNotAvailableError("not a regular file") from error
    return descriptor, size


async def _send_by_blocks(loop: Any, sock: Any, file: Any, offset: int, count: int | None) -> int:
    async def send(block: memoryview) -> None:
        await loop.sock_sendall(sock, block)

    return await copy_blocks(loop, file, offset, count, send)


async def copy_blocks(
    loop: Any, file: Any, offset: int, count: int | None, send: Callable[[memoryview], Awaitable[None]]
) -> int:
    """Read the file block by block in a thread, and `send` each block; returns how many bytes that were."""
    if hasattr(file, "seek"):
        file.seek(offset)
    size = limits.FILE_BLOCK_BYTES if count is None else min(count, limits.FILE_BLOCK_BYTES)
    block = memoryview(bytearray(size))
    sent, is_done = 0, False
    try:
        while count is None or sent < count:
            room = block if count is None else block[: count - sent]
            read = await loop.run_in_executor(None, file.readinto, room)
            if not read:
                break
            await send(room[:read])
            sent += read
        is_done = True
    finally:
        if (sent or is_done) and hasattr(file, "seek"):
            file.seek(offset + sent)
    return sent
