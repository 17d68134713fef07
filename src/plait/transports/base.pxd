from plait.loop.core cimport LoopCore
from plait.native cimport calling, contexts, methods
from plait.base.runnable cimport Runnable

cimport cython


cdef class Transport(Runnable):
    cdef object __weakref__
    cdef LoopCore _loop
    cdef object _protocol
    cdef object _context
    cdef dict _extra
    cdef object _file
    cdef int _fd
    cdef bint _is_open
    cdef bint _closing
    cdef bint _lost

    cpdef int _halves(self) except -1
    cdef object unwatch(self)
    cdef object close_file(self)
    cdef object leave_to(self, Transport other)
    cdef object begin(self, LoopCore loop, object file, int fd, object protocol, dict extra)
    cpdef object find_extra(self, object name, object default)
    cdef bint has_queued(self) except -1
    cdef object drop_queued(self)
    cdef object forget_protocol(self)
    cdef object detach(self)
    cpdef object set_protocol(self, object protocol)
    cpdef object close(self)
    cpdef object stop_reading(self)
    cpdef object _fatal_error(self, object error, str message=*)
    cpdef object _force_close(self, object error)
    @cython.locals(loop=LoopCore, loss=Loss)
    cdef object lose(self, object error)
    cdef object end(self, object error)
    cdef object release(self)
    cdef object call(self, str name, tuple args)
    cdef object report(self, str message, object error)


cpdef object check_protocol(object protocol)


cdef class Loss(Runnable):
    cdef Transport _transport
    cdef object _error

    cdef object run(self)
