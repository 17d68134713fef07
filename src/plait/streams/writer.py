"""`StreamWriter`: the compiled writer as the class that programs see and derive from."""

from __future__ import annotations

import asyncio
from typing import Any

from plait.streams import upgrade
from plait.streams.writer_core import WriterCore


class StreamWriter(WriterCore):
    """See `asyncio.StreamWriter`."""

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # libraries ask ``isinstance(w, asyncio.StreamWriter)``
        return asyncio.StreamWriter if type(self) is StreamWriter else type(self)

    async def start_tls(
        self,
        sslcontext: Any,
        *,
        server_hostname: str | None = None,
        ssl_handshake_timeout: float | None = None,
        ssl_shutdown_timeout: float | None = None,
    ) -> None:
        """Go on in TLS. See `asyncio.StreamWriter.start_tls`.

        What was received beyond what was read belongs to the handshake: it must not pass for a part of the secure stream.
        """
        await self.drain()
        await upgrade.start_tls(
            self,
            sslcontext,
            server_side=self._protocol._client_connected_cb is not None,
            server_hostname=server_hostname,
            ssl_handshake_timeout=ssl_handshake_timeout,
            ssl_shutdown_timeout=ssl_shutdown_timeout,
        )
