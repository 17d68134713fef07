# cython: nonecheck=True
"""The transport that the application sees."""

from __future__ import annotations

import asyncio
import warnings
from asyncio import constants
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plait.tls.protocol import TlsProtocol


class TlsTransport:
    """See `asyncio.Transport`. What is written is encrypted; the water marks are those of the transport below."""

    __slots__ = ("__weakref__", "_tls")

    _start_tls_compatible = True  # what start_tls() looks for
    _sendfile_compatible = constants._SendfileMode.FALLBACK  # the system does not encrypt

    def __init__(self, tls: TlsProtocol) -> None:
        self._tls = tls

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # libraries ask ``isinstance(t, asyncio.Transport)``
        return asyncio.Transport

    def __repr__(self) -> str:
        return f"<TlsTransport {'closing' if self._tls.is_closing() else 'open'} over {self._tls.below()!r}>"

    def __del__(self) -> None:
        tls = self._tls
        if tls is not None and not tls.is_closing():
            warnings.warn(f"unclosed transport {self!r}", ResourceWarning, source=self, stacklevel=2)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """As asyncio's: ``sslcontext``, ``ssl_object``, ``peercert``, ``cipher``, ``compression``, or what is below."""
        return self._tls.get_extra_info(name, default)

    def set_protocol(self, protocol: Any) -> None:
        """Deliver to `protocol` from now on."""
        self._tls.set_protocol(protocol)

    def get_protocol(self) -> Any:
        """Whom it delivers to."""
        return self._tls.get_protocol()

    def is_closing(self) -> bool:
        """Whether it is closed, or about to be."""
        return self._tls.is_closing()

    def close(self) -> None:
        """Send what was written, then close_notify, wait for the peer's, close."""
        self._tls.close()

    def abort(self) -> None:
        """Close at once; what is not sent is lost."""
        self._tls.abort()

    # Reading.

    def is_reading(self) -> bool:
        """Whether the protocol gets what comes."""
        return self._tls.is_reading()

    def pause_reading(self) -> None:
        """Deliver nothing until `resume_reading`, and receive nothing."""
        self._tls.pause_reading()

    def resume_reading(self) -> None:
        """Deliver again."""
        self._tls.resume_reading()

    # Writing.

    @property
    def _protocol_paused(self) -> bool:  # as in asyncio; sendfile asks
        return self._tls.is_writing_paused()

    def write(self, data: Any) -> None:
        """Send a bytes-like object: with all that is written in the same callback, or at once if it is much."""
        if type(data) is not bytes:
            data = _to_bytes(data)
        if data:
            self._tls.write(data)

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        """Send bytes-like objects."""
        self.write(b"".join([_to_bytes(data) for data in list_of_data]))

    def write_eof(self) -> None:
        """TLS cannot close one direction only."""
        raise NotImplementedError("TLS cannot close one direction only: close() ends both")

    def can_write_eof(self) -> bool:
        """Never."""
        return False

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """From how many unsent bytes on the protocol is paused, and until how many."""
        raw = self._tls.below()
        if raw is not None:
            raw.set_write_buffer_limits(high=high, low=low)

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """``(low, high)`` in bytes."""
        raw = self._tls.below()
        return (0, 0) if raw is None else raw.get_write_buffer_limits()

    def get_write_buffer_size(self) -> int:
        """Bytes that are not sent."""
        return self._tls.unsent()


def _to_bytes(data: Any) -> bytes:
    if isinstance(data, bytes):
        return data
    if not isinstance(data, bytearray | memoryview):
        raise TypeError(f"data: expecting a bytes-like instance, got {type(data).__name__}")
    return bytes(data)
