from plait.native cimport sharing


cdef class SharedContext:
    cdef void* _state

    cdef object snapshot(self)
    cdef object begin(self)
    cdef object end(self)
    cdef object forget(self)
