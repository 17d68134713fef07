cimport cython

from plait.native cimport pool
from plait.schedule cimport foreign
from plait.schedule.handle cimport Handle
from plait.schedule.scheduler cimport Scheduler
from plait.tasks.future cimport Future
from plait.tasks.operation cimport Operation


cdef class WaiterQueue:
    cdef Waiter _first
    cdef Waiter _last
    cdef Py_ssize_t _count
    cdef Scheduler _scheduler

    cpdef bint is_empty(self)
    cpdef Py_ssize_t size(self)
    cpdef Waiter first(self)
    cpdef object append(self, Waiter waiter)
    cpdef object prepend(self, Waiter waiter)
    @cython.locals(before=Waiter, after=Waiter)
    cpdef object remove(self, Waiter waiter)
    @cython.locals(waiter=Waiter)
    cpdef Waiter grant_first(self)
    cpdef object grant_all(self)
    @cython.locals(scheduler=Scheduler)
    cdef Scheduler bind(self, object owner)
    cdef bint is_foreign_thread(self) except -1


cdef class Waiter(Operation):
    cdef WaiterQueue _queue
    cdef Waiter _before
    cdef Waiter _after

    @cython.locals(future=Future, scheduler=Scheduler)
    cdef Future wait_in(self, WaiterQueue queue, object owner)
    @cython.locals(future=Future, scheduler=Scheduler)
    cdef Future wait_again_in(self, WaiterQueue queue, object owner)
    cdef object grant(self)
    cdef Future interrupted(self, object error)
    cdef object left(self)
    cdef object give_back(self)
