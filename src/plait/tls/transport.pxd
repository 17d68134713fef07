from plait.tls.protocol cimport TlsProtocol


cdef class TlsTransport:
    cdef object __weakref__
    cdef TlsProtocol _tls

    cpdef object write(self, object data)


cdef bytes _to_bytes(object data)
