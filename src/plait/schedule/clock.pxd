from plait.native cimport clocks

cdef double _COARSE_LAG


cdef class Clock:
    cpdef double time(self) except? -1
    cdef bint is_past(self, double when) except -1
