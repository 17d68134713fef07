cimport cython

from plait.loop.core cimport LoopCore
from plait.native cimport calling, methods, sockets
from plait.transports.receiver cimport Receiver
from plait.transports.write_buffer cimport WriteBuffer
from plait.transports.writing cimport WritingTransport

cdef object _UNASKED


cdef class SocketTransport(WritingTransport):
    cdef Receiver _receiver
    cdef object _peername
    cdef object _sockname
    cdef object _socket
    cdef readonly object _server
    cdef bint _at_eof

    cdef object prepare(
        self, LoopCore loop, object sock, int fd, object protocol, object waiter, dict extra, object server)
    cdef object belong_to(self, object context, object peername)
    cpdef object find_extra(self, object name, object default)
    cpdef object set_protocol(self, object protocol)
    cdef object forget_protocol(self)
    cdef object run(self)
    cdef object watch_reader(self)
    @cython.locals(data=bytes)
    cdef object read_data(self)
    @cython.locals(count=Py_ssize_t)
    cdef object read_into_buffer(self)
    cdef object update_buffer(self, Py_ssize_t count)
    cdef object read_eof(self)
    cdef Py_ssize_t send(self, object data) except -1
    cdef Py_ssize_t send_vector(self, WriteBuffer queue) except -1
    cdef object finish_writing(self)
    cdef object release(self)
    cdef object detach(self)


cdef Receiver _receiver_of(Receiver protocol)
cdef object _ask(object question)
