cimport cython

from plait.native cimport iteration, lifetime, pool
from plait.tasks.future cimport Future

cdef int _NEW
cdef int _WAITING
cdef int _ENDED


cdef class Operation:
    cdef object __weakref__
    cdef Future _awaited
    cdef object _value
    cdef int _progress

    cdef object begin(self)
    cdef str label(self)
    cdef object take_over(self)
    cdef object value(self)
    cdef Future start(self)
    cdef Future resumed(self)
    cdef Future interrupted(self, object error)
    @cython.final
    cdef Future _wait(self, Future future)
    @cython.final
    cdef Future _continue(self)


@cython.locals(some=Operation)
cdef Py_ssize_t progress_place() except -1
