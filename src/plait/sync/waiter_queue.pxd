cimport cython

from plait.native cimport pool
from plait.schedule cimport foreign
from plait.schedule.scheduler cimport Scheduler
from plait.sync cimport crossing
from plait.sync.crossing cimport Parked
from plait.sync.mutex cimport Mutex
from plait.tasks.future cimport Future
from plait.tasks.operation cimport Operation


@cython.final
cdef class WaiterQueue:
    cdef Waiter _first
    cdef Waiter _last
    cdef Py_ssize_t _count
    cdef Scheduler _scheduler
    cdef readonly Mutex _mutex

    cpdef bint is_empty(self) except -1
    cpdef Py_ssize_t size(self) except -1
    cpdef Waiter first(self)
    cpdef object append(self, Waiter waiter)
    cpdef object prepend(self, Waiter waiter)
    @cython.locals(before=Waiter, after=Waiter)
    cpdef object remove(self, Waiter waiter)
    @cython.locals(waiter=Waiter)
    cpdef Waiter grant_first(self)
    cdef Waiter _grant_to_one_of_many(self, Waiter waiter)
    cpdef object grant_all(self)
    @cython.locals(scheduler=Scheduler)
    cdef Scheduler bind(self, object owner)
    cdef object _bind_anew(self, Scheduler scheduler, object owner)
    cdef bint is_foreign_thread(self) except -1
    @cython.locals(made=Mutex)
    cpdef Mutex share(self, Mutex mutex=*)
    cdef bint excludes_others(self) noexcept


cdef class Waiter(Operation):
    cdef WaiterQueue _queue
    cdef Waiter _before
    cdef Waiter _after

    cdef WaiterQueue home(self)
    @cython.locals(home=WaiterQueue)
    cdef Mutex _mutex(self)
    @cython.locals(mutex=Mutex)
    @cython.final
    cdef Future start_alone(self)
    cdef Future retry(self)
    @cython.locals(mutex=Mutex)
    @cython.final
    cdef Future resume_alone(self)
    @cython.locals(future=Future)
    @cython.final
    cdef Future wait_in(self, WaiterQueue queue, object owner)
    @cython.locals(future=Future)
    @cython.final
    cdef Future wait_again_in(self, WaiterQueue queue, object owner)
    @cython.locals(future=Future, scheduler=Scheduler)
    @cython.final
    cdef Future _next_future(self, WaiterQueue queue, object owner)
    @cython.locals(parked=Parked)
    cdef Future _next_parked(self)
    cdef object grant(self)
    @cython.locals(home=WaiterQueue)
    cdef Future interrupted(self, object error)
    cdef object _stop_waiting_alone(self, Mutex mutex)
    cdef object _stop_waiting(self)
    @cython.locals(parked=Parked)
    cdef object side(self)
    cdef object block(self, Parked parked)
    cdef bint is_up_to_this_thread(self) except -1
    cdef object leave_or_give_back(self)
    @cython.locals(mutex=Mutex, waits=bint)
    cdef bint give_up(self) except -1
    cdef object left(self)
    cdef object give_back(self)
