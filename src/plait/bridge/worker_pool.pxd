cimport cython

from plait.bridge.capacity cimport CapacityLimiter
from plait.bridge.crossing cimport Crossing
from plait.native cimport calling, thread
from plait.base.runnable cimport Runnable
from plait.schedule.scheduler cimport Scheduler
from plait.tasks.future cimport Future


cdef class Job(Runnable):
    cdef Scheduler _scheduler
    cdef object _function
    cdef tuple _args
    cdef object _kwargs
    cdef object _context
    cdef Future _future
    cdef CapacityLimiter _limiter
    cdef object _on_cancel
    cdef object _release
    cdef Crossing _crossing
    cdef object _result
    cdef object _error
    cdef object _message
    cdef unsigned long _thread
    cdef bint _begun
    cdef bint _ended
    cdef bint _cancelled
    cdef bint _abandoned

    cdef object work(self)
    cdef object _call(self)
    cdef object bring(self)
    cdef object _release_here(self)
    @cython.locals(future=Future)
    cdef object run(self)
    cdef object cancel(self, object message)
    cdef object _count_late(self, object loop)


cpdef Job current_job()


@cython.locals(job=Job)
cpdef object call_on_cancel(object function)


@cython.locals(crossing=Crossing)
cpdef object cross_from(Job job, object function, tuple args, bint awaits)


cdef class Worker:
    cdef Job _job
    cdef object _lock

    cdef object hand(self, Job job)
    @cython.locals(job=Job)
    cpdef object work(self)
    cdef bint _retire(self) except -1


@cython.locals(worker=Worker)
cpdef object begin(Job job)


@cython.locals(worker=Worker)
cpdef object end_idle_threads()
