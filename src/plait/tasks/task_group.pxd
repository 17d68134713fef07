cimport cython

from plait.native cimport methods, pool
from plait.schedule cimport foreign
from plait.base.runnable cimport Runnable
from plait.schedule.scheduler cimport Scheduler
from plait.tasks cimport registry, returned, spawn
from plait.tasks.future cimport Future
from plait.tasks.operation cimport Operation


cdef class TaskGroup(Runnable):
    cdef object __weakref__
    cdef Scheduler _scheduler
    cdef readonly object _parent
    cdef readonly set _tasks
    cdef list _errors
    cdef list _failed
    cdef bint _told
    cdef object _base_error
    cdef Future _all_done
    cdef bint _entered
    cdef bint _exiting
    cdef bint _aborting
    cdef bint _parent_cancelled
    cdef bint _cancel_on_enter

    @cython.locals(scheduler=Scheduler)
    cdef object _enter(self)
    @cython.locals(leaving=Exit)
    cdef object _leave(self, object error)
    cdef object _refuse(self, object coro)
    @cython.locals(mine=Future)
    cdef object _spawn(self, object coro, object name, object context, object eager_start)
    cdef object wake(self, object future)
    cdef object run(self)
    cdef object _task_failed(self, object task, object error)
    cdef object _abort(self)
    cdef object _cancel_parent(self)


cdef class Exit(Operation):
    cdef TaskGroup _group
    cdef object _error
    cdef object _cancellation
    cdef object _late_cancellation

    cdef object prepare(self, TaskGroup group, object error)
    cdef str label(self)
    @cython.locals(group=TaskGroup)
    cdef Future start(self)
    @cython.locals(group=TaskGroup, future=Future)
    cdef Future resumed(self)
    cdef Future interrupted(self, object error)
    @cython.locals(group=TaskGroup)
    cdef object _end(self)
    cdef object _conclude(self, TaskGroup group)
    cdef object _take_back_cancellation(self, TaskGroup group)
    cdef object _raise_errors(self, TaskGroup group)
