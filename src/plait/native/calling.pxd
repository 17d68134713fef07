cdef extern from *:
    """
    CYTHON_UNUSED static PyObject *plait_calling_call(PyObject *function, PyObject *args, PyObject *context) {
        PyObject *result;
        if (PyContext_Enter(context) < 0) return NULL;
        result = PyObject_Vectorcall(function, &PyTuple_GET_ITEM(args, 0), (size_t)PyTuple_GET_SIZE(args), NULL);
        if (result == NULL) {
            PyObject *kind, *value, *traceback;
            PyErr_Fetch(&kind, &value, &traceback);
            PyContext_Exit(context);
            PyErr_Restore(kind, value, traceback);
        } else if (PyContext_Exit(context) < 0) {
            Py_CLEAR(result);
        }
        return result;
    }
    """
    object call "plait_calling_call"(object function, tuple args, object context)
