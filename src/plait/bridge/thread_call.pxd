cimport cython

from plait.bridge cimport worker_pool
from plait.bridge.capacity cimport Borrower, CapacityLimiter
from plait.bridge.worker_pool cimport Job
from plait.native cimport contexts, pool
from plait.schedule cimport foreign
from plait.schedule.scheduler cimport Scheduler
from plait.tasks cimport operation
from plait.tasks.future cimport Future


@cython.locals(call=ThreadCall)
cdef ThreadCall _make_call(object function, tuple args, object kwargs, object limiter, bint abandon)


@cython.locals(job=Job)
cpdef object check_cancelled()
cdef CapacityLimiter _limiter_of(Scheduler scheduler)


cdef class ThreadCall(Borrower):
    cdef Scheduler _scheduler
    cdef object _function
    cdef object _args
    cdef object _kwargs
    cdef object _cancellation
    cdef object _release
    cdef object _reminder
    cdef Job _job
    cdef bint _abandon

    cdef str label(self)
    cdef Future start(self)
    @cython.locals(job=Job)
    cdef Future _begin_work(self)
    @cython.locals(future=Future)
    cdef Future _follow(self, Job job)
    @cython.locals(job=Job)
    cdef Future resumed(self)
    @cython.locals(job=Job)
    cdef Future interrupted(self, object error)
    cdef Future _end_cancelled(self)
    cdef object _forget_reminder(self)


cpdef object remind_later(object loop, Job job)
cpdef object _report_deaf(object loop, Job job)
