cimport cython

from plait.schedule.timer cimport Timer, TimerHolder

cdef Py_ssize_t _CANCELLED_KEPT


cdef class TimerQueue(TimerHolder):
    cdef list _heap
    cdef unsigned long long _added
    cdef Py_ssize_t _cancelled
    cdef readonly Py_ssize_t _count

    cpdef Py_ssize_t size(self) except -1
    cpdef object add(self, Timer timer)
    cdef object forget(self, Timer timer)
    @cython.locals(first=Timer)
    cpdef double next_deadline(self) except? -1
    @cython.locals(timer=Timer)
    cpdef Timer take_due(self, double now)
    @cython.locals(timer=Timer)
    cpdef object clear(self)
    @cython.locals(timer=Timer, index=Py_ssize_t)
    cdef object _sweep(self)
    @cython.locals(heap=list, first=Timer, last=Timer)
    cdef Timer _remove_first(self)
    @cython.locals(heap=list, timer=Timer, parent=Timer, parent_index=Py_ssize_t)
    cdef object _rise(self, Py_ssize_t index)
    @cython.locals(heap=list, timer=Timer, child=Timer, other=Timer, size=Py_ssize_t, child_index=Py_ssize_t)
    cdef object _sink(self, Py_ssize_t index)


cdef bint _is_before(Timer one, Timer other) noexcept
