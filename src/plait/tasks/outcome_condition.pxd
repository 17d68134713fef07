cdef class OutcomeCondition:
    cdef object _mutex
    cdef list _sleepers
