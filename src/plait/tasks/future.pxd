cimport cython

from plait.native cimport attributes, bound_methods, contexts, iteration, lifetime, methods, plain_calls, pool
from plait.schedule cimport foreign, handle
from plait.schedule.handle cimport Handle
from plait.base.runnable cimport Runnable
from plait.schedule.scheduler cimport Scheduler
from plait.tasks cimport unheard, waiters
from plait.tasks.done_callback cimport DoneCallback
from plait.tasks.waiters cimport Waiters

cdef int _PENDING
cdef int _CANCELLED
cdef int _FINISHED
cdef tuple _STATE_NAMES


cdef class Future(Runnable):
    cdef void* _attributes  # the first field: native/attributes
    cdef object __weakref__
    cdef readonly Scheduler _scheduler
    cdef object _outcome
    cdef Runnable _waiter
    cdef public object _cancel_message
    cdef char _phase
    cdef public char _asyncio_future_blocking
    cdef char _unretrieved
    cdef char _failed

    cdef object must_be_new(self)
    cdef object begin(self, Scheduler scheduler)
    cdef Scheduler home(self)
    cdef bint is_settled(self) noexcept
    cdef bint has_result(self) noexcept
    cdef object take(self)
    cdef object finish(self, object result)
    cdef object fail(self, object error)
    cdef object abandon(self, object error)
    cdef object _cancel_pending(self, object msg)
    cdef object _must_be_pending(self)
    @cython.locals(callback=DoneCallback)
    cpdef object _add_callback(self, object fn, object context)
    @cython.locals(iterator=FutureIterator)
    cdef object _iterate(self)
    @cython.locals(several=Waiters)
    cdef object add_waiter(self, Runnable waiter)
    cdef object _creation_stack(self)
    @cython.locals(waiting=list)
    cdef object remove_waiter(self, Runnable waiter)
    @cython.locals(waiter=Runnable)
    cdef object _wake_waiters(self)


cdef class FutureIterator:
    cdef Future _future


@cython.locals(own=Future)
cdef bint _is_spent(object future) noexcept


@cython.locals(own=Future)
cdef bint _must_wait(object future) except -1


@cython.locals(own=Future)
cdef object _take(object future)


@cython.locals(own=Future)
cdef object _add_plainly(object future, object fn, object context)
