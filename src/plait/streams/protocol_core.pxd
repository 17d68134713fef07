cimport cython

from plait.native cimport methods, pool
from plait.streams.flow cimport FlowControl
from plait.streams.reader_feed cimport ReaderFeed
from plait.sync.waiter_queue cimport Waiter, WaiterQueue
from plait.tasks.future cimport Future

cdef object _data_received
cdef object _feed_data


cdef class ProtocolCore(FlowControl):
    cdef public object _stream_reader
    cdef ReaderFeed _core
    cdef public object _client_connected_cb
    cdef WaiterQueue _close_waiters
    cdef Future _close_future
    cdef public object _transport
    cdef public object _task
    cdef public bint _over_ssl

    cdef bint takes_directly(self) except -1
    @cython.locals(core=ReaderFeed)
    cdef object receive(self, bytes data)
    @cython.locals(waiters=WaiterQueue, future=Future)
    cdef object _end(self, object error)
    @cython.locals(future=Future)
    cdef Future _make_close_future(self)
    @cython.locals(operation=WaitClosed)
    cdef WaitClosed make_wait_closed(self)


cdef class WaitClosed(Waiter):
    cdef ProtocolCore _protocol

    cdef str label(self)
    @cython.locals(protocol=ProtocolCore)
    cdef Future start(self)
    cdef Future resumed(self)


cdef object _settle(Future future, object error)
