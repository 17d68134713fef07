cimport cython

from plait.native cimport methods
from plait.sync cimport blocking
from plait.sync.queue cimport Get, Queue

cdef object _NOTHING


cdef class QueueSync:
    cdef Queue _queue

    @cython.locals(waiter=Get)
    cdef object _wait_for_item(self, double seconds)
