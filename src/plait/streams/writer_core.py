# cython: nonecheck=True
"""What a writer does: hand bytes to the transport, and wait until it has room or is closed."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from plait.native import methods, pool
from plait.streams import overridden
from plait.streams.flow import Drain, FlowControl
from plait.streams.protocol_core import ProtocolCore
from plait.streams.reader_feed import ReaderFeed
from plait.tasks import coroutine_kinds, operation, thrown
from plait.transports.writing import WritingTransport

if TYPE_CHECKING:
    from types import TracebackType

    from plait.tasks.future import Future


class WriterCore:
    """The compiled part of `StreamWriter`."""

    __slots__ = ("_direct", "_feed", "_flow", "_given_protocol", "_given_reader", "_loop", "_target")

    def __init__(self, transport: Any, protocol: Any, reader: Any, loop: Any) -> None:
        self._transport = transport
        self._protocol = protocol
        self._reader = reader
        self._loop = loop

    @property
    def _transport(self) -> Any:
        return self._target

    @_transport.setter
    def _transport(self, transport: Any) -> None:
        self._target = transport
        self._direct: Any = transport if isinstance(transport, WritingTransport) else None

    @property
    def _protocol(self) -> Any:
        return self._given_protocol

    @_protocol.setter
    def _protocol(self, protocol: Any) -> None:
        self._given_protocol = protocol
        self._flow: Any = protocol if isinstance(protocol, FlowControl) else None

    @property
    def _reader(self) -> Any:
        return self._given_reader

    @_reader.setter
    def _reader(self, reader: Any) -> None:
        self._given_reader = reader
        self._feed: Any = reader if isinstance(reader, ReaderFeed) else None

    @property
    def transport(self) -> Any:
        """The transport that this writes to."""
        return self._target

    def write(self, data: Any) -> None:
        """Send `data`, now or when there is room; await `drain` to wait for that.

        While the reader holds more requests, their answers are held back, and sent together in the same turn of the loop.
        """
        self._write(data)

    def _write(self, data: Any) -> None:
        direct: WritingTransport | None = self._direct
        feed: ReaderFeed | None = self._feed
        if direct is None:
            self._target.write(data)
        elif feed is not None and feed._buffer.size() > 0:
            direct.write_more(data)
        else:
            direct.write(data)

    def writelines(self, data: Any) -> None:
        """Send several pieces, as `write` does."""
        self._target.writelines(data)

    def write_eof(self) -> None:
        """Send no more; the other direction stays open."""
        self._target.write_eof()

    def can_write_eof(self) -> bool:
        """Whether the transport can close one direction."""
        return self._target.can_write_eof()  # type: ignore[no-any-return]

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """See `asyncio.BaseTransport.get_extra_info`."""
        return self._target.get_extra_info(name, default)

    def close(self) -> None:
        """Close the connection when all is sent."""
        self._target.close()

    def is_closing(self) -> bool:
        """Whether it is closed or about to be."""
        return self._target.is_closing()  # type: ignore[no-any-return]

    def wait_closed(self) -> Any:
        """Wait until the connection is closed; raises what it was lost to."""
        if isinstance(self._flow, ProtocolCore):
            return _wait_closed(self._flow)
        return overridden.wait_closed(self)

    def drain(self) -> Any:
        """Wait while the transport has more to send than its high-water mark."""
        return overridden.drain(self) if self._flow is None else self._drain()

    def _drain(self) -> Any:
        return _drained if self._is_drained() else self._make_drain(self._flow)

    def _is_drained(self) -> bool:
        """Whether there is nothing to wait for and nothing to raise. Debug mode has no short cut: an await may be missing."""
        flow: FlowControl = self._flow
        if flow._paused or flow._connection_lost or flow._scheduler._debug or self._is_closing():
            return False
        return self._failure() is None

    def _is_closing(self) -> bool:
        direct: WritingTransport | None = self._direct
        return self._target.is_closing() if direct is None else direct._closing

    def _make_drain(self, flow: FlowControl) -> WriterDrain:
        operation = pool.new(WriterDrain)
        operation.begin()
        operation._flow = flow
        operation._gives_way = False
        operation._writer = self
        return operation

    def _failure(self) -> Any:
        """What the connection was lost to, as far as the reader knows."""
        feed: ReaderFeed | None = self._feed
        if feed is not None:
            return feed._exception
        return None if self._given_reader is None else self._given_reader.exception()

    def __del__(self) -> None:
        transport = self._target
        if transport is None or transport.is_closing():
            return
        if self._loop.is_closed():
            warnings.warn("loop is closed", ResourceWarning, stacklevel=2)
        else:
            self.close()
            warnings.warn(f"unclosed {self!r}", ResourceWarning, stacklevel=2)

    def __repr__(self) -> str:
        parts = [type(self).__name__, f"transport={self._target!r}"]
        if self._given_reader is not None:
            parts.append(f"reader={self._given_reader!r}")
        return f"<{' '.join(parts)}>"


methods.guard(WriterCore)


class Drained:
    """``writer.drain()`` when there is nothing to wait for: one coroutine for all, which ends at once."""

    __slots__ = ()

    def __await__(self) -> Any:
        return self

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> Any:
        raise StopIteration

    def send(self, value: Any) -> Any:
        """End."""
        raise StopIteration

    def throw(self, kind: Any, value: Any = None, traceback: TracebackType | None = None) -> Any:
        """Raise an exception at the await."""
        raise thrown.as_thrown(kind, value, traceback)

    def close(self) -> None:
        """Await no more."""


_drained = Drained()


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
        if writer._is_closing():
            return self.give_way()  # the transport may be about to tell that the connection is lost
        return self.wait_for_flow()


def _wait_closed(protocol: ProtocolCore) -> Any:
    return protocol.make_wait_closed()


pool.keep_freed_if_set(WriterDrain, operation.progress_place())
coroutine_kinds.mark_coroutine_function(WriterCore.drain)
coroutine_kinds.mark_coroutine_function(WriterCore.wait_closed)
