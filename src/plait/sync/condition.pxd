cimport cython

from plait.native cimport locks, methods, pool
from plait.sync.mutex cimport Mutex
from plait.sync.lock cimport Lock
from plait.sync.waiter_queue cimport Waiter, WaiterQueue
from plait.tasks cimport operation, returned
from plait.tasks.future cimport Future


cdef class Condition:
    cdef object __weakref__
    cdef readonly Lock _lock
    cdef readonly WaiterQueue _waiters

    @cython.locals(operation=Wait)
    @cython.final
    cdef Wait _make_wait(self, object predicate)
    cpdef object pass_on(self, Py_ssize_t n)
    @cython.locals(waiter=Wait, waiters=WaiterQueue)
    cdef object _move(self, Py_ssize_t n)
    cdef object _move_alone(self, Py_ssize_t n, Mutex mutex)
    cpdef Mutex share(self)


cdef class Wait(Waiter):
    cdef Condition _condition
    cdef object _predicate
    cdef object _error
    cdef bint _is_wait_for
    cdef bint _notified

    cdef object prepare(self, Condition condition, object predicate)
    cdef str label(self)
    @cython.locals(condition=Condition)
    cdef Future start(self)
    cdef bint _is_satisfied(self) except -1
    cdef WaiterQueue home(self)
    @cython.locals(condition=Condition, future=Future)
    cdef Future _wait_for_notification(self)
    cdef Future _wait_alone(self, Mutex mutex)
    @cython.locals(lock=Lock)
    cdef object notify(self)
    cdef Future resumed(self)
    @cython.locals(lock=Lock, mutex=Mutex)
    cdef Future interrupted(self, object error)
    @cython.locals(queue=WaiterQueue)
    cdef Future _end_or_wait(self, Lock lock, object error)
    @cython.locals(mutex=Mutex)
    cdef Future retry(self)
    cdef Future _end_with_lock(self)
    cdef Future _acquire_again(self, Lock lock)
    cdef Future _end_unnotified(self)
    cdef object _forget(self)
