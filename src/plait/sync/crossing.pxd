cimport cython

from plait.native cimport pool, thread
from plait.base.runnable cimport Runnable
from plait.schedule.scheduler cimport Scheduler
from plait.tasks.future cimport Future

cdef Outside _OUTSIDE


cdef class Outside(Scheduler):
    cdef bint is_running_here(self) except -1


cdef class Parked(Future):
    cdef object _lock
    cdef unsigned long _ident

    cdef Parked next(self)
    cdef object _wake_waiters(self)
    cdef bint wait(self, double seconds) except -1
    cdef unsigned long ident(self) noexcept


cdef class Granting(Runnable):
    cdef Future _future

    cdef bint is_quiet(self) noexcept
    cdef object run(self)


@cython.locals(scheduler=Scheduler, granting=Granting)
cdef bint grant(Future future) except -1
