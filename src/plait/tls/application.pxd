cimport cython

from plait.tls.engine cimport Engine


cdef class Application:
    cdef public object protocol
    cdef bint _is_buffered
    cdef public bint is_reading
    cdef public bint wants_data
    cdef public bint is_writing_paused

    cpdef object set_protocol(self, object protocol)
    @cython.locals(data=bytes)
    cpdef object deliver(self, Engine engine)
    @cython.locals(count=Py_ssize_t)
    cdef object _fill_buffer(self, Engine engine)
    cpdef object report_eof(self)
    cpdef object pause_writing(self, object loop, object transport)
    cpdef object resume_writing(self, object loop, object transport)
    cdef object _call_reporting(self, str name, object loop, object transport)
