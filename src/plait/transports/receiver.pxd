cdef class Receiver:
    cdef bint takes_directly(self) except -1
    cdef object receive(self, bytes data)
