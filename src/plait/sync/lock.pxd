cimport cython

from plait.native cimport locks, methods, pool, thread
from plait.schedule.scheduler cimport Scheduler
from plait.sync cimport crossing
from plait.sync.mutex cimport Mutex
from plait.sync.waiter_queue cimport Waiter, WaiterQueue
from plait.tasks cimport operation, returned
from plait.tasks.future cimport Future


cdef class Lock:
    cdef object __weakref__
    cdef bint _locked
    cdef readonly WaiterQueue _waiters
    cdef object _holder

    @cython.locals(operation=Acquire)
    @cython.final
    cdef Acquire acquisition(self, object value)
    cpdef object release(self)
    cdef object _release_alone(self, Mutex mutex)
    @cython.final
    cdef object pass_on(self)
    @cython.locals(waiter=Waiter)
    cdef object _pass_on_shared(self)
    cpdef Mutex share(self)
    @cython.locals(mutex=Mutex, was_free=bint)
    cdef bint take(self) except -1
    @cython.locals(mutex=Mutex, held=bint, ahead=Waiter)
    cdef bint is_held_here(self, Waiter waiter) except -1
    @cython.final
    cdef object _enter(self)


cdef class Acquire(Waiter):
    cdef Lock _lock

    cdef WaiterQueue home(self)
    @cython.locals(lock=Lock)
    cdef Future start(self)
    cdef Future _start_shared(self, Lock lock)
    cdef bint is_up_to_this_thread(self) except -1
    cdef object give_back(self)


@cython.locals(scheduler=Scheduler)
cdef bint _is_here(object side) except -1
