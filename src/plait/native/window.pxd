cdef extern from *:
    """
    CYTHON_UNUSED static PyObject *plait_window_first(PyObject *block, Py_ssize_t count) {
        return PyMemoryView_FromMemory(PyByteArray_AS_STRING(block), count, PyBUF_READ);
    }

    #define plait_window_room(size) PyBytes_FromStringAndSize(NULL, size)

    CYTHON_UNUSED static PyObject *plait_window_whole(PyObject *room) {
        return PyMemoryView_FromMemory(PyBytes_AS_STRING(room), PyBytes_GET_SIZE(room), PyBUF_WRITE);
    }

    /* What is nearly full is made shorter where it is: to move it would cost what there is to save. */
    CYTHON_UNUSED static PyObject *plait_window_filled(PyObject *room, Py_ssize_t count) {
        Py_ssize_t size = PyBytes_GET_SIZE(room);
        if (count < size - size / 8) return PyBytes_FromStringAndSize(PyBytes_AS_STRING(room), count);
        if (count < size) {
            Py_SET_SIZE((PyVarObject *)room, count);
            PyBytes_AS_STRING(room)[count] = 0;
        }
        return Py_NewRef(room);
    }
    """
    object first "plait_window_first"(bytearray block, Py_ssize_t count)
    object room "plait_window_room"(Py_ssize_t size)
    object whole "plait_window_whole"(object room)
    bytes filled "plait_window_filled"(object room, Py_ssize_t count)
