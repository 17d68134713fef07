cdef extern from *:
    """
    #define plait_lifetime_call_when_freed(kind) ((void)(kind))

    CYTHON_UNUSED static int plait_lifetime_is_held(PyObject *thing, Py_ssize_t known) {
    #ifdef Py_GIL_DISABLED
        return 1;
    #else
        return Py_REFCNT(thing) > known;
    #endif
    }
    """
    void call_when_freed "plait_lifetime_call_when_freed"(object kind) noexcept
    bint is_held "plait_lifetime_is_held"(object thing, Py_ssize_t known) noexcept
