from plait.base.runnable cimport Runnable


cdef extern from *:
    """
    CYTHON_UNUSED static void *plait_batch_take(PyObject *items, Py_ssize_t index) {
        PyObject *item = PyList_GET_ITEM(items, index);
        PyList_SET_ITEM(items, index, Py_NewRef(Py_None));
        return item;
    }
    """
    Runnable take "plait_batch_take"(list items, Py_ssize_t index)
