from plait.native cimport wakeup


cdef class Waker:
    cdef int _read_fd
    cdef int _write_fd

    cpdef int descriptor(self) except? -1
    cpdef object wake(self)
    cpdef object drain(self)
    cdef object _open(self)
    cpdef object reopen(self)
    cpdef object close(self)
