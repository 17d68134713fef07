cpdef bint is_coroutine(object obj)
