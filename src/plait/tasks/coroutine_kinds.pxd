cpdef bint is_coroutine(object thing)
