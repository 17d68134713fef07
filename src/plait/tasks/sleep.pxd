cimport cython

from plait.native cimport iteration, pool
from plait.schedule cimport foreign
from plait.schedule.scheduler cimport Scheduler
from plait.schedule.timer cimport Timer
from plait.tasks cimport operation
from plait.tasks.future cimport Future
from plait.tasks.operation cimport Operation

cdef int _NEW
cdef int _WAITING
cdef int _ENDED


@cython.locals(turn=Yield, operation=Sleep)
cpdef object sleep(object delay, object result=*)


cdef class Yield(Operation):
    cdef str label(self)


cdef class Sleep(Operation):
    cdef double _delay
    cdef WakeUpTimer _timer

    @cython.locals(scheduler=Scheduler, future=Future, timer=WakeUpTimer)
    cdef Future start(self)
    cdef Future interrupted(self, object error)


cdef class WakeUpTimer(Timer):
    cdef Future _future

    cdef bint is_quiet(self) noexcept
    @cython.locals(future=Future)
    cdef object run(self)
