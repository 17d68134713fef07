cimport cython

from plait.native cimport methods, pool
from plait.streams.byte_buffer cimport ByteBuffer
from plait.streams.reader_feed cimport ReaderFeed, Reading
from plait.tasks cimport operation
from plait.tasks.future cimport Future

cdef tuple _LINE_END
cdef object _readline


cdef class ReaderCore(ReaderFeed):
    @cython.locals(operation=Read)
    cdef Read _make_read(self, Py_ssize_t count)
    @cython.locals(operation=ReadExactly)
    cdef ReadExactly _make_readexactly(self, Py_ssize_t count)
    @cython.locals(operation=ReadUntil)
    cdef ReadUntil _make_readuntil(self, object separator)
    @cython.locals(operation=ReadLine)
    cdef ReadLine _make_readline(self)
    @cython.locals(operation=NextLine)
    cdef NextLine _make_next_line(self)


cdef class Read(Reading):
    cdef Py_ssize_t _count

    cdef bint is_satisfied(self) except -1
    @cython.locals(reader=ReaderFeed, buffer=ByteBuffer, size=Py_ssize_t, count=Py_ssize_t)
    cdef bint attempt(self) except -1


cdef class ReadExactly(Reading):
    cdef Py_ssize_t _count

    cdef object prepare(self)
    cdef bint is_satisfied(self) except -1
    @cython.locals(reader=ReaderFeed)
    cdef bint attempt(self) except -1


cdef class ReadUntil(Reading):
    cdef object _separators
    cdef Py_ssize_t _longest

    cdef object prepare(self)
    cdef bint is_satisfied(self) except -1
    cdef bint is_over_limit(self) except -1
    @cython.locals(reader=ReaderFeed, buffer=ByteBuffer)
    cdef bint attempt(self) except -1
    cdef object refuse(self, str message, Py_ssize_t consumed)
    cdef object end(self)


cdef class ReadLine(ReadUntil):
    cdef object prepare(self)
    @cython.locals(reader=ReaderFeed, buffer=ByteBuffer)
    cdef object refuse(self, str message, Py_ssize_t consumed)
    cdef object end(self)


cdef class NextLine(ReadLine):
    cdef str label(self)
    cdef object end(self)


cdef tuple _as_separators(object separator)
