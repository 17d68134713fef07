cimport cython

from plait.native cimport locks, methods, pool
from plait.sync.mutex cimport Mutex
from plait.sync.waiter_queue cimport Waiter, WaiterQueue
from plait.tasks cimport operation, returned
from plait.tasks.future cimport Future


cdef class Semaphore:
    cdef object __weakref__
    cdef public long long _value
    cdef readonly WaiterQueue _waiters

    @cython.locals(operation=Acquire)
    @cython.final
    cdef Acquire acquisition(self, object value)
    cpdef object release(self)
    cdef object _release_alone(self, Mutex mutex)
    cdef object pass_on(self)
    cpdef Mutex share(self)
    @cython.locals(mutex=Mutex, has_one=bint)
    cdef bint take(self) except -1


cdef class BoundedSemaphore(Semaphore):
    cdef long long _bound

    cpdef object release(self)
    cdef object pass_on(self)


cdef class Acquire(Waiter):
    cdef Semaphore _semaphore

    cdef WaiterQueue home(self)
    @cython.locals(semaphore=Semaphore)
    cdef Future start(self)
    cdef object give_back(self)
