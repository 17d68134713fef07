cimport cython

from plait.loop.core cimport LoopCore
from plait.native cimport pool
from plait.tasks.future cimport Future
from plait.tasks.operation cimport Operation


cdef class SocketOperation(Operation):
    cdef LoopCore _loop
    cdef object _sock

    cdef object prepare(self, LoopCore loop, object sock)
    cdef Future attempt(self)
    @cython.locals(loop=LoopCore, future=Future)
    cdef Future when_readable(self)
    @cython.locals(loop=LoopCore, future=Future)
    cdef Future when_writable(self)


cdef class WaitReadable(SocketOperation):
    pass


cdef class WaitWritable(SocketOperation):
    pass


cdef class WaitTransportWritable(SocketOperation):
    @cython.locals(loop=LoopCore, future=Future)
    cdef Future start(self)


@cython.locals(operation=WaitReadable)
cdef WaitReadable _wait_readable(object loop, object sock)


@cython.locals(operation=WaitWritable)
cdef WaitWritable _wait_writable(object loop, object sock)


@cython.locals(operation=WaitTransportWritable)
cdef WaitTransportWritable _wait_transport_writable(object loop, object sock)
