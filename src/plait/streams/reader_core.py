# cython: nonecheck=True
"""The ways of reading: what each waits for, takes and refuses."""

from __future__ import annotations

import operator
import sys
from typing import Any

from plait.base.errors import IncompleteReadError, LimitOverrunError
from plait.native import methods, pool
from plait.streams import overridden
from plait.streams.reader_feed import ReaderFeed, Reading
from plait.tasks import coroutine_kinds, operation

_LINE_END = (b"\n",)


class ReaderCore(ReaderFeed):
    """The compiled part of `StreamReader`."""

    __slots__ = ()

    def read(self, n: int = -1) -> Any:
        """Up to `n` bytes, as soon as there are any; with a negative `n` everything up to the end."""
        try:
            return self._make_read(n if type(n) is int else operator.index(n))
        except OverflowError:
            return self._make_read(_bounded(n))

    def _make_read(self, count: int) -> Read:
        operation = pool.new(Read)
        operation.begin()
        operation._reader = self
        operation._count = count
        return operation

    def readexactly(self, n: int) -> Any:
        """`n` bytes; IncompleteReadError when the end comes before."""
        try:
            return self._make_readexactly(n if type(n) is int else operator.index(n))
        except OverflowError:
            return self._make_readexactly(_bounded(n))

    def _make_readexactly(self, count: int) -> ReadExactly:
        operation = pool.new(ReadExactly)
        operation.begin()
        operation._reader = self
        operation._count = count
        return operation

    def readuntil(self, separator: Any = b"\n") -> Any:
        """Up to and with `separator`, or that of several in a tuple which ends first."""
        return self._make_readuntil(separator)

    def _make_readuntil(self, separator: Any) -> ReadUntil:
        operation = pool.new(ReadUntil)
        operation.begin()
        operation._reader = self
        operation._separators = separator
        return operation

    def readline(self) -> Any:
        """A line with its end; what is left of one at the end of the stream."""
        return self._make_readline()

    def _make_readline(self) -> ReadLine:
        operation = pool.new(ReadLine)
        operation.begin()
        operation._reader = self
        operation._separators = _LINE_END
        operation._longest = 1
        return operation

    def __aiter__(self) -> Any:
        return self

    def __anext__(self) -> Any:
        if type(self).readline is not _readline:
            return overridden.next_line(self)
        return self._make_next_line()

    def _make_next_line(self) -> NextLine:
        operation = pool.new(NextLine)
        operation.begin()
        operation._reader = self
        operation._separators = _LINE_END
        operation._longest = 1
        return operation


methods.guard(ReaderCore)


def _bounded(count: Any) -> int:
    """A number of bytes that no stream can have, as one that a C integer can."""
    return max(-1, min(operator.index(count), sys.maxsize))


_readline = ReaderCore.readline


class Read(Reading):
    """``reader.read(n)``."""

    __slots__ = ("_count",)

    _count: int

    def is_satisfied(self) -> bool:
        return self._reader._eof or self._count >= 0

    def attempt(self) -> bool:
        reader = self._reader
        buffer = reader._buffer
        size = buffer.size()
        count = self._count
        if count < 0:
            if not reader._eof:
                return False
            count = size
        elif size == 0 and count > 0 and not reader._eof:
            return False
        self._value = buffer.take_all() if count >= size > 0 else buffer.take(min(count, size))
        if reader._paused:
            reader.taken()
        return True


class ReadExactly(Reading):
    """``reader.readexactly(n)``."""

    __slots__ = ("_count",)

    _count: int

    def prepare(self) -> None:
        if self._count < 0:
            raise ValueError(f"readexactly size can not be less than zero: {self._count}")

    def is_satisfied(self) -> bool:
        return self._reader._buffer.size() >= self._count

    def attempt(self) -> bool:
        reader = self._reader
        if reader._buffer.size() >= self._count:
            self._value = reader._buffer.take(self._count)
        elif reader._eof:
            raise IncompleteReadError(reader._buffer.take_all(), self._count)
        else:
            return False
        if reader._paused:
            reader.taken()
        return True


class ReadUntil(Reading):
    """``reader.readuntil(separator)``."""

    __slots__ = ("_longest", "_separators")

    _separators: Any
    _longest: int

    def prepare(self) -> None:
        self._separators = separators = _as_separators(self._separators)
        self._longest = len(separators[-1])

    def is_satisfied(self) -> bool:
        return self._reader._buffer.search(self._separators) or self.is_over_limit()

    def is_over_limit(self) -> bool:
        """Whether a separator that comes now would come too late."""
        return self._reader._buffer.size() + 1 - self._longest > self._reader._bound

    def attempt(self) -> bool:
        reader = self._reader
        buffer = reader._buffer
        if buffer.search(self._separators):
            if buffer.found() > reader._bound:
                self.refuse("Separator is found, but chunk is longer than limit", buffer.found())
            self._value = buffer.take(buffer.end())
        elif self.is_over_limit():
            self.refuse("Separator is not found, and chunk exceed the limit", buffer.size() + 1 - self._longest)
        elif reader._eof:
            self.end()
        else:
            return False
        if reader._paused:
            reader.taken()
        return True

    def refuse(self, message: str, consumed: int) -> None:
        """It is longer than the limit; it stays in the buffer."""
        raise LimitOverrunError(message, consumed)

    def end(self) -> None:
        """The stream ended without a separator."""
        raise IncompleteReadError(self._reader._buffer.take_all(), None)


class ReadLine(ReadUntil):
    """``reader.readline()``."""

    __slots__ = ()

    def prepare(self) -> None:
        return

    def refuse(self, message: str, consumed: int) -> None:
        """Drop the line, or what there is of it."""
        reader = self._reader
        buffer = reader._buffer
        if buffer.search(self._separators):
            buffer.skip(buffer.end())
        else:
            buffer.clear()
        reader.taken()
        raise ValueError(message)

    def end(self) -> None:
        self._value = self._reader._buffer.take_all()


class NextLine(ReadLine):
    """``async for line in reader``."""

    __slots__ = ()

    def label(self) -> str:
        return "readline"

    def end(self) -> None:
        if self._reader._buffer.size() == 0:
            raise StopAsyncIteration
        self._value = self._reader._buffer.take_all()


def _as_separators(separator: Any) -> tuple[bytes, ...]:
    """As a tuple of bytes, the shortest first."""
    given = separator if isinstance(separator, tuple) else (separator,)
    if not given:
        raise ValueError("Separator should contain at least one element")
    separators = tuple([one if type(one) is bytes else bytes(memoryview(one)) for one in given])
    if len(separators) > 1:
        separators = tuple(sorted(separators, key=len))
    if not separators[0]:
        raise ValueError("Separator should be at least one-byte string")
    return separators


for _operation in (Read, ReadExactly, ReadUntil, ReadLine):
    pool.keep_freed_if_set(_operation, operation.progress_place())
for _function in (ReaderCore.read, ReaderCore.readexactly, ReaderCore.readuntil, ReaderCore.readline):
    coroutine_kinds.mark_coroutine_function(_function)
