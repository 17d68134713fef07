"""What a TLS connection is asked to be, checked before there is one."""

from __future__ import annotations

import ssl
from typing import Any

from plait.base import limits, numeric
from plait.tls.engine import Engine


class Settings:
    """The context, the side, the name and the two times of a connection."""

    def __init__(
        self,
        context: Any,
        server_side: bool,
        server_hostname: str | None,
        handshake_timeout: float | None,
        shutdown_timeout: float | None,
    ) -> None:
        self.handshake_timeout = _seconds("ssl_handshake_timeout", handshake_timeout, limits.TLS_HANDSHAKE_SECONDS)
        self.shutdown_timeout = _seconds("ssl_shutdown_timeout", shutdown_timeout, limits.TLS_SHUTDOWN_SECONDS)
        self.context = (
            context if isinstance(context, ssl.SSLContext) else _default(context, server_side, server_hostname)
        )
        self.server_side = server_side
        self.server_hostname = server_hostname if server_hostname and not server_side else None

    def new_engine(self) -> Engine:
        """One end of a connection. Raises what `ssl.SSLContext.wrap_bio` does."""
        return Engine(self.context, self.server_side, self.server_hostname)


def _default(context: Any, server_side: bool, server_hostname: str | None) -> ssl.SSLContext:
    """The context that ``ssl=True`` stands for."""
    if server_side:
        raise ValueError("Server side SSL needs a valid SSLContext")
    if context is not None and not isinstance(context, bool):
        raise TypeError(f"ssl is expected to be an ssl.SSLContext or True, got {context!r}")
    made = ssl.create_default_context()
    if not server_hostname:
        made.check_hostname = False
    return made


def _seconds(name: str, given: float | None, default: float) -> float:
    numeric.must_be_positive_seconds(name, given)
    return default if given is None else given
