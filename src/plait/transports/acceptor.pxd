cimport cython

from plait.loop.core cimport LoopCore
from plait.native cimport calling, sockets
from plait.base.runnable cimport Runnable
from plait.transports.stream cimport SocketTransport


cdef class Acceptor(Runnable):
    cdef LoopCore _loop
    cdef object _sock
    cdef object _factory
    cdef object _begin
    cdef object _server
    cdef object _context
    cdef object _retry
    cdef int _fd
    cdef int _family
    cdef int _kind
    cdef int _proto
    cdef int _backlog
    cdef int _burst
    cdef bint _serving

    cpdef object start(self)
    cpdef object stop(self)
    @cython.locals(count=int)
    cdef object run(self)
    @cython.locals(fd=int)
    cdef bint accept(self) except -1
    cdef object connect(self, int fd, object address)
    @cython.locals(transport=SocketTransport)
    cdef object make_transport(self, object sock, int fd, object address)
    cdef object report(self, object error)
