cimport cython

from plait.bridge cimport suspension
from plait.bridge.suspension cimport Resume, Suspension
from plait.native cimport pool
from plait.tasks cimport operation

cdef tuple _FORMS


@cython.locals(call=CallbackCall)
cdef CallbackCall _make_call(object function, tuple args, dict kwargs, object form, object names)


cdef class CallbackCall(Suspension):
    cdef tuple _args
    cdef dict _kwargs
    cdef object _names
    cdef object _form

    cdef str label(self)
    @cython.locals(args=tuple)
    cdef object launch(self)
    @cython.locals(callback=ResultCallback, kwargs=dict)
    cdef object _launch_by_name(self, tuple args)
    @cython.locals(callback=ResultCallback)
    cdef ResultCallback make_callback(self)


cdef class ResultCallback(Resume):
    cdef bint _error_first

    cdef object _settle_error_first(self, tuple values)


cdef object _only(tuple values)
