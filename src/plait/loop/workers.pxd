from plait.base.runnable cimport Runnable
from plait.schedule.scheduler cimport Scheduler
from plait.tasks.future cimport Future


cdef class Job(Runnable):
    cdef object _pool
    cdef Scheduler _scheduler
    cdef Future _future
    cdef object _function
    cdef tuple _args
    cdef object _result
    cdef object _error

    cdef object run(self)
