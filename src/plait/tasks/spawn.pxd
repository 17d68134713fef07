cimport cython

from plait.native cimport pool
from plait.schedule cimport foreign
from plait.schedule.scheduler cimport Scheduler
from plait.tasks cimport coroutine_kinds
from plait.tasks.task cimport Task


@cython.locals(task=Task)
cpdef Task spawn(Scheduler scheduler, object coro, object name=*, object context=*, bint eager_start=*)
cpdef object create_task_on(Scheduler scheduler, object coro, object name, object context, object eager_start)
