from plait.base.runnable cimport Runnable


cdef extern from *:
    """
    #define PLAIT_BATCH_AHEAD 8

    /* Those that wait were not looked at for long: have them fetched from memory while the ones before them run. */
    static inline void plait_batch_fetch_ahead(PyObject *items, Py_ssize_t index) {
    #if defined(__GNUC__)
        if (index + PLAIT_BATCH_AHEAD < PyList_GET_SIZE(items)) {
            char *item = (char *)PyList_GET_ITEM(items, index + PLAIT_BATCH_AHEAD);
            __builtin_prefetch(item, 1);
            __builtin_prefetch(item + 64, 1);
        }
    #endif
    }

    CYTHON_UNUSED static PyObject *plait_batch_look_at(PyObject *items, Py_ssize_t index) {
        plait_batch_fetch_ahead(items, index);
        return Py_NewRef(PyList_GET_ITEM(items, index));
    }

    CYTHON_UNUSED static void *plait_batch_take(PyObject *items, Py_ssize_t index) {
        PyObject *item = PyList_GET_ITEM(items, index);
        plait_batch_fetch_ahead(items, index);
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
    object look_at "plait_batch_look_at"(list items, Py_ssize_t index)
    Runnable take "plait_batch_take"(list items, Py_ssize_t index)
