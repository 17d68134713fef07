"""Operations on what is not exactly a `socket.socket`: a subclass, a look-alike, one that blocks. Its own methods are called."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from plait.net.checks import check_socket
from plait.net.socket_waits import wait_readable, wait_writable

if TYPE_CHECKING:
    from plait.loop.core import LoopCore


async def receive(loop: LoopCore, sock: Any, method: str, *args: Any) -> Any:
    """``sock.method(*args)`` as soon as there is something to receive."""
    check_socket(loop, sock)
    while True:
        try:
            return getattr(sock, method)(*args)
        except (BlockingIOError, InterruptedError):
            await wait_readable(loop, sock)


async def send(loop: LoopCore, sock: Any, method: str, *args: Any) -> Any:
    """``sock.method(*args)`` as soon as that can be sent."""
    check_socket(loop, sock)
    while True:
        try:
            return getattr(sock, method)(*args)
        except (BlockingIOError, InterruptedError):
            await wait_writable(loop, sock)


async def send_all(loop: LoopCore, sock: Any, data: Any) -> None:
    """Send all of `data`."""
    left = memoryview(data).cast("B")
    while True:
        left = left[await send(loop, sock, "send", left) :]
        if not left:
            return


async def accept(loop: LoopCore, sock: Any) -> tuple[Any, Any]:
    """The next connection, non-blocking, and the address of its peer."""
    check_socket(loop, sock)
    if sock.gettimeout() != 0:
        await wait_readable(loop, sock)  # it would block the loop otherwise
    connection, address = await receive(loop, sock, "accept")
    connection.setblocking(False)
    return connection, address


def as_accepted(sock: Any, accepted: tuple[int, Any]) -> tuple[Any, Any]:
    """The socket object for an accepted descriptor, and the address of its peer."""
    descriptor, address = accepted
    try:
        connection = type(sock)(sock.family, sock.type, sock.proto, fileno=descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    connection.setblocking(False)
    return connection, address
