cimport cython

from plait.native cimport pool
from plait.sync.waiter_queue cimport Waiter, WaiterQueue
from plait.tasks cimport operation, returned
from plait.tasks.future cimport Future


cdef class Semaphore:
    cdef object __weakref__
    cdef public long long _value
    cdef readonly WaiterQueue _waiters

    @cython.locals(operation=Acquire)
    cdef Acquire acquisition(self, object value)
    cdef object pass_on(self)


cdef class BoundedSemaphore(Semaphore):
    cdef long long _bound


cdef class Acquire(Waiter):
    cdef Semaphore _semaphore

    @cython.locals(semaphore=Semaphore)
    cdef Future start(self)
    cdef object give_back(self)
