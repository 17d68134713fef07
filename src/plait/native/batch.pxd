cdef extern from *:
    """
    CYTHON_UNUSED static PyObject *plait_batch_take(PyObject *items, Py_ssize_t index) {
        PyObject *item = PyList_GET_ITEM(items, index);
        PyList_SET_ITEM(items, index, Py_NewRef(Py_None));
        return item;
    }

    CYTHON_UNUSED static void plait_batch_empty(PyObject *items) {
        Py_ssize_t count = PyList_GET_SIZE(items);
        /* A batch of many thousands was a burst: give its memory back. */
        if (count > 4096) {
            PyList_SetSlice(items, 0, PY_SSIZE_T_MAX, NULL);
            return;
        }
    #if PY_VERSION_HEX < 0x030C0000
        while (count-- > 0) Py_DECREF(Py_None);
    #endif
        Py_SET_SIZE((PyVarObject *)items, 0);
    }
    """
    object take "plait_batch_take"(list items, Py_ssize_t index)
    void empty "plait_batch_empty"(list items) noexcept
