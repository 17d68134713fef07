cimport cython

from plait.native cimport epolling
from plait.poll.poller cimport Poller

cdef int _READABLE
cdef int _WRITABLE
cdef unsigned int _EPOLLIN
cdef unsigned int _EPOLLOUT
cdef unsigned int _EPOLLONESHOT
cdef int _EVENTS_A_POLL


cdef class EpollPoller(Poller):
    cdef int _handle
    cdef void* _room
    cdef bint _open

    cpdef str name(self)
    cpdef object watch(self, int fd, int readiness)
    cpdef object change(self, int fd, int readiness)
    @cython.locals(mask=cython.uint)
    cpdef object renew(self, int fd, int readiness, bint once)
    cpdef object unwatch(self, int fd)
    cpdef int wait(self, double timeout) except -1
    cpdef int descriptor(self, int index) except? -1
    @cython.locals(mask=cython.uint, ready=int)
    cpdef int readiness(self, int index) except? -1
    cpdef object reopen(self)
    cpdef object close(self)


@cython.locals(mask=cython.uint)
cdef unsigned int _as_mask(int readiness) noexcept
