from plait.native cimport methods
from plait.sync cimport blocking
from plait.sync.event cimport Event
from plait.sync.lock cimport Lock
from plait.sync.semaphore cimport Semaphore


cdef class LockSync:
    cdef Lock _lock

    cdef bint _acquire(self, double seconds) except -1


cdef class EventSync:
    cdef Event _event


cdef class SemaphoreSync:
    cdef Semaphore _semaphore

    cdef bint _acquire(self, double seconds) except -1


cdef double _seconds(bint is_blocking, object timeout) except? -2
