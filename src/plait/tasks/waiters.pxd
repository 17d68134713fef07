cimport cython

from plait.base.runnable cimport Runnable


cdef class Waiters(Runnable):
    cdef list waiting

    @cython.locals(waiter=Runnable)
    cdef object wake(self, object future)


@cython.locals(several=Waiters)
cdef list list_waiters(Runnable waiter)


cdef Runnable join(list waiting)
