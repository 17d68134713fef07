cdef extern from *:
    """
    static CYTHON_UNUSED __thread PyObject *plait_thread_value = NULL;

    static CYTHON_UNUSED PyObject *plait_thread_value_get(void) {
        return Py_NewRef(plait_thread_value == NULL ? Py_None : plait_thread_value);
    }

    static CYTHON_UNUSED void plait_thread_value_put(PyObject *value) { plait_thread_value = value; }
    """
    object get "plait_thread_value_get"()
    void put "plait_thread_value_put"(object value) noexcept
