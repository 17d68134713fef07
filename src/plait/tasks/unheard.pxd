cdef set _noted
cdef object _forget

cpdef object note(object future)
