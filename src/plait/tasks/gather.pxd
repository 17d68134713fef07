cimport cython

from plait.native cimport methods
from plait.schedule cimport foreign
from plait.schedule.scheduler cimport Scheduler
from plait.tasks cimport coroutine_kinds, spawn
from plait.tasks.future cimport Future
from plait.tasks.task cimport Task

cdef int _PENDING


@cython.locals(scheduler=Scheduler, outer=_GatheringFuture, children=list, futures=dict)
cdef object _gather(tuple awaitables, bint return_exceptions)


cdef class _GatheringFuture(Future):
    cdef list _children
    cdef object _failed_child
    cdef Py_ssize_t _unfinished
    cdef bint _return_exceptions
    cdef bint _cancel_requested

    @cython.locals(waited=Future)
    cdef object watch_children(self, dict futures)
    cdef object wake(self, object future)
    cdef bint _note(self, object child) except -1
    cdef object run(self)
    cdef object _finish_all(self)


@cython.locals(task=Task)
cdef object _spawn(Scheduler scheduler, object coro)


@cython.locals(own=Future)
cdef bint _is_pending(object child) noexcept


@cython.locals(own=Future)
cdef bint _has_failed(object child) except -1


cdef object _error_of(object future)


@cython.locals(own=Future)
cdef object _outcome_of(object future)
