cimport cython

from plait.loop.core cimport LoopCore
from plait.native cimport calling, messages, methods
from plait.base.runnable cimport Runnable
from plait.transports.flow_control cimport FlowControl

cdef Py_ssize_t _HEADER_BYTES
cdef Py_ssize_t _SILENT_LOST_WRITES
cdef Py_ssize_t _MOST
cdef int _AF_INET
cdef int _AF_INET6


cdef class DatagramTransport(FlowControl):
    cdef object _address
    cdef object _datagram_received
    cdef object _peername
    cdef object _sockname
    cdef object _socket
    cdef object _queue
    cdef list _undelivered
    cdef Py_ssize_t _size
    cdef Py_ssize_t _lost_writes
    cdef int _family
    cdef bint _has_peer

    cpdef object find_extra(self, object name, object default)
    cpdef object set_protocol(self, object protocol)
    cdef object forget_protocol(self)
    cdef object run(self)
    cdef object watch_reader(self)
    @cython.locals(batch=list)
    cdef object receive(self)
    @cython.locals(room=bytearray)
    cdef list receive_some(self)
    @cython.locals(count=Py_ssize_t, index=Py_ssize_t, message=tuple)
    cdef object deliver(self, list batch)
    cpdef object sendto(self, object data, object addr=*)
    cdef bint send_now(self, object data, object addr) except -1
    cdef object count_lost_write(self)
    @cython.locals(writer=SendReady)
    cdef object watch_writer(self)
    @cython.locals(message=tuple, went=bint, left=Py_ssize_t)
    cdef object send_queued(self)
    cdef object all_sent(self)
    cpdef Py_ssize_t get_write_buffer_size(self) except -1
    cdef bint has_queued(self) except -1
    cdef object drop_queued(self)


cdef class SendReady(Runnable):
    cdef DatagramTransport _transport

    cdef object run(self)


cdef object _ask(object question)
