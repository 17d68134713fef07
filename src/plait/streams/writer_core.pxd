cimport cython

from plait.native cimport methods, pool
from plait.streams.flow cimport Drain, FlowControl
from plait.streams.protocol_core cimport ProtocolCore
from plait.streams.reader_feed cimport ReaderFeed
from plait.tasks cimport operation
from plait.tasks.future cimport Future
from plait.transports.writing cimport WritingTransport

cdef Drained _drained


cdef class WriterCore:
    cdef object _target
    cdef WritingTransport _direct
    cdef object _given_protocol
    cdef FlowControl _flow
    cdef object _given_reader
    cdef ReaderFeed _feed
    cdef public object _loop

    @cython.locals(direct=WritingTransport, feed=ReaderFeed)
    cdef object _write(self, object data)
    cdef object _drain(self)
    @cython.locals(flow=FlowControl)
    cdef bint _is_drained(self) except -1
    @cython.locals(direct=WritingTransport)
    cdef bint _is_closing(self) except -1
    @cython.locals(operation=WriterDrain)
    cdef WriterDrain _make_drain(self, FlowControl flow)
    @cython.locals(feed=ReaderFeed)
    cdef object _failure(self)


cdef class Drained:
    pass


cdef class WriterDrain(Drain):
    cdef WriterCore _writer

    cdef str label(self)
    @cython.locals(writer=WriterCore)
    cdef Future start(self)


cdef object _wait_closed(ProtocolCore protocol)
