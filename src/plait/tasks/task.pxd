cimport cython

from plait.native cimport frame, methods, pool
from plait.schedule cimport foreign
from plait.schedule.scheduler cimport Scheduler
from plait.tasks cimport awaiter, coroutine_kinds
from plait.tasks.awaiter cimport Awaiter
from plait.tasks.future cimport Future

cdef object Context
cdef int _PENDING
cdef long long _tasks_made


cdef class Task(Awaiter):
    cdef object _name
    cdef Task _older
    cdef Task _newer
    cdef object _origin
    cdef long long _number
    cdef int _origin_instruction
    cdef char _warns_when_destroyed

    cdef object prepare(self, Scheduler scheduler, object coro, object name, object context)
    cdef object start(self, bint eager_start)
    cdef object _start_from_afar(self)
    cdef object _start_eagerly(self)
    cdef object _end_eagerly(self)
    @cython.locals(scheduler=Scheduler, cell=list)
    cdef object run(self)
    cdef object _report_done_already(self)
    cdef object _end(self, list cell)
    cdef object _fail(self, object error)
    cdef object _go_on(self, object yielded)
    cdef object _release(self)
    cdef object _creation_stack(self)


@cython.locals(own=Task)
cdef bint _is_spent(object task) noexcept
