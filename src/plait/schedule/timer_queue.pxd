cimport cython

from plait.native cimport heap, times
from plait.schedule.timer cimport Timer, TimerHolder

cdef Py_ssize_t _CANCELLED_KEPT


cdef class TimerQueue(TimerHolder):
    cdef list _heap
    cdef void* _times
    cdef unsigned long long _added
    cdef Py_ssize_t _cancelled
    cdef readonly Py_ssize_t _count

    cpdef Py_ssize_t size(self) except -1
    cpdef object add(self, Timer timer)
    @cython.locals(items=list)
    cdef object forget(self, Timer timer)
    @cython.locals(first=Timer)
    cpdef double next_deadline(self) except? -1
    @cython.locals(timer=Timer, deadline=double)
    cpdef Timer take_due(self, double now)
    @cython.locals(timer=Timer)
    cpdef object clear(self)
    @cython.locals(timer=Timer, kept=list)
    cdef object _sweep(self)
    @cython.locals(items=list, first=Timer, last=Timer)
    cdef Timer _remove_first(self)
    @cython.locals(items=list, time=double, parent_time=double, parent=Py_ssize_t)
    cdef object _rise(self, Py_ssize_t index, Timer timer)
    @cython.locals(items=list, time=double, child_time=double, index=Py_ssize_t, child=Py_ssize_t)
    cdef object _sink(self, Timer timer)
    @cython.locals(best=Py_ssize_t, best_time=double, time=double, end=Py_ssize_t, other=Py_ssize_t)
    cdef Py_ssize_t _first_child(self, Py_ssize_t child) except -1


cdef bint _is_older(Timer one, Timer other) noexcept
