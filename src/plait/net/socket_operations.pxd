cimport cython

from plait.native cimport messages, pool, sockets
from plait.net.socket_waits cimport SocketOperation
from plait.tasks cimport operation
from plait.tasks.future cimport Future

cdef object _SOCKET
cdef Py_ssize_t _OWN_MEMORY_BYTES


cdef class Receive(SocketOperation):
    cdef Py_ssize_t _most

    @cython.locals(most=Py_ssize_t)
    cdef Future attempt(self)


cdef class ReceiveInto(SocketOperation):
    cdef object _buffer

    @cython.locals(count=Py_ssize_t)
    cdef Future attempt(self)


cdef class ReceiveFrom(SocketOperation):
    cdef Py_ssize_t _most

    cdef Future attempt(self)


cdef class ReceiveFromInto(SocketOperation):
    cdef object _buffer
    cdef Py_ssize_t _most

    cdef Future attempt(self)


cdef class SendAll(SocketOperation):
    cdef object _data

    @cython.locals(count=Py_ssize_t)
    cdef Future attempt(self)


cdef class SendTo(SocketOperation):
    cdef object _data
    cdef object _address

    @cython.locals(count=Py_ssize_t)
    cdef Future attempt(self)


cdef class Accept(SocketOperation):
    cdef Future attempt(self)


@cython.locals(operation=Receive)
cdef Receive _receive(object loop, object sock, Py_ssize_t most)


@cython.locals(operation=ReceiveInto)
cdef ReceiveInto _receive_into(object loop, object sock, object buffer)


@cython.locals(operation=ReceiveFrom)
cdef ReceiveFrom _receive_from(object loop, object sock, Py_ssize_t most)


@cython.locals(operation=ReceiveFromInto)
cdef ReceiveFromInto _receive_from_into(object loop, object sock, object buffer, Py_ssize_t most)


@cython.locals(operation=SendAll)
cdef SendAll _send_all(object loop, object sock, object data)


@cython.locals(operation=SendTo)
cdef SendTo _send_to(object loop, object sock, object data, object address)


@cython.locals(operation=Accept)
cdef Accept _accept(object loop, object sock)
