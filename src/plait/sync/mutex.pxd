from plait.native cimport lifetime, locks, thread


cdef class Mutex:
    cdef void* _lock
    cdef unsigned long _holder
    cdef int _depth

    cdef object enter(self)
    cdef object leave(self)
    cdef bint is_held(self) noexcept
