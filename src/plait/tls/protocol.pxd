cimport cython

from plait.tls.connection cimport Connection
from plait.tls.receive_block cimport ReceiveBlock

cdef int _HANDSHAKE
cdef int _OPEN
cdef int _FLUSHING
cdef int _GOODBYE
cdef Py_ssize_t _DISCARD_BYTES


cdef class TlsProtocol(Connection):
    cdef object _shake_hands(self, Py_ssize_t count)
    cdef object _open(self, Py_ssize_t count)
    cdef bint _announce(self) except -1
    cpdef bytearray get_buffer(self, Py_ssize_t size_hint)
    @cython.locals(block=ReceiveBlock)
    cpdef object buffer_updated(self, Py_ssize_t count)
    cdef object _go_on(self, Py_ssize_t count)
    cdef object _deliver(self)
    cdef object _take_eof(self)
    cdef object _begin_closing(self)
    cpdef object finish_flushing(self)
    cdef object _say_goodbye(self)
    cdef bint _says_all(self) except -1
    cdef object _discard(self, Py_ssize_t count)
    cdef object _end(self)
