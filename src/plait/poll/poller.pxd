cdef class Poller:
    cpdef str name(self)
    cpdef object watch(self, int fd, int readiness)
    cpdef object change(self, int fd, int readiness)
    cpdef object renew(self, int fd, int readiness, bint once)
    cpdef object unwatch(self, int fd)
    cpdef int wait(self, double timeout) except -1
    cpdef int descriptor(self, int index) except? -1
    cpdef int readiness(self, int index) except? -1
    cpdef object reopen(self)
    cpdef object close(self)
