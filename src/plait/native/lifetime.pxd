cdef extern from *:
    """
    #define plait_lifetime_call_when_freed(kind) ((void)(kind))
    """
    void call_when_freed "plait_lifetime_call_when_freed"(object kind) noexcept
