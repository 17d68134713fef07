cimport cython

from plait.native cimport frame, pool
from plait.schedule cimport foreign
from plait.schedule.scheduler cimport Scheduler
from plait.tasks cimport coroutine_kinds
from plait.tasks.future cimport Future
from plait.tasks.stepper cimport Stepper

cdef object Context
cdef int _PENDING
cdef object _add_done_callback
cdef long long _tasks_made


cdef class Task(Stepper):
    cdef object _name
    cdef object _waits_on
    cdef Task _older
    cdef Task _newer
    cdef object _origin
    cdef long long _number
    cdef int _origin_instruction
    cdef int _cancels
    cdef public char _must_cancel
    cdef char _throws
    cdef char _warns_when_destroyed

    cdef object prepare(self, Scheduler scheduler, object coro, object name, object context)
    cdef object start(self, bint eager_start)
    cdef object _start_eagerly(self)
    cdef object _end_eagerly(self)
    @cython.locals(scheduler=Scheduler, cell=list)
    cdef object run(self)
    cdef object wake(self, object future)
    cdef object _report_done_already(self)
    cdef object _take_error(self)
    cdef object _end(self, list cell)
    cdef object _fail(self, object error)
    cdef object _go_on(self, object yielded)
    cdef object _wait_for(self, Future future)
    cdef object _wait_for_foreign(self, object yielded)
    cdef object _refuse_other_loop(self, object future)
    cdef object _throw_soon(self, object message)
    cdef object _release(self)
    cdef object _creation_stack(self)


cdef bint _is_plain(object yielded) except -1


@cython.locals(own=Task)
cdef bint _is_spent(object task) noexcept
