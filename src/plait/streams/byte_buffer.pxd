cimport cython

from plait.native cimport octets

cdef Py_ssize_t _JOINED


cdef class ByteBuffer:
    cdef bytes _head
    cdef Py_ssize_t _offset
    cdef list _tail
    cdef Py_ssize_t _first
    cdef Py_ssize_t _size
    cdef Py_ssize_t _position
    cdef tuple _sought
    cdef Py_ssize_t _searched
    cdef list _frontiers
    cdef Py_ssize_t _found
    cdef Py_ssize_t _end

    cpdef object append(self, bytes data)
    @cython.locals(tail=list, last=bytes)
    cdef object _append_more(self, bytes data)
    cpdef Py_ssize_t size(self) except -1
    @cython.locals(start=Py_ssize_t, stop=Py_ssize_t)
    cpdef bytes take(self, Py_ssize_t count)
    @cython.locals(data=bytes)
    cpdef bytes take_all(self)
    @cython.locals(pieces=list, missing=Py_ssize_t, length=Py_ssize_t, chunk=bytes)
    cdef bytes _take_across(self, Py_ssize_t count)
    @cython.locals(length=Py_ssize_t)
    cpdef object skip(self, Py_ssize_t count)
    @cython.locals(tail=list, index=Py_ssize_t)
    cdef object _next_chunk(self)
    cpdef object clear(self)
    cpdef object trim(self)
    @cython.locals(separator=bytes, start=Py_ssize_t)
    cpdef bint search(self, tuple separators) except -1
    cpdef Py_ssize_t found(self) except? -1
    cpdef Py_ssize_t end(self) except? -1
    cdef object _begin_search(self, tuple separators)
    @cython.locals(position=Py_ssize_t, end=Py_ssize_t, index=Py_ssize_t, start=Py_ssize_t, separator=bytes)
    cdef bint _search_several(self, tuple separators) except -1
    @cython.locals(found=Py_ssize_t)
    cdef Py_ssize_t _find(self, bytes separator, Py_ssize_t start) except -2
    @cython.locals(
        overlap=Py_ssize_t, index=Py_ssize_t, base=Py_ssize_t, before=bytes, chunk=bytes, skipped=Py_ssize_t,
        found=Py_ssize_t, first=Py_ssize_t
    )
    cdef Py_ssize_t _find_across(self, bytes separator, Py_ssize_t start) except -2


cdef bytes _last(bytes data, Py_ssize_t count)
