# cython: nonecheck=True
"""What the application's protocol is told: the decrypted bytes, the end of them, and when to stop writing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from plait.base.log import logger
from plait.schedule import failure

if TYPE_CHECKING:
    from plait.tls.engine import Engine


class Application:
    """The protocol that the application gave, of whichever of the two kinds; its exceptions come out unless stated."""

    __slots__ = ("_is_buffered", "is_reading", "is_writing_paused", "protocol", "wants_data")

    def __init__(self, protocol: Any) -> None:
        self.set_protocol(protocol)
        self.is_reading = True  # the application has not paused it
        self.wants_data = True  # no more once the connection is closing
        self.is_writing_paused = False

    def set_protocol(self, protocol: Any) -> None:
        """Deliver to `protocol` from now on."""
        self.protocol = protocol
        self._is_buffered = isinstance(protocol, asyncio.BufferedProtocol)

    def deliver(self, engine: Engine) -> None:
        """Hand over what `engine` has, until the application has enough. Raises `ssl.SSLError` as well."""
        while self.is_reading and self.wants_data and engine.has_more() and not engine.peer_closed:
            if self._is_buffered:
                self._fill_buffer(engine)
            else:
                data = engine.read()
                if data:
                    self.protocol.data_received(data)

    def _fill_buffer(self, engine: Engine) -> None:
        protocol = self.protocol
        buffer = protocol.get_buffer(-1)
        if not len(buffer):
            raise RuntimeError("get_buffer() returned an empty buffer")
        count = engine.read_into(buffer)
        if count:
            protocol.buffer_updated(count)

    def report_eof(self) -> None:
        """The peer sends no more. Over TLS the connection ends then, whatever the protocol returns."""
        if self.protocol.eof_received():
            logger.warning("returning true from eof_received() has no effect when using ssl")

    def pause_writing(self, loop: Any, transport: Any) -> None:
        """Too much is unsent. What the protocol raises is reported."""
        if not self.is_writing_paused:
            self.is_writing_paused = True
            self._call_reporting("pause_writing", loop, transport)

    def resume_writing(self, loop: Any, transport: Any) -> None:
        """There is room again. What the protocol raises is reported."""
        if self.is_writing_paused:
            self.is_writing_paused = False
            self._call_reporting("resume_writing", loop, transport)

    def _call_reporting(self, name: str, loop: Any, transport: Any) -> None:
        try:
            getattr(self.protocol, name)()
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            message = f"protocol.{name}() failed"
            failure.report(loop, message, exception=error, transport=transport, protocol=self.protocol)
