"""The memory into which a loop receives what is encrypted: one for all its connections, since each empties it at once."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from plait.base import limits


class ReceiveBlock:
    """Lent to a protocol from its `get_buffer` to its `buffer_updated`, between which a transport calls nobody else."""

    __slots__ = ("borrower", "data")

    def __init__(self) -> None:
        self.data = bytearray(limits.TLS_RECEIVE_BYTES)
        self.borrower: Any = None


def block_of(loop: Any) -> ReceiveBlock:
    """The block of `loop`."""
    block = _BLOCKS.get(loop)
    if block is None:
        block = _BLOCKS[loop] = ReceiveBlock()
    return block


_BLOCKS: WeakKeyDictionary[Any, ReceiveBlock] = WeakKeyDictionary()
