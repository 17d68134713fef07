cdef extern from *:
    """
    #define plait_lifetime_call_when_freed(kind) ((void)(kind))

    #if PY_VERSION_HEX >= 0x030D0000
    #define plait_lifetime_is_interpreter_ending() Py_IsFinalizing()
    #else
    #define plait_lifetime_is_interpreter_ending() _Py_IsFinalizing()
    #endif

    #define plait_lifetime_keep_for_good(thing) Py_INCREF(thing)

    CYTHON_UNUSED static void plait_lifetime_ignore(PyObject *error, PyObject *place) {
        PyErr_SetObject((PyObject *)Py_TYPE(error), error);
        PyErr_WriteUnraisable(place);
    }

    CYTHON_UNUSED static int plait_lifetime_is_held(PyObject *thing, Py_ssize_t known) {
    #ifdef Py_GIL_DISABLED
        return 1;
    #else
        return Py_REFCNT(thing) > known;
    #endif
    }
    """
    void call_when_freed "plait_lifetime_call_when_freed"(object kind) noexcept
    bint is_interpreter_ending "plait_lifetime_is_interpreter_ending"() noexcept
    void ignore "plait_lifetime_ignore"(object error, object place) noexcept
    void keep_for_good "plait_lifetime_keep_for_good"(object thing) noexcept
    bint is_held "plait_lifetime_is_held"(object thing, Py_ssize_t known) noexcept
