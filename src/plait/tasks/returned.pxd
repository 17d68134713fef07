cimport cython

from plait.native cimport iteration, pool

cdef Returned _nothing


cdef class Returned:
    cdef object _value


@cython.locals(ready=Returned)
cpdef Returned returned(object value)
