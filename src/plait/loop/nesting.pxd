cimport cython

from plait.loop.core cimport LoopCore
from plait.native cimport aside, borrowed, thread
from plait.base.runnable cimport Runnable
from plait.tasks cimport registry
from plait.tasks.task cimport Task


cpdef bint runs_here(LoopCore loop) except -1


@cython.locals(task=Task, began=double)
cpdef object run_inside(LoopCore loop, object inner)


cdef object _begin(LoopCore loop, object calling, Task task, object inner)


@cython.locals(must_stop=cython.bint)
cdef object _turn(LoopCore loop, object inner)


@cython.locals(runnable=Runnable)
cdef object _end(LoopCore loop, object calling, Task task)
