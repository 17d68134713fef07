cimport cython

from plait.native cimport attributes, calling
from plait.transports.base cimport Transport

cdef Py_ssize_t _READ_BYTES


cdef class ReadPipeTransport(Transport):
    cdef void* _attributes  # the first field: native/attributes
    cdef object _get_buffer
    cdef object _buffer_updated
    cdef object _data_received
    cdef object _waiter
    cdef bint _started
    cdef bint _reading
    cdef bint _paused
    cdef bint _pollable
    cdef bint _is_due

    cpdef object set_protocol(self, object protocol)
    cdef object forget_protocol(self)
    cdef object run(self)
    cdef object start(self)
    cdef object watch_reader(self)
    cdef object run_again(self)
    cpdef object stop_reading(self)
    cdef object read(self)
    @cython.locals(data=bytes)
    cdef object read_data(self)
    @cython.locals(count=Py_ssize_t)
    cdef object read_into_buffer(self)
    cdef object give(self, object method, tuple args)
    cdef object read_eof(self)


cdef str _state(ReadPipeTransport transport)
