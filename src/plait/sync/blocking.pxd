cimport cython

from plait.sync.crossing cimport Parked
from plait.sync.waiter_queue cimport Waiter
from plait.tasks.future cimport Future

cdef double _FOR_EVER
cdef double _LONGEST


@cython.locals(seconds=double)
cdef double seconds_of(object timeout) except? -2


@cython.locals(deadline=double, future=Future)
cdef bint block(Waiter waiter, double seconds, object primitive) except -1


@cython.locals(left=double, parked=Parked)
cdef bint _wait(Waiter waiter, Future future, double deadline) except -1
