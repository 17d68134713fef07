cimport cython

from plait.native cimport batch
from plait.base.runnable cimport Runnable

cdef Py_ssize_t _LEAST_ROOM
cdef Py_ssize_t _BURST_ROOM


cdef class ReadyQueue:
    cdef list _items
    cdef Py_ssize_t _mask
    cdef Py_ssize_t _head
    cdef Py_ssize_t _end
    cdef Py_ssize_t _tail

    @cython.locals(tail=Py_ssize_t)
    cpdef object push(self, Runnable runnable)
    cpdef Py_ssize_t size(self) except -1
    @cython.locals(place=Py_ssize_t)
    cpdef list waiting(self)
    cpdef Py_ssize_t begin(self) except -1
    cdef bint is_empty(self) noexcept
    @cython.locals(head=Py_ssize_t)
    cpdef Runnable take(self)
    @cython.locals(count=Py_ssize_t)
    cpdef Py_ssize_t run_batch(self) except -1
    cpdef object clear(self)
    cdef object _forget_burst(self)
    @cython.locals(items=list, tail=Py_ssize_t)
    cdef object _set_room(self, Py_ssize_t room)
