cdef bint _HIDDEN
cdef dict _current_tasks
cdef object _swap_current_task

cpdef object announce(object loop, object task)
cpdef object current(object loop)
