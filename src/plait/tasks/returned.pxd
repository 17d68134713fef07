cimport cython

from plait.native cimport iteration, lifetime

cdef Returned _nothing
cdef Returned _spare


cdef class Returned:
    cdef object _value


@cython.locals(ready=Returned)
cpdef Returned returned(object value)
