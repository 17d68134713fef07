"""A protocol that takes what came without a call through Python."""

from __future__ import annotations


class Receiver:
    """The base of plait's own protocols; a transport asks for it when it is given a protocol."""

    __slots__ = ()

    def takes_directly(self) -> bool:
        """Whether `receive` is what ``data_received`` does: a subclass may have one of its own."""
        raise NotImplementedError

    def receive(self, data: bytes) -> None:
        """``data_received``; calls nothing that belongs in a context."""
        raise NotImplementedError
