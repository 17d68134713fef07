# cython: nonecheck=True
"""What a writer does: hand bytes to the transport, and wait until it has room or is closed."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from plait.native import pool
from plait.streams import overridden
from plait.streams.flow import Drain, FlowControl
from plait.streams.protocol_core import ProtocolCore
from plait.streams.reader_feed import ReaderFeed
from plait.tasks import coroutine_kinds

if TYPE_CHECKING:
    from plait.tasks.future import Future


class WriterCore:
    """The compiled part of `StreamWriter`."""

    __slots__ = ("_loop", "_protocol", "_reader", "_transport")

    def __init__(self, transport: Any, protocol: Any, reader: Any, loop: Any) -> None:
        self._transport = transport
        self._protocol = protocol
        self._reader = reader
        self._loop = loop

    @property
    def transport(self) -> Any:
        """The transport that this writes to."""
        return self._transport

    def write(self, data: Any) -> None:
        """Send `data`, now or when there is room; await `drain` to wait for that."""
        self._transport.write(data)

    def writelines(self, data: Any) -> None:
        """Send several pieces, as `write` does."""
        self._transport.writelines(data)

    def write_eof(self) -> None:
        """Send no more; the other direction stays open."""
        self._transport.write_eof()

    def can_write_eof(self) -> bool:
        """Whether the transport can close one direction."""
        return self._transport.can_write_eof()  # type: ignore[no-any-return]

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """See `asyncio.BaseTransport.get_extra_info`."""
        return self._transport.get_extra_info(name, default)

    def close(self) -> None:
        """Close the connection when all is sent."""
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether it is closed or about to be."""
        return self._transport.is_closing()  # type: ignore[no-any-return]

    def wait_closed(self) -> Any:
        """Wait until the connection is closed; raises what it was lost to."""
        protocol = self._protocol
        if isinstance(protocol, ProtocolCore):
            return _wait_closed(protocol)
        return overridden.wait_closed(self)

    def drain(self) -> Any:
        """Wait while the transport has more to send than its high-water mark."""
        if isinstance(self._protocol, FlowControl):
            return self._make_drain(self._protocol)
        return overridden.drain(self)

    def _make_drain(self, flow: FlowControl) -> WriterDrain:
        operation = WriterDrain.__new__(WriterDrain)
        operation.enter()
        operation._flow = flow
        operation._gives_way = False
        operation._writer = self
        return operation

    def _failure(self) -> Any:
        """What the connection was lost to, as far as the reader knows."""
        reader = self._reader
        if isinstance(reader, ReaderFeed):
            return _exception_of(reader)
        return None if reader is None else reader.exception()

    def __del__(self) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if self._loop.is_closed():
            warnings.warn("loop is closed", ResourceWarning, stacklevel=2)
        else:
            self.close()
            warnings.warn(f"unclosed {self!r}", ResourceWarning, stacklevel=2)

    def __repr__(self) -> str:
        parts = [type(self).__name__, f"transport={self._transport!r}"]
        if self._reader is not None:
            parts.append(f"reader={self._reader!r}")
        return f"<{' '.join(parts)}>"


class WriterDrain(Drain):
    """``writer.drain()``: the protocol's, but a failure the reader knows of is raised, and a closing transport given a turn."""

    __slots__ = ("_writer",)

    _writer: WriterCore

    def label(self) -> str:
        return "drain"

    def start(self) -> Future | None:
        writer = self._writer
        failure = writer._failure()
        if failure is not None:
            raise failure
        if writer._transport.is_closing():
            return self.give_way()  # the transport may be about to tell that the connection is lost
        return self.wait_for_flow()


def _wait_closed(protocol: ProtocolCore) -> Any:
    return protocol.make_wait_closed()


def _exception_of(reader: ReaderFeed) -> Any:
    return reader._exception


pool.keep_freed(WriterDrain)
coroutine_kinds.mark_coroutine_function(WriterCore.drain)
coroutine_kinds.mark_coroutine_function(WriterCore.wait_closed)
