# cython: nonecheck=True
"""What the application wrote: gathered, encrypted in blocks, handed to the transport below as long as that takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.base import limits

if TYPE_CHECKING:
    from plait.tls.engine import Engine

_BLOCK_BYTES = limits.TLS_BLOCK_BYTES


class Outbound:
    """Writes of a few bytes in one callback become one record and one send; a slow peer's data waits unencrypted."""

    __slots__ = ("_engine", "_pieces", "_raw", "is_paused", "is_starved", "size")

    def __init__(self) -> None:
        self._engine: Engine | None = None
        self._raw: Any = None
        self._pieces: list[Any] = []
        self.size = 0
        self.is_paused = False  # the transport below has enough
        self.is_starved = False  # the peer must be heard before more can be encrypted: a new handshake

    def connect(self, engine: Engine, raw: Any) -> None:
        """Encrypt by `engine` and send by the transport `raw`."""
        self._engine = engine
        self._raw = raw

    def add(self, data: bytes) -> None:
        """Gather `data`, which nobody may change any more."""
        self._pieces.append(data)
        self.size += len(data)

    def flush(self) -> None:
        """Encrypt and send as much as the transport below takes. Raises `ssl.SSLError`."""
        if self.size == 0 or self.is_paused:
            self.send_encrypted()
        while self.size and not self.is_paused:
            count = self._encrypt(self._take_block())
            self.is_starved = count == 0
            self.send_encrypted()
            if count == 0:
                return

    def _encrypt(self, block: Any) -> int:
        count = self._engine.write(block)  # type: ignore[union-attr]
        length = len(block)
        self.size -= count
        if count < length:
            self._pieces.insert(0, block if count == 0 else memoryview(block)[count:])
        return count

    def _take_block(self) -> Any:
        """As many pieces as a block holds, or a part of the first."""
        pieces = self._pieces
        taken = len(pieces[0])
        if taken > _BLOCK_BYTES:
            first = memoryview(pieces[0])
            pieces[0] = first[_BLOCK_BYTES:]
            return first[:_BLOCK_BYTES]
        if len(pieces) == 1:
            return pieces.pop()
        count = 1
        while count < len(pieces) and taken + len(pieces[count]) <= _BLOCK_BYTES:
            taken += len(pieces[count])
            count += 1
        block = pieces[0] if count == 1 else b"".join(pieces[:count])
        del pieces[:count]
        return block

    def send_encrypted(self) -> None:
        """Hand over what the engine has to send, be it of its own accord."""
        engine = self._engine
        if engine is not None and engine.has_outgoing():
            self._raw.write(engine.take_outgoing())

    def unsent(self) -> int:
        """Bytes that the application wrote and the transport below has not sent."""
        below = 0 if self._raw is None else self._raw.get_write_buffer_size()
        return self.size + int(below)

    def drop(self) -> None:
        """Forget what is not sent; the connection is lost."""
        self._pieces.clear()
        self.size = 0

    def disconnect(self) -> None:
        """Forget the engine and the transport too."""
        self.drop()
        self._engine = None
        self._raw = None
