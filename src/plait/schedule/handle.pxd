from plait.native cimport calling, collector, contexts, lifetime, pool
from plait.base.runnable cimport Runnable


cdef class Handle(Runnable):
    cdef object __weakref__
    cdef readonly object _callback
    cdef readonly tuple _args
    cdef readonly object _context
    cdef readonly object _loop
    cdef public object _source_traceback
    cdef object _description
    cdef public bint _cancelled

    cdef object prepare(self, object callback, tuple args, object loop, object context)
    cdef object sink(self)
    cdef object surface(self)
    cdef object run(self)
    cpdef object cancel(self)
    cdef object _forget(self)
    cdef object _fail(self, object error)
