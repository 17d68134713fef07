"""What a worker process runs: one call after the other, as they come over a socket, until that is closed.

It is run by its path and imports nothing of plait, so a worker starts as fast as Python does. A message is a number of frames:
``count, length…, frame…``, little-endian unsigned 64 bits. A call is ``path, call, buffer…``, an answer ``kind, text, value,
buffer…``; buffers are what pickle (PEP 574) leaves out of the pickled bytes, so big arrays are not copied.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pickle
import select
import signal
import socket
import struct
import sys
import traceback
from typing import Any

RESULT = b"result"
ERROR = b"error"
CALL_UNREADABLE = b"call unreadable"
RESULT_UNPICKLABLE = b"result unpicklable"

SMALL_BYTES = 64 * 1024
"""Bytes. Messages up to this are sent by one system call, and received by one: it is what a socket's buffer holds at least."""

_LENGTH = struct.Struct("<Q")


def pickled(thing: Any) -> list[Any]:
    """The pickled bytes, then the buffers that pickle left out of them.

    What pickle refuses, and what lives in ``__main__``, which a worker has not imported, needs cloudpickle.
    """
    buffers: list[pickle.PickleBuffer] = []
    try:
        data = pickle.dumps(thing, 5, buffer_callback=buffers.append)
        if b"__main__" in data:
            data = _pickled_by_value(thing, data, buffers)
    except Exception as error:
        data = _pickled_by_value(thing, error, buffers)
    return [data, *(buffer.raw() for buffer in buffers)] if buffers else [data]


def _pickled_by_value(thing: Any, otherwise: Any, buffers: list[pickle.PickleBuffer]) -> bytes:
    """By cloudpickle; without it `otherwise`, returned or raised."""
    try:
        import cloudpickle
    except ImportError:
        if isinstance(otherwise, Exception):
            raise otherwise from None
        return otherwise  # type: ignore[no-any-return]
    buffers.clear()
    return cloudpickle.dumps(thing, 5, buffer_callback=buffers.append)  # type: ignore[no-any-return]


def table(frames: list[Any]) -> bytes:
    """What goes before the frames."""
    lengths = [memoryview(frame).nbytes for frame in frames]
    return struct.pack(f"<{len(lengths) + 1}Q", len(lengths), *lengths)


def packets(frames: list[Any]) -> list[Any]:
    """The message, small frames joined into one packet."""
    joined = bytearray(table(frames))
    large: list[Any] = []
    for frame in frames:
        if large or memoryview(frame).nbytes > SMALL_BYTES:
            large.append(frame)
        else:
            joined += frame
    return [joined, *large]


class Assembly:
    """A message that comes in pieces: no I/O. Fill `room()` and tell `received()`, until `frames` are there."""

    __slots__ = ("_lengths", "_taken", "_unread", "frames")

    def __init__(self) -> None:
        self._unread = bytearray()
        self._lengths: tuple[int, ...] | None = None
        self._taken = 0
        self.frames: list[Any] = []

    def take(self, data: bytes) -> bool:
        """The first pieces, up to and with the table; returns whether the message is whole."""
        unread = self._unread
        unread += data
        if self._lengths is None and not self._read_table():
            return False
        return self._cut()

    def _read_table(self) -> bool:
        unread = self._unread
        if len(unread) < _LENGTH.size:
            return False
        (count,) = _LENGTH.unpack_from(unread)
        end = _LENGTH.size * (1 + count)
        if len(unread) < end:
            return False
        self._lengths = struct.unpack_from(f"<{count}Q", unread, _LENGTH.size)
        del unread[:end]
        return True

    def _cut(self) -> bool:
        """Take the whole frames, and make room for the one that has begun."""
        lengths = self._lengths or ()
        start = 0
        while len(self.frames) < len(lengths):
            length = lengths[len(self.frames)]
            frame = self._unread[start : start + length]
            start += len(frame)
            self.frames.append(frame)
            if len(frame) < length:
                self._taken = len(frame)
                frame.extend(bytes(length - len(frame)))
                return False
        return True

    def room(self) -> memoryview | None:
        """Where the next bytes belong; None: to `take`."""
        return memoryview(self.frames[-1])[self._taken :] if self.frames else None

    def received(self, count: int) -> bool:
        """So many bytes are in the room; returns whether the message is whole."""
        self._taken += count
        if self._taken < len(self.frames[-1]):
            return False
        self._unread.clear()
        return self._cut()


def main() -> None:
    """Serve the socket whose descriptor the command line names, until it is closed."""
    connection, lifeline = socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2])
    os.register_at_fork(after_in_child=connection.close)  # or the parent could not see that this process has ended
    ignore_interrupts()
    end_with(lifeline)
    with contextlib.suppress(ConnectionError):
        while (call := receive(connection)) is not None:
            message = answer(call)
            for packet in packets(message):
                connection.sendall(packet)
            del call, message


def ignore_interrupts() -> None:
    """Ctrl+C is the parent's, who kills the worker if it wants to, and who had it blocked until now."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def end_with(lifeline: int) -> None:
    """Have the system end this process, whatever it does, when the parent closes the other end of `lifeline` or ends.

    Nothing is ever sent over it, so that the signal (SIGIO, fcntl(2)) means this alone.
    """
    signal.signal(signal.SIGIO, signal.SIG_DFL if sys.platform == "linux" else lambda *_: os._exit(1))
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([lifeline], [], [], 0)[0]:  # it was closed before
        raise SystemExit


def receive(connection: socket.socket) -> list[Any] | None:
    """The next message; None when no more comes."""
    assembly = Assembly()
    while True:
        room = assembly.room()
        if room is None:
            data = connection.recv(SMALL_BYTES)
            if not data:
                return None
            whole = assembly.take(data)
        else:
            count = connection.recv_into(room)
            if not count:
                return None
            whole = assembly.received(count)
        if whole:
            return assembly.frames


def answer(call: list[Any]) -> list[Any]:
    """Make the call."""
    try:
        if call[0]:
            sys.path[:] = pickle.loads(call[0])
        function, args = pickle.loads(call[1], buffers=call[2:])
    except BaseException as error:
        return [CALL_UNREADABLE, _text(error), b""]
    try:
        result = function(*args)
    except BaseException as error:
        return _failure(error)
    try:
        return [RESULT, b"", *pickled(result)]
    except BaseException as error:
        return [RESULT_UNPICKLABLE, _text(error), repr(type(result)).encode(errors="replace")]


def _failure(error: BaseException) -> list[Any]:
    error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next  # without the frame of this file
    text = _text(error)
    try:
        return [ERROR, text, *pickled(error)]
    except BaseException:
        return [ERROR, text, b""]


def _text(error: BaseException) -> bytes:
    try:
        lines = traceback.format_exception(error)
    except BaseException:  # its own __str__ may fail
        lines = [f"{type(error).__module__}.{type(error).__qualname__}\n"]
    return "".join(lines).encode(errors="replace")


if __name__ == "__main__":
    main()
