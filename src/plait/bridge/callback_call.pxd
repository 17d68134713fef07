cimport cython

from plait.bridge cimport suspension
from plait.bridge.suspension cimport Resume, Suspension
from plait.native cimport calling, plain_calls, pool
from plait.tasks cimport operation

cdef int _RESULT
cdef int _ERROR_FIRST
cdef int _SEPARATE
cdef tuple _FORMS


@cython.locals(call=CallbackCall)
cdef object _call_plainly(object function, object args)
cdef CallbackCall _with_names(CallbackCall call, dict kwargs, int form, object names)


cdef class CallbackCall(Suspension):
    cdef tuple _args
    cdef dict _kwargs
    cdef object _names
    cdef char _form

    cdef str label(self)
    @cython.locals(args=tuple)
    cdef object launch(self)
    @cython.locals(callback=ResultCallback, kwargs=dict)
    cdef object _launch_by_name(self, tuple args)
    @cython.locals(callback=ResultCallback)
    cdef ResultCallback make_callback(self)


cdef class ResultCallback(Resume):
    cdef void* _vectorcall  # the first field: native/plain_calls
    cdef bint _error_first

    cdef object _settle_error_first(self, tuple values)


@cython.locals(own=ResultCallback)
cdef object _call_back(object callback, object value)
cdef object _only(tuple values)
