cdef extern from *:
    """
    #ifdef __GLIBC__
    #define PLAIT_THREAD_VALUE_MODEL __attribute__((tls_model("initial-exec"))) /* read without a call */
    #else
    #define PLAIT_THREAD_VALUE_MODEL /* elsewhere a module that is loaded late may not have it */
    #endif

    CYTHON_UNUSED static __thread PyObject *plait_thread_value PLAIT_THREAD_VALUE_MODEL = NULL;

    CYTHON_UNUSED static PyObject *plait_thread_value_get(void) {
        return Py_NewRef(plait_thread_value == NULL ? Py_None : plait_thread_value);
    }

    CYTHON_UNUSED static void plait_thread_value_put(PyObject *value) { plait_thread_value = value; }
    """
    object get "plait_thread_value_get"()
    void put "plait_thread_value_put"(object value) noexcept
