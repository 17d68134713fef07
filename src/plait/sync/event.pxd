cimport cython

from plait.native cimport locks, methods, pool
from plait.sync.mutex cimport Mutex
from plait.sync.waiter_queue cimport Waiter, WaiterQueue
from plait.tasks cimport operation
from plait.tasks.future cimport Future


cdef class Event:
    cdef object __weakref__
    cdef bint _value
    cdef readonly WaiterQueue _waiters

    cdef object _set_alone(self, Mutex mutex)
    cpdef Mutex share(self)
    @cython.locals(operation=Wait)
    @cython.final
    cdef Wait _make_wait(self)


cdef class Wait(Waiter):
    cdef Event _event

    cdef Wait prepare(self, Event event)
    cdef WaiterQueue home(self)
    @cython.locals(event=Event)
    cdef Future start(self)
