from plait.native cimport methods
from plait.transports.base cimport Transport


cdef class ReadingTransport(Transport):
    cdef object _get_buffer
    cdef object _buffer_updated
    cdef object _data_received
    cdef object _waiter
    cdef bint _started
    cdef bint _reading
    cdef bint _paused

    cdef object begin_reading(self, object waiter)
    cpdef object set_protocol(self, object protocol)
    cdef object forget_protocol(self)
    cdef object start(self)
    cdef object watch_reader(self)
    cdef object unwatch_reader(self)
    cpdef object stop_reading(self)
