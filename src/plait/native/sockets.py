"""System calls on non-blocking sockets, which keep the GIL when compiled: they take less time than asking for it again.

Each takes the socket, which the Python twin uses, and its descriptor, which the C twin uses. What would block returns
``would_block()``, or None where it returns an object; what a signal interrupts is repeated once Python's handlers have run.
"""

from __future__ import annotations

import os
from typing import Any

_WOULD_BLOCK = -2
_LONGEST_VECTOR = 1024  # buffers a call; IOV_MAX of Linux, macOS and the BSDs


def would_block() -> int:
    """What stands for a count where the call would block."""
    return _WOULD_BLOCK


def receive(sock: Any, fd: int, room: bytearray) -> Any:
    """The bytes that came, at most as many as fit in `room`; b"" at the end of the stream."""
    try:
        count = sock.recv_into(room)
    except BlockingIOError:
        return None
    return bytes(memoryview(room)[:count])


def receive_into(sock: Any, fd: int, buffer: Any) -> int:
    """Fill `buffer` from its start and return how many bytes came; 0 at the end of the stream."""
    try:
        return int(sock.recv_into(buffer))
    except BlockingIOError:
        return _WOULD_BLOCK


def send(sock: Any, fd: int, data: Any) -> int:
    """Send the beginning of `data`, a contiguous buffer, and return how many bytes went."""
    try:
        return int(sock.send(data))
    except BlockingIOError:
        return _WOULD_BLOCK


def send_vector(sock: Any, fd: int, chunks: list[Any], first: int, offset: int) -> int:
    """Send ``chunks[first:]`` without the first `offset` bytes, as much as goes, and return how many bytes went.

    A chunk is bytes, or a contiguous memoryview that nobody can release meanwhile.
    """
    vector = chunks[first : first + _LONGEST_VECTOR]
    if offset:
        vector[0] = memoryview(vector[0])[offset:]
    try:
        return int(sock.sendmsg(vector))
    except BlockingIOError:
        return _WOULD_BLOCK


def accept(sock: Any, fd: int) -> Any:
    """The descriptor of the next connection, which is non-blocking and not inherited, and the address of its peer."""
    try:
        connection, address = sock._accept()
    except BlockingIOError:
        return None
    os.set_blocking(connection, False)
    return connection, address
