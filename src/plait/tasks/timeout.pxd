cimport cython

from plait.native cimport methods, pool
from plait.schedule cimport foreign
from plait.schedule.scheduler cimport Scheduler
from plait.schedule.timer cimport Timer
from plait.tasks cimport registry, returned
from plait.tasks.task cimport Task

cdef int _CREATED
cdef int _ENTERED
cdef int _EXPIRING
cdef int _EXPIRED
cdef int _EXITED
cdef double _INFINITY
cdef tuple _STATE_NAMES


cdef class Timeout:
    cdef object __weakref__
    cdef object _when
    cdef double _deadline
    cdef TimeoutTimer _timer
    cdef object _task
    cdef Scheduler _scheduler
    cdef int _state
    cdef int _cancelling

    @cython.locals(scheduler=Scheduler, own=Task)
    cdef object _enter(self)
    @cython.locals(timer=TimeoutTimer, when=double)
    cdef object _start_timer(self)
    @cython.locals(timer=TimeoutTimer)
    cdef object _stop_timer(self)
    cdef object expire(self)


cdef class TimeoutTimer(Timer):
    cdef Timeout _timeout

    @cython.final
    cdef object drop(self)
    @cython.locals(timeout=Timeout)
    cdef object run(self)


@cython.locals(scope=Timeout, seconds=double)
cpdef Timeout timeout(object delay)
