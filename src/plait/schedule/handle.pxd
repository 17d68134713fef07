cimport cython

from plait.native cimport calling, collector, contexts, lifetime, methods, pool, sharing
from plait.base.runnable cimport Runnable
from plait.schedule.shared_context cimport SharedContext


cdef object _quiet_function
cdef object _quiet_kind

cpdef object let_be_quiet(object function, object kind)


cdef class Handle(Runnable):
    cdef object __weakref__
    cdef readonly object _callback
    cdef readonly tuple _args
    cdef object _runs_in
    cdef SharedContext _shared
    cdef readonly object _loop
    cdef list _debugged
    cdef public bint _cancelled

    cdef object prepare(self, object callback, tuple args, object loop, object context, SharedContext shared)
    cdef object sink(self)
    cdef object surface(self)
    cdef object run(self)
    @cython.locals(shared=SharedContext)
    cdef object _keep_context(self)
    @cython.locals(args=tuple)
    cdef bint is_quiet(self) noexcept
    cpdef object cancel(self)
    cdef object _forget(self)
    cdef object _fail(self, object error)
