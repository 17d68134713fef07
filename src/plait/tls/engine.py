# cython: nonecheck=True
"""One end of a TLS connection as bytes in, bytes out: a pump over `ssl.MemoryBIO`, and no I/O.

To ask OpenSSL for what has not come yet costs as much as to encrypt a kilobyte, because the answer is an exception. So the
engine follows the records in what it is fed (RFC 8446, section 5.1), and asks only where a whole one has come.
"""

from __future__ import annotations

import ssl
from typing import Any

from plait.base import limits
from plait.native import window

_HEADER_BYTES = 5  # type, version (2), length (2)
_FIRST_TYPE = 20  # change_cipher_spec
_LAST_TYPE = 24  # heartbeat
_MAJOR_VERSION = 3
_RECORD_BYTES = limits.TLS_RECORD_BYTES


class Engine:
    """What the peer sent goes into `feed` and comes out of `read`; what goes into `write` comes out of `take_outgoing`."""

    __slots__ = (
        "_failure",
        "_high",
        "_incoming",
        "_outgoing",
        "_read",
        "_records",
        "_rest_held",
        "_size",
        "_tail",
        "_write",
        "peer_closed",
        "ssl_object",
    )

    def __init__(self, context: ssl.SSLContext, server_side: bool, server_hostname: str | None) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self.ssl_object = context.wrap_bio(
            self._incoming, self._outgoing, server_side=server_side, server_hostname=server_hostname
        )
        direct: Any = self.ssl_object
        if type(direct) is ssl.SSLObject:
            direct = getattr(direct, "_sslobj", direct)  # saves a call in Python for each record
        self._read = direct.read
        self._write = direct.write
        self.peer_closed = False  # its close_notify was read
        self._failure: ssl.SSLError | None = None
        self._records = 0  # complete ones that OpenSSL has not taken, or more than these
        self._rest_held = False  # OpenSSL holds decrypted bytes for which the last buffer had no room
        self._tail = 0  # bytes that have come of the record that is not complete
        self._size = 0  # of that record with its header; 0: the header is not complete
        self._high = 0  # the upper byte of its length, if the header is split behind it

    # The beginning and the end.

    def shake_hands(self) -> bool:
        """Go on with the handshake; whether it is done. Raises `ssl.SSLError`; then too there may be something to send."""
        try:
            self.ssl_object.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def begin_records(self, block: bytearray, count: int) -> None:
        """The handshake ended within ``block[:count]``, the last that was fed: follow the records from there."""
        rest = self._incoming.pending
        self._follow_records(block[count - rest : count], rest)

    def say_goodbye(self) -> bool:
        """Send close_notify; whether the peer's has come too. Raises `ssl.SSLError`."""
        try:
            self.ssl_object.unwrap()
        except ssl.SSLWantReadError:
            return False
        return True

    # From the peer.

    def feed_handshake(self, block: bytearray, count: int) -> None:
        """Take ``block[:count]``, which the peer sent, before the handshake is done."""
        self._incoming.write(window.first(block, count))

    def feed(self, block: bytearray, count: int) -> None:
        """Take ``block[:count]``, which the peer sent."""
        self._incoming.write(window.first(block, count))
        self._follow_records(block, count)

    def _follow_records(self, block: bytearray, count: int) -> None:
        """Find how much of the end of ``block[:count]`` belongs to a record that is not complete."""
        position = -self._tail  # of the record; below 0 it began in an earlier block
        size = self._size
        while True:
            come = count - position
            if size == 0:
                if self._is_garbage(block, position, come):
                    position = count
                    self._records += 1  # OpenSSL shall see it, and say so
                    break
                if come < _HEADER_BYTES:
                    if come == _HEADER_BYTES - 1 and position + 3 >= 0:
                        self._high = block[position + 3]
                    break
                high = block[position + 3] if position + 3 >= 0 else self._high
                size = _HEADER_BYTES + high * 256 + block[position + 4]
            if come < size:
                break
            position += size
            size = 0
            self._records += 1
        self._tail = count - position
        self._size = size

    def _is_garbage(self, block: bytearray, position: int, come: int) -> bool:
        """Whether what this block holds of the header at `position` cannot begin a record."""
        if come > 0 and position >= 0 and not _FIRST_TYPE <= block[position] <= _LAST_TYPE:
            return True
        return come > 1 and position >= -1 and block[position + 1] != _MAJOR_VERSION

    def has_more(self) -> bool:
        """Whether a read would find something new."""
        return self._records > 0 or self._rest_held or self._failure is not None

    def _count_taken(self) -> None:
        """OpenSSL has taken at least one record, and those without content before it."""
        if self._records <= 1 or self._incoming.pending <= self._tail:
            self._records = 0
        else:
            self._records -= 1

    def read(self) -> bytes:
        """All that the peer sent in complete records, or most of it; may be empty. Raises `ssl.SSLError`."""
        if self._records <= 1 and not self._rest_held:
            return self._read_record()
        room = window.room(max(self._incoming.pending, _RECORD_BYTES))
        return window.filled(room, self._fill(window.whole(room)))

    def _read_record(self) -> bytes:
        self._raise_failure()
        self._rest_held = False
        try:
            data: bytes = self._read(_RECORD_BYTES)
        except ssl.SSLWantReadError:
            self._records = 0
            return b""
        except ssl.SSLZeroReturnError:
            data = b""
        if data:
            self._count_taken()
        else:
            self._end_of_data()
        return data

    def read_into(self, buffer: Any) -> int:
        """Fill `buffer` from its start; the number of bytes. Raises `ssl.SSLError`."""
        with memoryview(buffer) as view:  # released before anybody may resize what is below
            return self._fill(view)

    def _fill(self, view: memoryview) -> int:
        """Write what came into `view`; what fails after the first bytes is raised by the next read."""
        self._raise_failure()
        filled = 0
        size = view.nbytes
        while filled < size and self.has_more() and not self.peer_closed:
            try:
                filled += self._read_some(view[filled:], size - filled)
            except ssl.SSLError as error:
                if filled == 0:
                    raise
                self._failure = error
                break
        return filled

    def _read_some(self, view: memoryview, room: int) -> int:
        try:
            count: int = self._read(room, view)
        except ssl.SSLWantReadError:
            self._records = 0
            self._rest_held = False
            return 0
        except ssl.SSLZeroReturnError:
            count = 0
        if count == 0:
            self._end_of_data()
            return 0
        self._rest_held = count == room and self.ssl_object.pending() > 0
        if not self._rest_held:
            self._count_taken()
        return count

    def _end_of_data(self) -> None:
        self.peer_closed = True
        self._incoming.read()  # whatever follows a close_notify is not data
        self._tail = self._size = self._records = 0
        self._rest_held = False

    def _raise_failure(self) -> None:
        if self._failure is not None:
            error = self._failure
            self._failure = None
            raise error

    # To the peer.

    def write(self, data: Any) -> int:
        """Encrypt; the number of bytes taken. 0: the peer must be heard first, in the midst of a new handshake."""
        try:
            count: int = self._write(data)
        except ssl.SSLWantReadError:
            return 0
        return count

    def has_outgoing(self) -> bool:
        """Whether there is something to send."""
        return self._outgoing.pending > 0

    def take_outgoing(self) -> bytes:
        """What is to be sent, as one object."""
        return self._outgoing.read()
