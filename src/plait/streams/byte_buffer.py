# cython: nonecheck=True
"""Bytes that came and are yet to be read: chunks as they came, and no I/O.

A chunk that is read whole is given out as the object that it is. Reading small pieces moves an offset. Small chunks are
joined as they come, so that a peer that drips single bytes costs no more memory than one that does not. What was searched
once is not searched again. Positions count from the first unread byte; inside they are kept as positions in the whole
stream, which reading does not change.
"""

from __future__ import annotations

from typing import Any

from plait.base import limits
from plait.native import octets

_JOINED = limits.JOINED_CHUNK_BYTES


class ByteBuffer:
    """A queue of bytes."""

    __slots__ = (
        "_end",
        "_first",
        "_found",
        "_frontiers",
        "_head",
        "_offset",
        "_position",
        "_searched",
        "_size",
        "_sought",
        "_tail",
    )

    def __init__(self) -> None:
        self._head = b""  # the first chunk,
        self._offset = 0  # and how much of it was read
        self._tail: list[Any] = []  # the chunks after it,
        self._first = 0  # from this index on
        self._size = 0
        self._position = 0  # how much was ever read
        self._sought: Any = None  # the separators last searched for,
        self._searched = 0  # and where in the stream the first of them may begin;
        self._frontiers: Any = None  # the same for each, if there are several
        self._found = 0  # where the last match began
        self._end = 0  # and ended

    # Filling.

    def append(self, data: bytes) -> None:
        """Add `data`, which is kept, not copied, unless it is small."""
        if self._size == 0:
            self._head = data
            self._offset = 0
        else:
            self._append_more(data)
        self._size += len(data)

    def _append_more(self, data: bytes) -> None:
        tail = self._tail
        if len(tail) > self._first:
            last: bytes = tail[-1]
            if len(last) + len(data) <= _JOINED:
                tail[-1] = last + data
            else:
                tail.append(data)
        elif self._size + len(data) <= _JOINED:
            self._head = octets.part(self._head, self._offset, len(self._head)) + data
            self._offset = 0
        else:
            tail.append(data)

    # Reading.

    def size(self) -> int:
        """How many bytes are in it."""
        return self._size

    def take(self, count: int) -> bytes:
        """The first `count` bytes, which must be there; they are gone."""
        start = self._offset
        stop = start + count
        if stop < len(self._head):
            self._offset = stop
            self._size -= count
            self._position += count
            return octets.part(self._head, start, stop)
        if count == self._size:
            return self.take_all()
        return self._take_across(count)

    def take_all(self) -> bytes:
        """Everything."""
        data = self._head
        if self._offset:
            data = octets.part(data, self._offset, len(data))
        if len(self._tail) > self._first:
            data = b"".join([data, *self._tail[self._first :]])
        self.clear()
        return data

    def _take_across(self, count: int) -> bytes:
        """The first chunk and maybe more."""
        pieces = []
        missing = count
        while missing > 0:
            chunk = self._head
            length = len(chunk) - self._offset
            if length > missing:
                pieces.append(octets.part(chunk, self._offset, self._offset + missing))
                self._offset += missing
                break
            pieces.append(octets.part(chunk, self._offset, len(chunk)) if self._offset else chunk)
            missing -= length
            self._next_chunk()
        self._size -= count
        self._position += count
        return b"".join(pieces)

    def skip(self, count: int) -> None:
        """Drop the first `count` bytes, which must be there."""
        self._size -= count
        self._position += count
        while count > 0:
            length = len(self._head) - self._offset
            if length > count:
                self._offset += count
                return
            count -= length
            self._next_chunk()

    def _next_chunk(self) -> None:
        """The first chunk was read."""
        self._offset = 0
        tail = self._tail
        index = self._first
        if index == len(tail):
            self._head = b""
            return
        self._head = tail[index]
        tail[index] = None
        index += 1
        if index > 16 and index * 2 > len(tail):
            del tail[:index]
            index = 0
        self._first = index

    def clear(self) -> None:
        """Drop everything."""
        self._position += self._size
        self._head = b""
        self._offset = 0
        self._size = 0
        if self._tail:
            self._tail = []
            self._first = 0

    def trim(self) -> None:
        """Release a chunk of which little is left; called before a wait, which may be long."""
        if self._offset * 2 > len(self._head):
            self._head = octets.part(self._head, self._offset, len(self._head))
            self._offset = 0

    # Searching.

    def search(self, separators: tuple[bytes, ...]) -> bool:
        """Whether one of `separators` is there; then see `found` and `end`.

        Of several, that counts which ends first; if there is more than one such, the first in the tuple.
        """
        if separators is not self._sought:
            self._begin_search(separators)
        if self._frontiers is not None:
            return self._search_several(separators)
        separator = separators[0]
        start = self._find(separator, max(0, self._searched - self._position))
        if start < 0:
            self._searched = self._position + max(0, self._size - len(separator) + 1)
            return False
        self._searched = self._position + start
        self._found = start
        self._end = start + len(separator)
        return True

    def found(self) -> int:
        """Where the separator begins that `search` found."""
        return self._found

    def end(self) -> int:
        """Where the separator ends that `search` found."""
        return self._end

    def _begin_search(self, separators: tuple[bytes, ...]) -> None:
        if separators == self._sought:
            return
        self._sought = separators
        self._searched = self._position
        self._frontiers = [self._position] * len(separators) if len(separators) > 1 else None

    def _search_several(self, separators: tuple[bytes, ...]) -> bool:
        position = self._position
        end = -1
        for index, separator in enumerate(separators):
            start = self._find(separator, max(0, self._frontiers[index] - position))
            if start < 0:
                self._frontiers[index] = position + max(0, self._size - len(separator) + 1)
                continue
            self._frontiers[index] = position + start
            if end < 0 or start + len(separator) < end:
                end = start + len(separator)
                self._found = start
        self._end = end
        return end >= 0

    def _find(self, separator: bytes, start: int) -> int:
        """Where `separator` begins, not before `start`; -1: nowhere."""
        if len(self._tail) > self._first:
            return self._find_across(separator, start)
        found = octets.find(self._head, separator, self._offset + start)
        return found if found < 0 else found - self._offset

    def _find_across(self, separator: bytes, start: int) -> int:
        """The same in several chunks, from the one at `start` on; a separator may begin in one and end in another."""
        overlap = len(separator) - 1
        index = len(self._tail)
        base = self._size  # where the chunk at `index` begins
        while base > start and index > self._first:
            index -= 1
            base -= len(self._tail[index])
        if base > start:
            index -= 1  # the head
            base = 0
        before = b""  # what may be the beginning of a separator, just before the chunk
        while index < len(self._tail):
            chunk: bytes = self._head if index < self._first else self._tail[index]
            skipped = self._offset if index < self._first else 0
            if before:
                found = octets.find(
                    before + octets.part(chunk, skipped, min(len(chunk), skipped + overlap)), separator, 0
                )
                if found >= 0:
                    return base - len(before) + found
            first = skipped + max(0, start - base)
            found = octets.find(chunk, separator, first)
            if found >= 0:
                return base + found - skipped
            if overlap:
                before = _last(before + octets.part(chunk, max(first, len(chunk) - overlap), len(chunk)), overlap)
            base += len(chunk) - skipped
            index += 1
        return -1

    # As asyncio's `_buffer`, which is a bytearray, and which subclasses of its reader use.

    def extend(self, data: Any) -> None:
        """Add the bytes of `data`."""
        self.append(bytes(memoryview(data)))

    def __len__(self) -> int:
        return self._size

    def __bytes__(self) -> bytes:
        chunks = self._tail[self._first :]
        return b"".join([octets.part(self._head, self._offset, len(self._head)), *chunks])

    def __getitem__(self, index: Any) -> Any:
        return bytes(self)[index]

    def __delitem__(self, index: Any) -> None:
        left = bytearray(bytes(self))
        del left[index]
        self.clear()
        self._sought = None
        self.append(bytes(left))

    def __eq__(self, other: object) -> bool:
        return bytes(self) == (bytes(other) if isinstance(other, ByteBuffer) else other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {bytes(self)!r}>"


def _last(data: bytes, count: int) -> bytes:
    return octets.part(data, max(0, len(data) - count), len(data))
