cdef extern from *:
    """
    static CYTHON_UNUSED void plait_iteration_stop(PyObject *value) {
        /* A tuple or an exception would be taken as the arguments, or the instance, to raise. */
        if (value == Py_None) return;
        if (PyTuple_Check(value) || PyExceptionInstance_Check(value)) {
            PyObject *stop = PyObject_CallOneArg(PyExc_StopIteration, value);
            if (stop == NULL) return;
            PyErr_SetObject(PyExc_StopIteration, stop);
            Py_DECREF(stop);
            return;
        }
        PyErr_SetObject(PyExc_StopIteration, value);
    }
    """
    void stop "plait_iteration_stop"(object value) noexcept
