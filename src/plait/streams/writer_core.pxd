cimport cython

from plait.native cimport pool
from plait.streams.flow cimport Drain, FlowControl
from plait.streams.protocol_core cimport ProtocolCore
from plait.streams.reader_feed cimport ReaderFeed
from plait.tasks.future cimport Future


cdef class WriterCore:
    cdef public object _transport
    cdef public object _protocol
    cdef public object _reader
    cdef public object _loop

    @cython.locals(operation=WriterDrain)
    cdef WriterDrain _make_drain(self, FlowControl flow)
    cdef object _failure(self)


cdef class WriterDrain(Drain):
    cdef WriterCore _writer

    cdef str label(self)
    @cython.locals(writer=WriterCore)
    cdef Future start(self)


cdef object _wait_closed(ProtocolCore protocol)
cdef object _exception_of(ReaderFeed reader)
