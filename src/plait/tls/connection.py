# cython: nonecheck=True
"""The parts of a TLS connection and where it stands: sending, stopping, what it knows of itself."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Any

from plait.base import limits
from plait.base.log import logger
from plait.base.runnable import Runnable
from plait.schedule import failure
from plait.schedule.scheduler import Scheduler
from plait.tls import states
from plait.tls.application import Application
from plait.tls.outbound import Outbound
from plait.tls.receive_block import block_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from plait.tls.engine import Engine
    from plait.tls.settings import Settings

_OPEN = states.OPEN
_FLUSHING = states.FLUSHING
_BLOCK_BYTES = limits.TLS_BLOCK_BYTES


class Connection(Runnable):
    """Where a TLS connection stands. When a turn of the loop ends, it encrypts and sends what was written in that."""

    __slots__ = (
        "_announces",
        "_application",
        "_block",
        "_discarded",
        "_engine",
        "_eof",
        "_error",
        "_extra",
        "_flush_comes",
        "_is_delivering",
        "_is_receiving",
        "_loop",
        "_lost_writes",
        "_outbound",
        "_raw",
        "_scheduler",
        "_settings",
        "_state",
        "_timer",
        "_transport",
        "_unsent",
        "_waiter",
    )

    def __init__(self, loop: Any, protocol: Any, settings: Settings, waiter: Any, announces: bool) -> None:
        self._loop = loop
        self._scheduler = loop if isinstance(loop, Scheduler) else None
        self._settings = settings
        self._waiter = waiter
        self._announces = announces  # whether `connection_made` is still to be called
        self._state = states.NEW
        self._raw: Any = None  # the transport below
        self._transport: Any = None  # the one above
        self._engine: Engine | None = None
        self._outbound = Outbound()
        self._application = Application(protocol)
        self._block = block_of(loop)
        self._extra: dict[str, Any] = {"sslcontext": settings.context}
        self._timer: Any = None
        self._error: BaseException | None = None  # why the connection ended
        self._eof = False  # the transport below receives no more
        self._is_receiving = True  # the transport below is not paused
        self._is_delivering = False  # the application is being told something: what it writes is gathered
        self._flush_comes = False
        self._unsent = 0  # bytes when the shutdown's timer was started
        self._discarded = 0
        self._lost_writes = 0

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # transports ask ``isinstance(p, asyncio.BufferedProtocol)``
        return asyncio.BufferedProtocol

    def set_transport(self, transport: Any) -> None:
        """What the application gets to write to."""
        self._transport = transport

    def attach(self, transport: Any) -> None:
        """`transport` is below, and will call `connection_made` soon."""
        self._raw = transport

    def take_over(self, transport: Any) -> None:
        """`transport` was in use before: the application may have been told to stop writing to it."""
        self._raw = transport
        is_paused = getattr(transport, "_protocol_paused", None)
        if is_paused is None:  # of other makers
            is_paused = transport.get_write_buffer_size() > transport.get_write_buffer_limits()[1]
        if is_paused:
            self._outbound.is_paused = self._application.is_writing_paused = True

    # Sending.

    def pause_writing(self) -> None:
        """The transport below has enough to send."""
        self._outbound.is_paused = True
        self._application.pause_writing(self._loop, self._transport)

    def resume_writing(self) -> None:
        """The transport below has room again."""
        self._outbound.is_paused = False
        if self._state == _FLUSHING:
            self.finish_flushing()
        else:
            self._flush()
        if not self._outbound.is_paused:
            self._application.resume_writing(self._loop, self._transport)

    def end_turn(self) -> None:
        """Send what was written in the callbacks before."""
        self._flush_comes = False
        if self._state == _OPEN:
            self._flush()

    def _flush(self) -> None:
        if self._state < _OPEN or self._engine is None:
            return
        try:
            self._outbound.flush()
        except ssl.SSLError as error:
            self._fail(error, "Fatal error on SSL protocol")

    def write(self, data: bytes) -> None:
        """Send `data` soon: with all that is written in the same callback, or at once if it is much."""
        if self._state > _OPEN:
            self._lose_write()
            return
        outbound = self._outbound
        outbound.add(data)
        if outbound.size >= _BLOCK_BYTES:
            self._flush()
        elif not self._is_delivering and not self._flush_comes:
            self._flush_soon()

    def _flush_soon(self) -> None:
        if self._scheduler is None:
            self._flush_comes = True
            self._loop.call_soon(self.end_turn)
        elif self._scheduler._thread:
            self._flush_comes = True
            self._scheduler.put_off(self)
        else:
            self._flush()

    def _lose_write(self) -> None:
        if self._lost_writes >= limits.TLS_LOST_WRITES:
            logger.warning("SSL connection is closed")
        self._lost_writes += 1

    def finish_flushing(self) -> None:
        """Go on with closing, now that more can be sent."""
        raise NotImplementedError

    # Stopping.

    def abort(self) -> None:
        """Close the transport below at once; what it does not take just now is lost."""
        self._send_held()
        self._stop(None)

    def _send_held(self) -> None:
        """Send what was written in the callbacks before, without waiting for their end: the transport below closes."""
        if self._state == _OPEN:
            self._flush()

    def _fail(self, error: BaseException, message: str) -> None:
        """End the connection because of `error`. What is not of the network's doing is reported with `message`."""
        if self._state == states.CLOSED and self._error is not None:
            return
        if isinstance(error, OSError):
            if self._loop.get_debug():
                logger.debug("%r: %s", self, message, exc_info=error)
        elif not isinstance(error, asyncio.CancelledError):
            failure.report(self._loop, message, exception=error, transport=self._transport, protocol=self)
        self._stop(error)

    def _stop(self, error: BaseException | None) -> None:
        """Close the transport below; `error` is for the application and for who waits for the handshake."""
        if self._error is None:
            self._error = error
        self._move(states.LOST)
        self._stop_timer()
        self._application.wants_data = False
        self._outbound.drop()
        if self._raw is not None:
            self._outbound.send_encrypted()  # the alert that tells the peer why
            self._raw.abort()
        if error is not None:
            self._wake_waiter(error)

    def _wake_waiter(self, error: BaseException | None) -> None:
        waiter = self._waiter
        self._waiter = None
        if waiter is not None and not waiter.done():
            waiter.set_result(error)

    def _move(self, event: str) -> None:
        self._state = states.after(self._state, event)

    def _start_timer(self, seconds: float, callback: Callable[[], None]) -> None:
        self._stop_timer()
        self._timer = self._loop.call_later(seconds, callback)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # Receiving.

    def _set_receiving(self, is_receiving: bool) -> None:
        if self._raw is None or is_receiving == self._is_receiving:
            return
        self._is_receiving = is_receiving
        if is_receiving:
            self._raw.resume_reading()
        else:
            self._raw.pause_reading()

    # What the transport above tells and changes.

    def is_closing(self) -> bool:
        """Whether nothing can be written any more."""
        return self._state > _OPEN

    def is_reading(self) -> bool:
        """Whether the application has not paused it."""
        return self._application.is_reading

    def is_writing_paused(self) -> bool:
        """Whether the application was told to stop writing."""
        return self._application.is_writing_paused

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """What TLS knows under `name`, else what the transport below does."""
        if name in self._extra:
            return self._extra[name]
        asked = _ASKED_OF_SSL.get(name)
        if asked is not None and "ssl_object" in self._extra:
            return getattr(self._extra["ssl_object"], asked)()
        return default if self._raw is None else self._raw.get_extra_info(name, default)

    def get_protocol(self) -> Any:
        """The application's protocol."""
        return self._application.protocol

    def set_protocol(self, protocol: Any) -> None:
        """Deliver to `protocol` from now on."""
        self._application.set_protocol(protocol)

    def below(self) -> Any:
        """The transport below; None when it is closed."""
        return self._raw

    def unsent(self) -> int:
        """Bytes that were written and are not sent."""
        return self._outbound.unsent()


_ASKED_OF_SSL = {"peercert": "getpeercert", "cipher": "cipher", "compression": "compression"}
