cimport cython

from plait.native cimport lifetime, methods, pool
from plait.schedule cimport foreign
from plait.schedule.scheduler cimport Scheduler
from plait.streams.byte_buffer cimport ByteBuffer
from plait.tasks.future cimport Future
from plait.tasks.operation cimport Operation


cdef class ReaderFeed:
    cdef double _bound
    cdef readonly ByteBuffer _buffer
    cdef object _limit_given
    cdef Reading _reading
    cdef Future _future
    cdef object _other_waiter
    cdef public object _exception
    cdef public object _transport
    cdef Scheduler _scheduler
    cdef public object _source_traceback
    cdef public bint _paused
    cdef public bint _eof

    @cython.locals(operation=AnyData)
    cdef AnyData _make_any(self, str name)
    @cython.locals(reading=Reading)
    cdef object feed(self, object data)
    @cython.locals(reading=Reading)
    cdef object wake(self)
    cdef object _pause(self)
    cdef object _resume(self)
    cdef object taken(self)
    @cython.locals(future=Future)
    cdef Future wait(self, Reading reading)
    @cython.locals(future=Future)
    cdef Future _new_future(self)


cpdef object check_limit(object limit)


cdef class Reading(Operation):
    cdef ReaderFeed _reader

    cdef object prepare(self)
    cdef bint is_satisfied(self) except -1
    cdef bint attempt(self) except -1
    @cython.locals(reader=ReaderFeed)
    cdef Future start(self)
    @cython.locals(reader=ReaderFeed)
    cdef Future resumed(self)
    cdef Future interrupted(self, object error)


cdef class AnyData(Reading):
    cdef str label(self)
    cdef bint is_satisfied(self) except -1
    cdef Future start(self)
    cdef bint attempt(self) except -1
