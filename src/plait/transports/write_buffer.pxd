cimport cython

cdef Py_ssize_t _LEAST_TO_COMPACT


cpdef Py_ssize_t size_of(object data) except -1


cdef class WriteBuffer:
    cdef readonly list chunks
    cdef readonly Py_ssize_t first
    cdef readonly Py_ssize_t offset
    cdef readonly Py_ssize_t size

    @cython.locals(size=Py_ssize_t)
    cpdef object append(self, object data, Py_ssize_t start)
    @cython.locals(size=Py_ssize_t)
    cpdef object borrow(self, object data)
    cpdef object extend(self, WriteBuffer others)
    @cython.locals(index=Py_ssize_t)
    cpdef object own_borrowed(self)
    @cython.locals(size=Py_ssize_t)
    cpdef object consume(self, Py_ssize_t count)
    cdef object _compact(self)
    cpdef object clear(self)


cdef object _own(object data, Py_ssize_t start)
cdef object _view(object data)
