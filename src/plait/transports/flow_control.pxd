from plait.native cimport methods
from plait.transports.reading cimport ReadingTransport

cdef Py_ssize_t _HIGH_WATER
cdef Py_ssize_t _LOW_WATER


cdef class FlowControl(ReadingTransport):
    cdef Py_ssize_t _high_water
    cdef Py_ssize_t _low_water
    cdef readonly bint _protocol_paused

    cdef object begin_flow(self)
    cpdef Py_ssize_t get_write_buffer_size(self) except -1
    cdef object pause_if_full(self, Py_ssize_t size)
    cdef object resume_if_low(self, Py_ssize_t size)
    cdef object call_flow(self, str name)
