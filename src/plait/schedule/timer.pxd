from plait.native cimport methods, pool
from plait.schedule.handle cimport Handle


cdef class TimerHolder:
    cdef object forget(self, Timer timer)


cdef class Timer(Handle):
    cdef double _deadline
    cdef unsigned long long _order
    cdef TimerHolder _holder

    cdef object set_deadline(self, double when)
    cpdef object cancel(self)
