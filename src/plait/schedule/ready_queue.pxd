cimport cython

from plait.native cimport batch
from plait.schedule.runnable cimport Runnable


cdef class ReadyQueue:
    cdef list _incoming
    cdef list _batch
    cdef Py_ssize_t _position
    cdef Py_ssize_t _end

    cpdef object push(self, Runnable runnable)
    cpdef Py_ssize_t size(self) except -1
    cpdef Py_ssize_t begin(self) except -1
    cdef bint is_empty(self) noexcept
    @cython.locals(position=Py_ssize_t, runnable=Runnable)
    cpdef Runnable take(self)
    @cython.locals(count=Py_ssize_t)
    cpdef Py_ssize_t run_batch(self) except -1
    cpdef object clear(self)
