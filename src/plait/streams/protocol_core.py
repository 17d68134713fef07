# cython: nonecheck=True
"""The protocol between a transport and a reader, and who waits for the end of the connection."""

from __future__ import annotations

from typing import Any

from plait.native import methods, pool
from plait.streams.flow import FlowControl
from plait.streams.reader_feed import ReaderFeed
from plait.sync.waiter_queue import Waiter, WaiterQueue
from plait.tasks.future import Future


class ProtocolCore(FlowControl):
    """The compiled part of `StreamReaderProtocol`."""

    __slots__ = (
        "_client_connected_cb",
        "_close_future",
        "_close_waiters",
        "_core",
        "_over_ssl",
        "_stream_reader",
        "_task",
        "_transport",
    )

    def __init__(self, stream_reader: Any, client_connected_cb: Any = None, loop: Any = None) -> None:
        FlowControl.__init__(self, loop)
        self._stream_reader = stream_reader
        own = isinstance(stream_reader, ReaderFeed) and type(stream_reader).feed_data is _feed_data
        self._core: Any = stream_reader if own else None  # fed directly
        self._client_connected_cb = client_connected_cb
        self._close_waiters: Any = None  # made when somebody waits
        self._close_future: Any = None  # the same for asyncio's writers
        self._over_ssl = False
        self._transport: Any = None
        self._task: Any = None

    def data_received(self, data: Any) -> None:
        """Feed the reader."""
        core: ReaderFeed | None = self._core
        if core is not None:
            core.feed(data)
        elif self._stream_reader is not None:
            self._stream_reader.feed_data(data)

    def takes_directly(self) -> bool:
        return self._core is not None and type(self).data_received is _data_received

    def receive(self, data: bytes) -> None:
        core: ReaderFeed | None = self._core
        if core is not None:
            core.feed(data)

    def eof_received(self) -> bool:
        """Tell the reader; a connection without TLS stays open for writing."""
        if self._stream_reader is not None:
            self._stream_reader.feed_eof()
        return not self._over_ssl

    def connection_lost(self, exc: Any) -> None:
        """Tell the reader, and who waits to write or for the end."""
        reader = self._stream_reader
        self._stream_reader = self._core = self._transport = self._task = None
        try:
            if reader is None:
                pass
            elif exc is None:
                reader.feed_eof()
            else:
                reader.set_exception(exc)
        finally:
            self.lose(exc)
            self._end(exc)

    def _end(self, error: Any) -> None:
        waiters: WaiterQueue | None = self._close_waiters
        if waiters is not None:
            waiters.grant_all()
        future: Future | None = self._close_future
        if future is not None and not future.is_settled():
            _settle(future, error)

    def _get_close_waiter(self, _stream: Any) -> Any:
        if self._close_future is None:
            self._close_future = self._make_close_future()
        return self._close_future

    def _make_close_future(self) -> Future:
        future = pool.new(Future)
        future.begin(self._scheduler)
        if self._connection_lost:
            _settle(future, self._lost_error)
        return future

    def make_wait_closed(self) -> WaitClosed:
        """An operation that waits until the connection is closed."""
        operation = pool.new(WaitClosed)
        operation.begin()
        operation._protocol = self
        return operation


methods.guard(ProtocolCore)


class WaitClosed(Waiter):
    """``writer.wait_closed()``; each has a future of its own, so that to cancel one does not cancel the others."""

    __slots__ = ("_protocol",)

    _protocol: ProtocolCore

    def label(self) -> str:
        return "wait_closed"

    def start(self) -> Future | None:
        protocol = self._protocol
        if protocol._connection_lost:
            return self.resumed()
        if protocol._close_waiters is None:
            protocol._close_waiters = WaiterQueue()
        return self.wait_in(protocol._close_waiters, protocol)

    def resumed(self) -> Future | None:
        if self._protocol._lost_error is not None:
            raise self._protocol._lost_error
        return None


def _settle(future: Future, error: Any) -> None:
    if error is None:
        future.finish(None)
    else:
        future.fail(error)
        future._unretrieved = False  # the reader raises it as well


_data_received = ProtocolCore.data_received
_feed_data = ReaderFeed.feed_data
