cdef extern from *:
    object copy_current "PyContext_CopyCurrent"()
