cdef class ReceiveBlock:
    cdef readonly bytearray data
    cdef public object borrower
