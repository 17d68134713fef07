from plait.base.runnable cimport Runnable


cdef extern from *:
    """
    CYTHON_UNUSED static void *plait_batch_take(PyObject *items, Py_ssize_t index) {
        PyObject *item = PyList_GET_ITEM(items, index);
        PyList_SET_ITEM(items, index, Py_NewRef(Py_None));
        return item;
    }

    CYTHON_UNUSED static void plait_batch_pour(PyObject *items, Py_ssize_t start, PyObject *others) {
        PyObject **from = ((PyListObject *)items)->ob_item, **to = ((PyListObject *)others)->ob_item, *item;
        Py_ssize_t room = PyList_GET_SIZE(items), count = PyList_GET_SIZE(others), index;
        if (count > room) count = room;
        for (index = 0; index < count; index++) {
            Py_ssize_t place = (start + index) & (room - 1);
            item = from[place];
            from[place] = to[index];
            to[index] = item;
        }
    }
    """
    void pour "plait_batch_pour"(list items, Py_ssize_t start, list others) noexcept
    Runnable take "plait_batch_take"(list items, Py_ssize_t index)
