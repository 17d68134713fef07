cimport cython

from plait.native cimport contexts, coroutine, methods, sharing
from plait.schedule.shared_context cimport SharedContext
from plait.tasks.future cimport Future


cdef class Stepper(Future):
    cdef readonly object _coro
    cdef object _runs_in
    cdef char _shares_context

    @cython.locals(shared=SharedContext)
    cdef object set_context(self, object context)
    @cython.locals(state=cython.p_void)
    cdef object take_step(self, list cell)
    @cython.locals(state=cython.p_void)
    cdef object take_step_with(self, object error, list cell)
    cdef object _keep_context(self, void* state)
