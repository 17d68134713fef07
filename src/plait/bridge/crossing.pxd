cimport cython

from plait.native cimport calling, contexts
from plait.schedule cimport foreign
from plait.schedule.handle cimport Handle
from plait.base.runnable cimport Runnable
from plait.schedule.scheduler cimport Scheduler
from plait.tasks cimport coroutine_kinds, spawn
from plait.tasks.task cimport Task

cdef double _LOOK


cdef class Crossing(Runnable):
    cdef Scheduler _scheduler
    cdef object _function
    cdef tuple _args
    cdef bint _awaits
    cdef object _context
    cdef object _lock
    cdef object _task
    cdef object _value
    cdef object _error
    cdef object _message
    cdef bint _cancelled

    cdef object must_not_block(self)
    cdef object send(self)
    cpdef object outcome(self)
    cdef object _look_at_loop(self)
    cdef object _must_be_open(self, object loop)
    cdef object run(self)
    @cython.locals(own=Task)
    cdef object _await(self, object awaitable)
    cdef object wake(self, object future)
    cpdef object note_end(self, object task)
    cdef object _end_with(self, object value, object error)
    cpdef object cancel(self, object message)
    cdef object cancel_threadsafe(self)


@cython.locals(crossing=Crossing)
cpdef Crossing begin(object loop, object function, tuple args, bint awaits)
cpdef object cross(object loop, object function, tuple args, bint awaits)
