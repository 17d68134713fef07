cdef extern from *:
    unsigned long ident "PyThread_get_thread_ident"() noexcept
