cimport cython

from plait.native cimport frame, pool
from plait.schedule cimport foreign
from plait.base.runnable cimport Runnable
from plait.schedule.scheduler cimport Scheduler
from plait.tasks cimport operation
from plait.tasks.future cimport Future
from plait.tasks.operation cimport Operation

cdef int _STARTING
cdef int _WAITING
cdef int _RESUMED
cdef int _CANCELLED
cdef int _FAILED
cdef tuple _MARK_OF_GENERATORS


@cython.locals(suspension=Suspension)
cpdef Operation suspend(object start)


cdef class Suspension(Operation):
    cdef object _function
    cdef object _on_cancel
    cdef Scheduler _scheduler
    cdef char _stage
    cdef bint _failed
    cdef bint _answered

    cdef str label(self)
    @cython.locals(scheduler=Scheduler, future=Future)
    cdef Future start(self)
    @cython.locals(resume=Resume)
    cdef object launch(self)
    @cython.locals(stage=int)
    cdef object deliver(self, object value, bint failed)
    cdef Future resumed(self)
    cdef Future interrupted(self, object error)
    cdef object call_on_cancel(self)
    @cython.locals(scheduler=Scheduler)
    cdef bint may_deliver_here(self) except -1
    cdef object lost(self)


cdef class Resume(Runnable):
    cdef object __weakref__
    cdef Suspension _suspension
    cdef object _code
    cdef object _value
    cdef int _instruction
    cdef bint _used
    cdef bint _failed

    cdef object prepare(self, Suspension suspension)
    @cython.locals(suspension=Suspension)
    cdef object settle(self, object value, bint failed)
    cdef object _used_again(self)
    @cython.locals(suspension=Suspension)
    cdef object run(self)


cdef class _Loss(Runnable):
    cdef Suspension _suspension
    cdef object _error

    @cython.locals(suspension=Suspension)
    cdef object run(self)


@cython.locals(stage=int, scheduler=Scheduler)
cdef object send(Runnable runnable, Suspension suspension)

cdef object _refuse_unawaited(object function, object returned)


@cython.locals(own=Resume)
cdef bint is_used(object resume) noexcept
