# Imported names that the hot path asks for, as C variables.
cdef object Coroutine
cdef object CoroutineType

cpdef bint is_coroutine(object obj)
cpdef bint is_drivable(object obj)
