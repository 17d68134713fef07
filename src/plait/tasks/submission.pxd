cimport cython

from plait.native cimport calling, contexts
from plait.base.runnable cimport Runnable
from plait.schedule.scheduler cimport Scheduler
from plait.tasks cimport spawn
from plait.tasks.future cimport Future


cdef class Submission(Runnable):
    cdef Scheduler _scheduler
    cdef object _coro
    cdef object _context
    cdef object _task
    cdef object _outcome

    cdef object run(self)
    cdef object wake(self, object future)
    @cython.locals(own=Future)
    cdef object _begin(self)
    cdef object _make_task(self)
    cdef object _end(self)
    cdef object _fail(self, object error)
