from plait.native cimport clocks


cdef class Clock:
    cpdef double time(self) except? -1
