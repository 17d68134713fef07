# cython: nonecheck=True
"""The TLS connection itself: a protocol to the transport below, and what the transport above is made of."""

from __future__ import annotations

import ssl
from typing import Any

from plait.base import limits
from plait.tls import states
from plait.tls.connection import Connection

_HANDSHAKE = states.HANDSHAKE
_OPEN = states.OPEN
_FLUSHING = states.FLUSHING
_GOODBYE = states.GOODBYE
_DISCARD_BYTES = limits.TLS_DISCARD_BYTES


class TlsProtocol(Connection):
    """One TLS connection over a transport of any kind."""

    __slots__ = ()

    # From the transport below: its life.

    def connection_made(self, transport: Any) -> None:
        """Begin the handshake."""
        if self._state != states.NEW:
            return  # it was aborted before
        self._raw = transport
        self._move(states.CONNECTED)
        self._start_timer(self._settings.handshake_timeout, self.end_slow_handshake)
        try:
            self._engine = self._settings.new_engine()
        except Exception as error:
            self._fail(error, "SSL handshake failed")
            return
        self._outbound.connect(self._engine, transport)
        self._shake_hands(0)

    def _shake_hands(self, count: int) -> None:
        """Go on with the handshake, of which the transport below has just received `count` bytes."""
        try:
            is_done = self._engine.shake_hands()  # type: ignore[union-attr]
        except ssl.CertificateError as error:
            self._fail(error, "SSL handshake failed on verifying the certificate")
        except Exception as error:
            self._fail(error, "SSL handshake failed")
        else:
            if is_done:
                self._open(count)
            else:
                self._outbound.send_encrypted()

    def _open(self, count: int) -> None:
        self._stop_timer()
        self._move(states.AGREED)
        self._engine.begin_records(self._block.data, count)  # type: ignore[union-attr]
        self._extra["ssl_object"] = self._engine.ssl_object  # type: ignore[union-attr]
        if self._announce():
            self._wake_waiter(None)
            self._deliver()  # what came with the end of the handshake

    def _announce(self) -> bool:
        """Tell the application that the connection is made, if it has not been told by somebody else."""
        if not self._announces:
            return True
        self._announces = False
        self._is_delivering = True
        try:
            self._application.protocol.connection_made(self._transport)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            self._fail(error, "Fatal error: protocol.connection_made() call failed.")
            return False
        finally:
            self._is_delivering = False
        return True

    def end_slow_handshake(self) -> None:
        """The time for the handshake is over."""
        seconds = self._settings.handshake_timeout
        message = f"SSL handshake is taking longer than {seconds} seconds: aborting the connection"
        self._fail(ConnectionAbortedError(message), "SSL handshake failed")

    def connection_lost(self, error: BaseException | None) -> None:
        """The transport below is closed."""
        error = error if self._error is None else self._error
        was_made = not self._announces
        self._announces = True
        self._move(states.LOST)
        self._stop_timer()
        self._wake_waiter(error or ConnectionResetError("the connection was lost during the TLS handshake"))
        self._raw = self._engine = self._transport = self._error = None
        self._outbound.disconnect()
        if self._block.borrower is self:
            self._block.borrower = None
        protocol = self._application.protocol
        self._application.protocol = None  # it may hold the transport above, which holds this
        if was_made:
            protocol.connection_lost(error)

    # From the transport below: what it receives.

    def get_buffer(self, size_hint: int) -> bytearray:
        """Where the transport is to put what it receives."""
        self._block.borrower = self
        return self._block.data

    def buffer_updated(self, count: int) -> None:
        """The transport has received `count` bytes."""
        block = self._block
        if block.borrower is not self:
            raise RuntimeError(
                "a transport must call buffer_updated() at once after get_buffer(): the buffer is shared"
            )
        block.borrower = None
        if self._state == _HANDSHAKE:
            self._engine.feed_handshake(block.data, count)
            self._shake_hands(count)
        elif self._engine is not None:
            self._engine.feed(block.data, count)
            self._go_on(count)

    def _go_on(self, count: int) -> None:
        if self._state == _OPEN:
            self._deliver()
        elif self._state == _FLUSHING:
            self.finish_flushing()  # the peer's part of a new handshake may have come
        elif self._state == _GOODBYE:
            self._discard(count)

    def feed(self, data: bytes) -> None:
        """Take bytes that the transport below delivered to somebody else before: those of the peer's handshake."""
        size = len(self._block.data)
        for start in range(0, len(data), size):
            part = data[start : start + size]
            self.get_buffer(len(part))[: len(part)] = part
            self.buffer_updated(len(part))

    def _deliver(self) -> None:
        """Hand what has come to the application, then send what it wrote meanwhile, and what TLS itself has to say."""
        self._is_delivering = True
        try:
            self._application.deliver(self._engine)  # type: ignore[arg-type]
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            self._fail(error, "Fatal error on SSL protocol")
        finally:
            self._is_delivering = False
        if self._state == _OPEN:
            self._flush()
            if self._engine is not None and (self._engine.peer_closed or self._eof):
                self._take_eof()
        elif self._state == _FLUSHING:
            self.finish_flushing()

    def deliver_rest(self) -> None:
        """The application reads again: it gets what had come before it paused."""
        if self._state == _OPEN and self._application.is_reading:
            self._deliver()
            self._set_receiving(self._application.is_reading or self._state != _OPEN)

    def eof_received(self) -> bool:
        """The peer has closed its direction, or vanished."""
        self._eof = True
        if self._state == _HANDSHAKE:
            self._fail(ConnectionResetError("the peer ended the connection during the TLS handshake"), "")
        elif self._state == _OPEN:
            self._deliver()
        elif self._state == _GOODBYE:
            self._end()
        return bool(self._state != states.CLOSED and self._raw.can_write_eof())

    def _take_eof(self) -> None:
        """All that the peer sent is delivered, and it sends no more."""
        if not self._engine.peer_closed and self._engine.has_more():  # type: ignore[union-attr]
            return  # the application has paused, and will get the rest later
        self._is_delivering = True
        try:
            self._application.report_eof()
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            self._fail(error, "Error calling eof_received()")
        finally:
            self._is_delivering = False
        if self._state == _OPEN:
            self._begin_closing()
        elif self._state == _FLUSHING:
            self.finish_flushing()

    # From the transport above.

    def close(self) -> None:
        """Send what was written, say goodbye, close the transport below. Nothing more is delivered."""
        if self._state == _OPEN:
            self._begin_closing()
        elif self._state < _OPEN:
            self.abort()

    def _begin_closing(self) -> None:
        self._move(states.CLOSE)
        self._application.wants_data = False
        self._unsent = self._outbound.unsent()
        self._start_timer(self._settings.shutdown_timeout, self.end_slow_shutdown)
        if not self._is_delivering:
            self.finish_flushing()

    def finish_flushing(self) -> None:
        """Say goodbye when everything is encrypted; until then do not go on downloading."""
        self._flush()
        if self._state != _FLUSHING:
            return
        if self._outbound.size:
            self._set_receiving(self._outbound.is_starved)
            return
        self._move(states.FLUSHED)
        self._say_goodbye()

    def _say_goodbye(self) -> None:
        """As asyncio, not to a peer that went without."""
        if self._eof or self._says_all():
            self._end()
        else:
            self._set_receiving(True)

    def _says_all(self) -> bool:
        """Send close_notify; whether the peer's has come already."""
        try:
            is_answered = self._engine.say_goodbye()  # type: ignore[union-attr]
        except ssl.SSLError:
            is_answered = True  # there is nobody to talk to
        self._outbound.send_encrypted()
        return is_answered

    def _discard(self, count: int) -> None:
        """Look for the peer's goodbye in what was still under way, but not for long."""
        self._discarded += count
        try:
            self._engine.read()  # type: ignore[union-attr]
        except ssl.SSLError:
            self._end()
        else:
            if self._engine.peer_closed or self._discarded > _DISCARD_BYTES:  # type: ignore[union-attr]
                self._end()

    def _end(self) -> None:
        """Both ends are done; the transport below sends what it still has, and closes."""
        self._move(states.FINISHED)
        self._raw.close()

    def end_slow_shutdown(self) -> None:
        """The time to close is over, unless the peer is slow but takes what we send."""
        before = self._unsent
        self._unsent = self._outbound.unsent()
        if self._unsent < before:
            self._start_timer(self._settings.shutdown_timeout, self.end_slow_shutdown)
        else:
            self._fail(TimeoutError("SSL shutdown timed out"), "SSL shutdown failed")

    def pause_reading(self) -> None:
        """Deliver nothing and receive nothing until `resume_reading`."""
        self._application.is_reading = False
        if self._state == _OPEN:
            self._set_receiving(False)

    def resume_reading(self) -> None:
        """Deliver again, first of all what has come already."""
        if self._application.is_reading:
            return
        self._application.is_reading = True
        if self._state != _OPEN:
            return
        if self._eof or self._engine.has_more():  # type: ignore[union-attr]
            self._loop.call_soon(self.deliver_rest)
        else:
            self._set_receiving(True)
