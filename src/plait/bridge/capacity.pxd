cimport cython

from plait.native cimport pool
from plait.sync.waiter_queue cimport Waiter, WaiterQueue
from plait.tasks cimport operation, returned
from plait.tasks.future cimport Future


cdef class CapacityLimiter:
    cdef object __weakref__
    cdef double _total
    cdef Py_ssize_t _borrowed
    cdef WaiterQueue _waiters

    @cython.locals(borrow=Borrow)
    cdef Borrow _make_borrow(self)
    cdef bint has_token(self) except -1
    cdef object take(self)
    cpdef object release(self)
    cpdef object offer(self)


cdef class Borrower(Waiter):
    cdef CapacityLimiter _limiter

    @cython.locals(limiter=CapacityLimiter, future=Future)
    cdef Future take_token(self)
    cdef object give_back(self)


cdef class Borrow(Borrower):
    cdef Future start(self)
    cdef str label(self)
