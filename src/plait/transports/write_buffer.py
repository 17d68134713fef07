"""What waits to be written: bytes in, vectors out, no I/O.

Bytes are kept as they are; what its owner could change meanwhile is copied, once. The transport gives `chunks`, `first` and
`offset` to a vectored system call and tells `consume` how many bytes went.
"""

from __future__ import annotations

from typing import Any

_LEAST_TO_COMPACT = 64  # chunks that went; fewer cost less to keep than to move the others


def size_of(data: Any) -> int:
    """The bytes in `data`; refuses what asyncio's transports refuse, and a view of memory that is not in one piece."""
    kind = type(data)
    if kind is bytes or kind is bytearray:
        return len(data)
    if kind is memoryview:
        if not data.c_contiguous:
            raise BufferError("memoryview: underlying buffer is not C-contiguous")
        return data.nbytes  # type: ignore[no-any-return]
    if isinstance(data, (bytes, bytearray)):
        return len(data)
    raise TypeError(f"data argument must be a bytes, bytearray, or memoryview object, not {kind.__name__!r}")


class WriteBuffer:
    """A queue of bytes."""

    __slots__ = ("chunks", "first", "offset", "size")

    def __init__(self) -> None:
        self.chunks: list[Any] = []
        self.first = 0  # of the chunks that are left
        self.offset = 0  # bytes of that chunk that went
        self.size = 0  # bytes that are left

    def append(self, data: Any, start: int) -> None:
        """Queue ``data[start:]``, in bytes; `data` is what `size_of` takes."""
        size = size_of(data) - start
        if size <= 0:
            return
        if type(data) is bytes and (start == 0 or not self.chunks):
            self.offset = start if start else self.offset
            self.chunks.append(data)
        else:
            self.chunks.append(_own(data, start))
        self.size += size

    def borrow(self, data: Any) -> None:
        """Queue `data` without a copy, until `own_borrowed`."""
        size = size_of(data)
        if size == 0:
            return
        self.chunks.append(data if type(data) is bytes else _view(data))
        self.size += size

    def extend(self, others: WriteBuffer) -> None:
        """Queue what `others` holds, of which nothing has gone."""
        for data in others.chunks:
            self.append(data, 0)

    def own_borrowed(self) -> None:
        """Copy what is left of what was borrowed."""
        for index in range(self.first, len(self.chunks)):
            chunk = self.chunks[index]
            if type(chunk) is not bytes:
                self.chunks[index] = _own(chunk, 0)

    def consume(self, count: int) -> None:
        """`count` bytes went."""
        self.size -= count
        if self.size == 0:
            self.clear()
            return
        count += self.offset
        size = len(self.chunks[self.first])
        while count >= size:
            count -= size
            self.chunks[self.first] = None
            self.first += 1
            size = len(self.chunks[self.first])
        self.offset = count
        self._compact()

    def _compact(self) -> None:
        if self.first >= _LEAST_TO_COMPACT and 2 * self.first >= len(self.chunks):
            del self.chunks[: self.first]
            self.first = 0

    def clear(self) -> None:
        """Forget all."""
        self.chunks = []
        self.first = self.offset = self.size = 0


def _own(data: Any, start: int) -> Any:
    """``data[start:]`` as something that nobody can change: a copy, unless it is a view of bytes."""
    view = _view(data)
    if type(view.obj) is bytes:
        return view[start:]
    return bytes(view[start:])


def _view(data: Any) -> memoryview:
    """A view of our own, so that nobody else can release it, of single bytes."""
    view = memoryview(data)
    return view if view.format == "B" and view.ndim == 1 else view.cast("B")
