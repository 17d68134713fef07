cdef extern from *:
    """
    CYTHON_UNUSED static PyObject *plait_window_first(PyObject *block, Py_ssize_t count) {
        return PyMemoryView_FromMemory(PyByteArray_AS_STRING(block), count, PyBUF_READ);
    }
    """
    object first "plait_window_first"(bytearray block, Py_ssize_t count)
