cimport cython

from plait.base.runnable cimport Runnable
from plait.schedule.scheduler cimport Scheduler
from plait.tls.application cimport Application
from plait.tls.engine cimport Engine
from plait.tls.outbound cimport Outbound
from plait.tls.receive_block cimport ReceiveBlock

cdef int _OPEN
cdef int _FLUSHING
cdef Py_ssize_t _BLOCK_BYTES


cdef class Connection(Runnable):
    cdef bint _announces
    cdef Application _application
    cdef ReceiveBlock _block
    cdef Py_ssize_t _discarded
    cdef Engine _engine
    cdef bint _eof
    cdef object _error
    cdef dict _extra
    cdef bint _flush_comes
    cdef bint _is_delivering
    cdef bint _is_receiving
    cdef object _loop
    cdef Py_ssize_t _lost_writes
    cdef Outbound _outbound
    cdef object _raw
    cdef Scheduler _scheduler
    cdef object _settings
    cdef int _state
    cdef object _timer
    cdef object _transport
    cdef Py_ssize_t _unsent
    cdef object _waiter

    cdef object end_turn(self)
    cdef object _flush(self)
    @cython.locals(outbound=Outbound)
    cdef object write(self, bytes data)
    cdef object _flush_soon(self)
    cdef object _lose_write(self)
    cpdef object finish_flushing(self)
    cpdef object abort(self)
    cpdef object _send_held(self)
    cdef object _fail(self, object error, str message)
    cdef object _stop(self, object error)
    cdef object _wake_waiter(self, object error)
    cdef object _move(self, str event)
    cdef object _start_timer(self, double seconds, object callback)
    cdef object _stop_timer(self)
    cdef object _set_receiving(self, bint is_receiving)
    cpdef bint is_closing(self) except -1
    cpdef bint is_reading(self) except -1
    cpdef Py_ssize_t unsent(self) except -1
