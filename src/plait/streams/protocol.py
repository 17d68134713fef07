"""`StreamReaderProtocol`: the compiled protocol as the class that programs see, and what a new connection sets off."""

from __future__ import annotations

import asyncio
from typing import Any

from plait.streams.protocol_core import ProtocolCore
from plait.streams.writer import StreamWriter
from plait.tasks import coroutine_kinds

# A loop that is not plait's holds its tasks weakly.
_handlers: set[Any] = set()


class StreamReaderProtocol(ProtocolCore, asyncio.Protocol):
    """See `asyncio.StreamReaderProtocol`."""

    def connection_made(self, transport: Any) -> None:
        reader = self._stream_reader
        self._replace_transport(transport)
        if reader is not None:
            reader.set_transport(transport)
        if self._client_connected_cb is not None:
            self._call_handler(StreamWriter(transport, self, reader, self._loop))

    def _replace_transport(self, transport: Any) -> None:
        self._transport = transport
        self._over_ssl = transport.get_extra_info("sslcontext") is not None

    def _call_handler(self, writer: StreamWriter) -> None:
        transport = writer.transport
        try:
            result = self._client_connected_cb(self._stream_reader, writer)
        except Exception as error:
            self._report(error, transport)
            return
        if coroutine_kinds.is_coroutine(result):
            self._task = task = self._loop.create_task(result)
            _handlers.add(task)
            task.add_done_callback(lambda task: self._handled(task, transport))

    def _handled(self, task: Any, transport: Any) -> None:
        _handlers.discard(task)
        if task.cancelled():
            (self._transport or transport).close()
        elif (error := task.exception()) is not None:
            self._report(error, self._transport or transport)

    def _report(self, error: BaseException, transport: Any) -> None:
        message = "Unhandled exception in client_connected_cb"
        self._loop.call_exception_handler({"message": message, "exception": error, "transport": transport})
        transport.close()
