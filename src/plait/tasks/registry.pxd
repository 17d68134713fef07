cdef bint _HIDDEN
cdef dict _current_tasks
cdef object _swap_current_task
cdef object _register_task
cdef object _unregister_task

cpdef object announce(object loop, object task)
cpdef object current(object loop)
cpdef object show(object task)
cpdef object hide(object task)
