cdef class Runnable:
    cdef object run(self)
    cdef object wake(self, object future)
    cdef object end_turn(self)
    cdef bint is_quiet(self) noexcept
