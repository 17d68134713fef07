"""Open a connection, or a server for connections, that is read and written through streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.base import limits
from plait.schedule import foreign
from plait.streams.protocol import StreamReaderProtocol
from plait.streams.reader import StreamReader
from plait.streams.writer import StreamWriter

if TYPE_CHECKING:
    from collections.abc import Callable

_LIMIT = limits.STREAM_LIMIT_BYTES


async def open_connection(
    host: Any = None, port: Any = None, *, limit: int = _LIMIT, **kwds: Any
) -> tuple[StreamReader, StreamWriter]:
    """Connect, and return a reader and a writer. Options: see `loop.create_connection`."""
    loop = foreign.current_loop()
    reader = StreamReader(limit, loop)
    protocol = StreamReaderProtocol(reader, None, loop)
    transport, _ = await loop.create_connection(lambda: protocol, host, port, **kwds)
    return reader, StreamWriter(transport, protocol, reader, loop)


async def open_unix_connection(
    path: Any = None, *, limit: int = _LIMIT, **kwds: Any
) -> tuple[StreamReader, StreamWriter]:
    """As `open_connection`, through a UNIX socket. Options: see `loop.create_unix_connection`."""
    loop = foreign.current_loop()
    reader = StreamReader(limit, loop)
    protocol = StreamReaderProtocol(reader, None, loop)
    transport, _ = await loop.create_unix_connection(lambda: protocol, path, **kwds)
    return reader, StreamWriter(transport, protocol, reader, loop)


async def start_server(
    client_connected_cb: Callable[[StreamReader, StreamWriter], Any],
    host: Any = None,
    port: Any = None,
    *,
    limit: int = _LIMIT,
    **kwds: Any,
) -> Any:
    """Listen, and call ``client_connected_cb(reader, writer)`` for each connection; if it is a coroutine function, in a task.

    What it raises is reported to the loop's exception handler, and closes the connection. Options: see `loop.create_server`.
    """
    loop = foreign.current_loop()
    return await loop.create_server(_server_factory(client_connected_cb, limit, loop), host, port, **kwds)


async def start_unix_server(
    client_connected_cb: Callable[[StreamReader, StreamWriter], Any],
    path: Any = None,
    *,
    limit: int = _LIMIT,
    **kwds: Any,
) -> Any:
    """As `start_server`, on a UNIX socket. Options: see `loop.create_unix_server`."""
    loop = foreign.current_loop()
    return await loop.create_unix_server(_server_factory(client_connected_cb, limit, loop), path, **kwds)


def _server_factory(client_connected_cb: Any, limit: int, loop: Any) -> Callable[[], StreamReaderProtocol]:
    return lambda: StreamReaderProtocol(StreamReader(limit, loop), client_connected_cb, loop)
