cimport cython

from plait.tls.engine cimport Engine

cdef Py_ssize_t _BLOCK_BYTES


cdef class Outbound:
    cdef Engine _engine
    cdef object _raw
    cdef list _pieces
    cdef public Py_ssize_t size
    cdef public bint is_paused
    cdef public bint is_starved

    cpdef object connect(self, Engine engine, object raw)
    cpdef object add(self, bytes data)
    @cython.locals(count=Py_ssize_t)
    cpdef object flush(self)
    @cython.locals(count=Py_ssize_t, length=Py_ssize_t)
    cdef Py_ssize_t _encrypt(self, object block) except -1
    @cython.locals(pieces=list, taken=Py_ssize_t, count=Py_ssize_t)
    cdef object _take_block(self)
    @cython.locals(engine=Engine)
    cpdef object send_encrypted(self)
    cpdef Py_ssize_t unsent(self) except -1
    cpdef object drop(self)
    cpdef object disconnect(self)
