cimport cython

from plait.native cimport collector
from plait.schedule.scheduler cimport Scheduler
from plait.tasks.task cimport Task

cdef Py_ssize_t _CROWD


cdef class TaskList(Scheduler):
    cdef Task _newest_task
    cdef long long _newest_surfaced

    @cython.locals(newest=Task, adopted=Task)
    cdef object adopt_task(self, object task)
    @cython.locals(older=Task, newer=Task, released=Task)
    cdef object release_task(self, object task)
    @cython.locals(task=Task, surfaced=cython.longlong)
    cdef object surface(self)
    @cython.locals(task=Task)
    cdef list _list_tasks(self)
