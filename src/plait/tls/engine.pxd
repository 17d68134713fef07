cimport cython

from plait.native cimport window

cdef Py_ssize_t _HEADER_BYTES
cdef int _FIRST_TYPE
cdef int _LAST_TYPE
cdef int _MAJOR_VERSION
cdef Py_ssize_t _RECORD_BYTES


cdef class Engine:
    cdef object _incoming
    cdef object _outgoing
    cdef readonly object ssl_object
    cdef object _read
    cdef object _write
    cdef readonly bint peer_closed
    cdef object _failure
    cdef Py_ssize_t _records
    cdef bint _rest_held
    cdef Py_ssize_t _tail
    cdef Py_ssize_t _size
    cdef Py_ssize_t _high

    cpdef object feed(self, bytearray block, Py_ssize_t count)
    @cython.locals(position=Py_ssize_t, size=Py_ssize_t, come=Py_ssize_t, high=Py_ssize_t)
    cdef object _follow_records(self, bytearray block, Py_ssize_t count)
    cdef bint _is_garbage(self, bytearray block, Py_ssize_t position, Py_ssize_t come) except -1
    cpdef bint has_more(self) except -1
    cdef object _count_taken(self)
    cpdef bytes read(self)
    @cython.locals(data=bytes)
    cdef bytes _read_record(self)
    cpdef Py_ssize_t read_into(self, object buffer) except -1
    @cython.locals(filled=Py_ssize_t, size=Py_ssize_t)
    cdef Py_ssize_t _fill(self, object view) except -1
    @cython.locals(count=Py_ssize_t)
    cdef Py_ssize_t _read_some(self, object view, Py_ssize_t room) except -1
    cdef object _end_of_data(self)
    cdef object _raise_failure(self)
    @cython.locals(count=Py_ssize_t)
    cpdef Py_ssize_t write(self, object data) except -1
    cpdef bint has_outgoing(self) except -1
    cpdef bytes take_outgoing(self)
