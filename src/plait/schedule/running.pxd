from plait.native cimport thread_value

cpdef object running_scheduler()
cpdef object set_running_scheduler(object scheduler)
