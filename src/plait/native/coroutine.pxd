cdef extern from *:
    """
    CYTHON_UNUSED static PyObject *plait_coroutine_returned(PyObject *cell, PyObject *value) {
        PyObject *old = PyList_GET_ITEM(cell, 0);
        PyList_SET_ITEM(cell, 0, value);
        Py_DECREF(old);
        Py_INCREF(cell);
        return cell;
    }

    CYTHON_UNUSED static PyObject *plait_coroutine_resume(PyObject *coro, PyObject *context, PyObject *cell) {
        PyObject *out = NULL;
        PySendResult sent;
        if (PyContext_Enter(context) < 0) return NULL;
        sent = PyIter_Send(coro, Py_None, &out);
        if (sent == PYGEN_ERROR) {
            PyObject *kind, *value, *traceback;
            PyErr_Fetch(&kind, &value, &traceback);
            PyContext_Exit(context);
            PyErr_Restore(kind, value, traceback);
            return NULL;
        }
        if (PyContext_Exit(context) < 0) {
            Py_XDECREF(out);
            return NULL;
        }
        return sent == PYGEN_NEXT ? out : plait_coroutine_returned(cell, out);
    }

    CYTHON_UNUSED static PyObject *plait_coroutine_throw(
            PyObject *coro, PyObject *context, PyObject *error, PyObject *cell) {
        PyObject *kind, *value, *traceback, *out;
        if (PyContext_Enter(context) < 0) return NULL;
        out = PyObject_CallMethod(coro, "throw", "O", error);
        PyErr_Fetch(&kind, &value, &traceback);
        PyContext_Exit(context);
        if (kind != NULL && PyErr_GivenExceptionMatches(kind, PyExc_StopIteration)) {
            PyErr_NormalizeException(&kind, &value, &traceback);
            out = plait_coroutine_returned(cell, Py_NewRef(((PyStopIterationObject *)value)->value));
            Py_DECREF(kind);
            Py_DECREF(value);
            Py_XDECREF(traceback);
            return out;
        }
        PyErr_Restore(kind, value, traceback);
        return out;
    }
    """
    object resume "plait_coroutine_resume"(object coro, object context, list cell)
    object throw "plait_coroutine_throw"(object coro, object context, object error, list cell)
