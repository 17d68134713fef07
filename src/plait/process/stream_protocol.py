"""The protocol that gives a child's pipes to streams."""

from __future__ import annotations

import asyncio
from typing import Any

from plait.streams import reader_feed
from plait.streams.flow import FlowControl
from plait.streams.reader import StreamReader
from plait.streams.writer import StreamWriter

_STDIN, _STDOUT, _STDERR = 0, 1, 2


class SubprocessStreamProtocol(FlowControl, asyncio.SubprocessProtocol):
    """Makes `stdin`, `stdout` and `stderr` of the pipes that there are; None stands for no pipe."""

    def __init__(self, limit: int, loop: Any) -> None:
        reader_feed.check_limit(limit)  # before there is a child
        FlowControl.__init__(self, loop)
        self._limit = limit
        self.stdin: Any = None
        self.stdout: Any = None
        self.stderr: Any = None
        self._transport: Any = None
        self._open: set[int] = set()
        self._exited = False
        self._stdin_closed: Any = None
        self._is_over = self._is_used = False

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        if (stdout := transport.get_pipe_transport(_STDOUT)) is not None:
            self.stdout = self._make_reader(_STDOUT, stdout)
        if (stderr := transport.get_pipe_transport(_STDERR)) is not None:
            self.stderr = self._make_reader(_STDERR, stderr)
        if (stdin := transport.get_pipe_transport(_STDIN)) is not None:
            self.stdin = StreamWriter(stdin, protocol=self, reader=None, loop=self._loop)
            self._stdin_closed = self._loop.create_future()

    def _make_reader(self, fd: int, pipe: Any) -> StreamReader:
        reader = StreamReader(limit=self._limit, loop=self._loop)
        reader.set_transport(pipe)
        self._open.add(fd)
        return reader

    def _reader(self, fd: int) -> Any:
        return self.stdout if fd == _STDOUT else self.stderr

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self._reader(fd).feed_data(data)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if fd == _STDIN:
            self._lose_stdin(exc)
            return
        if exc is None:
            self._reader(fd).feed_eof()
        else:
            self._reader(fd).set_exception(exc)
        self._open.discard(fd)
        self._close_if_over()

    def _lose_stdin(self, exc: Exception | None) -> None:
        self.stdin.close()
        FlowControl.connection_lost(self, exc)  # wakes who waits in drain()
        if self._stdin_closed.done():
            return
        if exc is None:
            self._stdin_closed.set_result(None)
        else:
            self._stdin_closed.set_exception(exc)
            self._stdin_closed.exception()  # whoever does not wait for it does not want to know

    def connection_lost(self, exc: Exception | None) -> None:
        """Each pipe has been told of by itself."""
        self._is_over = True
        if self._is_used:
            self._forget_streams()

    def take_streams(self) -> tuple[Any, Any, Any]:
        """`stdin`, `stdout` and `stderr`, for a process that keeps them."""
        streams = self.stdin, self.stdout, self.stderr
        self._is_used = True
        if self._is_over:
            self._forget_streams()
        return streams

    def _forget_streams(self) -> None:
        """The writer knows this protocol: leave no cycle."""
        self.stdin = self.stdout = self.stderr = None

    def process_exited(self) -> None:
        self._exited = True
        self._close_if_over()

    def _close_if_over(self) -> None:
        if self._exited and not self._open and self._transport is not None:
            self._transport.close()
            self._transport = None

    def _get_close_waiter(self, stream: Any) -> Any:
        return self._stdin_closed

    def __repr__(self) -> str:
        streams = {"stdin": self.stdin, "stdout": self.stdout, "stderr": self.stderr}
        parts = [f"{name}={stream!r}" for name, stream in streams.items() if stream is not None]
        return f"<{' '.join([type(self).__name__, *parts])}>"
