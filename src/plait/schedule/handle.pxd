from plait.native cimport calling, collector, contexts, lifetime, pool, sharing
from plait.base.runnable cimport Runnable
from plait.schedule.shared_context cimport SharedContext


cdef class Handle(Runnable):
    cdef object __weakref__
    cdef readonly object _callback
    cdef readonly tuple _args
    cdef object _runs_in
    cdef SharedContext _shared
    cdef readonly object _loop
    cdef public object _source_traceback
    cdef object _description
    cdef public bint _cancelled

    cdef object prepare(self, object callback, tuple args, object loop, object context, SharedContext shared)
    cdef object sink(self)
    cdef object surface(self)
    cdef object run(self)
    cpdef object cancel(self)
    cdef object _forget(self)
    cdef object _fail(self, object error)
