cimport cython

from plait.native cimport batch, heap
from plait.schedule.timer cimport Timer, TimerHolder

cdef Py_ssize_t _CANCELLED_KEPT
cdef Py_ssize_t _CROWD


cdef class TimerQueue(TimerHolder):
    cdef list _timers
    cdef void* _keys
    cdef unsigned long long _added
    cdef unsigned long long _surfaced
    cdef Py_ssize_t _cancelled
    cdef readonly Py_ssize_t _count

    cpdef Py_ssize_t size(self) except -1
    cpdef object add(self, Timer timer)
    cdef object forget(self, Timer timer)
    @cython.locals(first=Timer)
    cpdef double next_deadline(self) except? -1
    @cython.locals(timer=Timer)
    cpdef Timer take_due(self, double now)
    @cython.locals(timer=Timer, index=Py_ssize_t, taken=list)
    cpdef list take_crowd(self, double now)
    @cython.locals(timer=Timer)
    cpdef object clear(self)
    cpdef bint is_crowd(self) except -1
    @cython.locals(timer=Timer)
    cpdef object surface(self)
    cdef bint _is_mostly_new(self) noexcept
    @cython.locals(timer=Timer)
    cdef object _sweep(self)
    cdef list _take_all(self)
    cdef object _push(self, Timer timer)
    cdef Timer _pop(self)
