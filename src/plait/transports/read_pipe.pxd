cimport cython

from plait.native cimport attributes, calling, methods
from plait.transports.reading cimport ReadingTransport

cdef Py_ssize_t _READ_BYTES


cdef class ReadPipeTransport(ReadingTransport):
    cdef void* _attributes  # the first field: native/attributes
    cdef bint _pollable
    cdef bint _is_due

    cdef object run(self)
    cdef object watch_reader(self)
    cdef object unwatch_reader(self)
    cpdef int _halves(self) except -1
    cdef object unwatch(self)
    cdef object run_again(self)
    cdef object read(self)
    @cython.locals(data=bytes)
    cdef object read_data(self)
    @cython.locals(count=Py_ssize_t)
    cdef object read_into_buffer(self)
    cdef object give(self, object method, tuple args)
    cdef object read_eof(self)


cdef str _state(ReadPipeTransport transport)
