cimport cython

from plait.native cimport pool
from plait.sync.waiter_queue cimport Waiter, WaiterQueue
from plait.tasks cimport operation, returned
from plait.tasks.future cimport Future


cdef class Lock:
    cdef object __weakref__
    cdef bint _locked
    cdef readonly WaiterQueue _waiters

    @cython.locals(operation=Acquire)
    cdef Acquire acquisition(self, object value)
    cdef object pass_on(self)


cdef class Acquire(Waiter):
    cdef Lock _lock

    @cython.locals(lock=Lock)
    cdef Future start(self)
    cdef object give_back(self)
