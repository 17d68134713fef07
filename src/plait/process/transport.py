"""One child process of a loop: its pipes, its end, and what its protocol is told."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import warnings
from typing import TYPE_CHECKING, Any

from plait.process.child_watch import reap
from plait.process.pipe_end import PipeEnd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from io import FileIO
    from subprocess import Popen


class SubprocessTransport(asyncio.SubprocessTransport):
    """See `asyncio.SubprocessTransport`. The extra information "subprocess" is the `subprocess.Popen`."""

    def __init__(self, loop: Any, protocol: Any, child: Popen[bytes], files: dict[int, FileIO]) -> None:
        self._extra = {"subprocess": child}
        self._loop = loop
        self._protocol = protocol
        self._proc = child
        self._pid = child.pid
        self._returncode: int | None = None
        self._ends = {fd: PipeEnd(self, fd, file) for fd, file in files.items()} if files else {}
        self._waiters: list[Any] = []
        self._untold: list[tuple[Callable[..., object], tuple[Any, ...]]] | None = []  # before connection_made
        self._closed = False
        self._finished = False

    # Beginning: the pipes, then connection_made, then whatever has happened meanwhile.

    def pipe_ends(self) -> Iterable[tuple[int, PipeEnd]]:
        """Our ends of the pipes, by the child's number of the other."""
        return self._ends.items()

    def introduce(self) -> None:
        """The pipes are connected."""
        loop = self._loop
        loop.call_soon(self._protocol.connection_made, self)
        if self._untold:
            for callback, args in self._untold:
                loop.call_soon(callback, *args)
        self._untold = None

    def _tell(self, callback: Callable[..., object], *args: Any) -> None:
        if self._untold is not None:
            self._untold.append((callback, args))
        elif not self._loop.is_closed():
            self._loop.call_soon(callback, *args)

    # What happens.

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """The child has written."""
        self._tell(self._protocol.pipe_data_received, fd, data)

    def pipe_connection_lost(self, fd: int, exc: BaseException | None) -> None:
        """One of the pipes is closed."""
        if not self._finished:
            try:
                self._tell(self._protocol.pipe_connection_lost, fd, exc)
            finally:
                self._finish_if_over()

    def process_exited(self, returncode: int) -> None:
        """The child has ended; whoever waits for it goes on, though others may keep its pipes open."""
        self._returncode = returncode
        if self._loop.get_debug():
            _log_exit(self)
        try:
            self._tell(self._protocol.process_exited)
        finally:  # the protocol may lack that method
            self._finish_if_over()
            self._wake_waiters(returncode)

    def _wake_waiters(self, returncode: int) -> None:
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(returncode)
        self._waiters.clear()

    def _finish_if_over(self) -> None:
        if self._returncode is None:
            return
        for end in self._ends.values():
            if not end.is_lost:
                return
        self._finished = True
        self._tell(self._lose_connection)

    def _lose_connection(self) -> None:
        try:
            self._protocol.connection_lost(None)
        finally:
            self._loop = self._protocol = self._proc = None  # type: ignore[assignment]

    def _wait(self) -> Any:
        """A future for the return code; named as `asyncio.subprocess.Process` calls it."""
        waiter = asyncio.get_running_loop().create_future()
        if self._returncode is None:
            self._waiters = [one for one in self._waiters if not one.done()]  # not those that were cancelled
            self._waiters.append(waiter)
        else:
            waiter.set_result(self._returncode)
        return waiter

    # asyncio's vocabulary.

    def set_protocol(self, protocol: Any) -> None:
        self._protocol = protocol

    def get_protocol(self) -> Any:
        return self._protocol

    def get_pid(self) -> int:
        return self._pid

    def get_returncode(self) -> int | None:
        return self._returncode

    def get_pipe_transport(self, fd: int) -> Any:
        end = self._ends.get(fd)
        return None if end is None else end.transport

    def send_signal(self, signal: int) -> None:
        # Nobody but this thread reaps the child, so until `returncode` is known the id is the child's.
        if self._proc is None or self._proc.returncode is not None:
            raise ProcessLookupError(f"process {self._pid} has ended")
        os.kill(self._pid, signal)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def is_closing(self) -> bool:
        return self._closed

    def close(self) -> None:
        """Close the pipes, and kill the child if it still runs."""
        if self._closed:
            return
        self._closed = True
        for end in self._ends.values():
            end.close()
        if self._returncode is None and reap(self._proc) is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):  # it may be another user's by now
                self._proc.kill()

    def __repr__(self) -> str:
        parts = [type(self).__name__, f"pid={self._pid}"]
        if self._closed:
            parts.insert(1, "closed")
        parts.append("running" if self._returncode is None else f"returncode={self._returncode}")
        names = ("stdin", "stdout", "stderr")
        parts += [f"{names[fd]}={end!r}" for fd, end in self._ends.items()]
        return f"<{' '.join(parts)}>"

    def __del__(self) -> None:
        if not self._closed and not self._finished:
            warnings.warn(f"unclosed transport {self!r}", ResourceWarning, source=self, stacklevel=2)
            self.close()


def _log_exit(transport: SubprocessTransport) -> None:
    from plait.base.log import logger

    logger.info("%r exited with return code %r", transport, transport.get_returncode())
