"""Two engines that talk to each other, through as many pieces as a test likes."""

import ssl
from collections.abc import Callable, Iterator
from itertools import repeat

import certificates

from plait.tls.engine import Engine

Versions = ssl.TLSVersion
BLOCK = 72 * 1024


class Ends:
    """A client and a server after their handshake; `pieces` gives the sizes of the pieces that one sends to the other."""

    def __init__(self, version: ssl.TLSVersion = Versions.TLSv1_3, pieces: Iterator[int] | None = None) -> None:
        self.pieces = repeat(BLOCK) if pieces is None else pieces
        self.client = Engine(certificates.client_context(version=version), False, certificates.HOST)
        self.server = Engine(certificates.server_context(version=version), True, None)
        self.shake_hands()

    def shake_hands(self) -> None:
        open_ends: set[Engine] = set()
        to = {self.client: self.server, self.server: self.client}
        assert not self.client.shake_hands()
        while len(open_ends) < 2:
            for sender, receiver in to.items():
                for piece in cut(sender.take_outgoing(), self.pieces):
                    if receiver in open_ends:
                        receiver.feed(piece, len(piece))
                        continue
                    receiver.feed_handshake(piece, len(piece))
                    if receiver.shake_hands():
                        open_ends.add(receiver)
                        receiver.begin_records(piece, len(piece))
        for end in to:
            assert read_all(end) == b""  # tickets of TLS 1.3

    def carry(self, sender: Engine, receiver: Engine, take: Callable[[Engine], bytes]) -> bytes:
        """Everything that `sender` has to send goes to `receiver`; what `take` gets there after each piece."""
        got = []
        for piece in cut(sender.take_outgoing(), self.pieces):
            receiver.feed(piece, len(piece))
            got.append(take(receiver))
        return b"".join(got)


def cut(data: bytes, sizes: Iterator[int]) -> Iterator[bytearray]:
    """`data` in pieces; each lies, as in the loop, at the beginning of a larger block."""
    start = 0
    while start < len(data):
        size = next(sizes)
        yield bytearray(data[start : start + size])
        start += size


def read_all(engine: Engine) -> bytes:
    """What a `Protocol` would get."""
    return engine.read() if engine.has_more() else b""


def read_by(room: int) -> Callable[[Engine], bytes]:
    """What a `BufferedProtocol` with a buffer of `room` bytes would get."""

    def read(engine: Engine) -> bytes:
        got = []
        while engine.has_more() and not engine.peer_closed:
            buffer = bytearray(room)
            got.append(buffer[: engine.read_into(buffer)])
        return b"".join(got)

    return read
