"""Our end of one of a child's pipes: hands what happens there to the transport of the process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from io import FileIO

    from plait.process.transport import SubprocessTransport


class PipeEnd(asyncio.Protocol):
    """The protocol of a pipe transport; `fd` is what the child calls the other end: 0, 1 or 2."""

    def __init__(self, process: SubprocessTransport, fd: int, file: FileIO) -> None:
        self._process: Any = process
        self._fd = fd
        self.file = file
        self.transport: Any = None
        self.is_lost = False

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._process.pipe_data_received(self._fd, data)

    def connection_lost(self, exc: BaseException | None) -> None:
        process, self._process = self._process, None  # nothing more can happen, and no cycle is left
        self.is_lost = True
        process.pipe_connection_lost(self._fd, exc)

    def pause_writing(self) -> None:
        self._process.get_protocol().pause_writing()

    def resume_writing(self) -> None:
        self._process.get_protocol().resume_writing()

    def close(self) -> None:
        """Close the transport, or the file that has none yet."""
        if self.transport is None:
            self.file.close()
        else:
            self.transport.close()

    def __repr__(self) -> str:
        return repr(self.file if self.transport is None else self.transport)
