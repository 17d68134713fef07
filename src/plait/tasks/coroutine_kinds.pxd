from plait.native cimport bound_methods

# Imported names that the hot path asks for, as C variables.
cdef object Coroutine
cdef object CoroutineType

cpdef bint is_coroutine(object obj) except -1
cpdef bint is_drivable(object obj) except -1
