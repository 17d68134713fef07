cimport cython

from plait.native cimport methods
from plait.tasks.future cimport Future
from plait.tasks.stepper cimport Stepper

cdef int _LONGEST_CANCELLATION
cdef int _asking
cdef object _add_done_callback


cdef class Awaiter(Stepper):
    cdef object _waits_on
    cdef int _cancels
    cdef public char _must_cancel
    cdef char _throws
    cdef char _asks

    cdef object begin_waiting(self)
    cdef object _cancel_pending(self, object msg)
    cdef bint _ask(self, object awaited, object msg) except -1
    @cython.locals(own=Future)
    cdef object _leave_circle(self, object awaited)
    cdef object _wait_for(self, Future future)
    cdef object _wait_for_foreign(self, object yielded)
    cdef object _refuse_other_loop(self, object future)
    cdef object _throw_soon(self, object message)
    cdef object wake(self, object future)
    cdef object _take_error(self)


cdef bint is_plain(object yielded) except -1
