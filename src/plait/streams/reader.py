"""`StreamReader`: the compiled reader as the class that programs see and derive from."""

from __future__ import annotations

import asyncio

from plait.streams.reader_core import ReaderCore


class StreamReader(ReaderCore):
    """See `asyncio.StreamReader`."""

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # libraries ask ``isinstance(r, asyncio.StreamReader)``
        return asyncio.StreamReader if type(self) is StreamReader else type(self)
