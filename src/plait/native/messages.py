"""System calls that receive and send one message with its address; they keep the GIL when compiled, as `sockets` does.

Each takes the socket, which the Python twin uses, and its descriptor, which the C twin uses. What would block returns None,
or ``sockets.would_block()`` where it returns a count. None of them blocks, whatever the mode of the socket.
"""

from __future__ import annotations

import socket
from typing import Any

from plait.native import sockets

_NO_WAIT = getattr(socket, "MSG_DONTWAIT", 0)


def receive_bytes(sock: Any, fd: int, most: int) -> Any:
    """The bytes that came, at most `most`, which fit in memory of their own; b"" at the end of the stream."""
    try:
        return sock.recv(most, _NO_WAIT)
    except BlockingIOError:
        return None


def receive_part(sock: Any, fd: int, room: bytearray, most: int) -> Any:
    """The bytes that came, at most `most` and what fits in `room`; b"" at the end of the stream."""
    try:
        count = sock.recv_into(memoryview(room)[:most], 0, _NO_WAIT)
    except BlockingIOError:
        return None
    return bytes(memoryview(room)[:count])


def receive_into(sock: Any, fd: int, buffer: Any) -> int:
    """Fill `buffer` from its start and return how many bytes came; 0 at the end of the stream."""
    try:
        return int(sock.recv_into(buffer, 0, _NO_WAIT))
    except BlockingIOError:
        return sockets.would_block()


def receive_from(sock: Any, fd: int, room: bytearray, most: int) -> Any:
    """The next message, cut after `most` bytes and what fits in `room`, and its sender's address."""
    try:
        count, address = sock.recvfrom_into(memoryview(room)[:most], 0, _NO_WAIT)
    except BlockingIOError:
        return None
    return bytes(memoryview(room)[:count]), address


def receive_from_into(sock: Any, fd: int, buffer: Any, most: int) -> Any:
    """Fill `buffer` with the next message, cut after `most` bytes (0: the buffer's size); its length, its sender's address."""
    try:
        return sock.recvfrom_into(buffer, most, _NO_WAIT)
    except BlockingIOError:
        return None


def send_to(sock: Any, fd: int, family: int, data: Any, address: Any) -> int:
    """Send `data` to `address` (None: to the connected peer) of a socket of this family; returns how many bytes went."""
    try:
        if address is None:
            return int(sock.send(data, _NO_WAIT))
        return int(sock.sendto(data, _NO_WAIT, address))
    except BlockingIOError:
        return sockets.would_block()


def receive_batch(sock: Any, fd: int, room: bytearray, most: int) -> list[Any]:
    """The messages that have come, at most `most`, each with its sender's address; each has its share of the room."""
    share = len(room) // most
    batch: list[Any] = []
    while len(batch) < most:
        try:
            count, address = sock.recvfrom_into(memoryview(room)[:share], 0, _NO_WAIT)
        except OSError as error:
            if not batch and not isinstance(error, BlockingIOError):
                raise
            break
        batch.append((bytes(memoryview(room)[:count]), address))
    return batch
