from plait.native cimport calling


cdef extern from *:
    """
    /* Puts `item` into the cell, at 0 what was returned, at 1 what was raised, and gives the cell. */
    CYTHON_UNUSED static PyObject *plait_coroutine_ended(PyObject *cell, int place, PyObject *item) {
        PyObject *old = PyList_GET_ITEM(cell, place);
        PyList_SET_ITEM(cell, place, item);
        Py_DECREF(old);
        return Py_NewRef(cell);
    }

    CYTHON_UNUSED static PyObject *plait_coroutine_resume(PyObject *coro, PyObject *context, PyObject *cell) {
        PyObject *out = NULL, *error;
        PySendResult sent;
        if (PyContext_Enter(context) < 0) return plait_coroutine_ended(cell, 1, plait_calling_raised());
        sent = PyIter_Send(coro, Py_None, &out);
        if (sent == PYGEN_ERROR) {
            error = plait_calling_raised();
            PyContext_Exit(context);
            return plait_coroutine_ended(cell, 1, error);
        }
        if (PyContext_Exit(context) < 0) {
            Py_XDECREF(out);
            return plait_coroutine_ended(cell, 1, plait_calling_raised());
        }
        return sent == PYGEN_NEXT ? out : plait_coroutine_ended(cell, 0, out);
    }

    CYTHON_UNUSED static PyObject *plait_coroutine_throw(
            PyObject *coro, PyObject *context, PyObject *error, PyObject *cell) {
        PyObject *out, *value;
        if (PyContext_Enter(context) < 0) return plait_coroutine_ended(cell, 1, plait_calling_raised());
        out = PyObject_CallMethod(coro, "throw", "O", error);
        error = out == NULL ? plait_calling_raised() : NULL;
        PyContext_Exit(context);
        if (out != NULL) return out;
        if (!PyErr_GivenExceptionMatches(error, PyExc_StopIteration)) return plait_coroutine_ended(cell, 1, error);
        value = Py_NewRef(((PyStopIterationObject *)error)->value);
        Py_DECREF(error);
        return plait_coroutine_ended(cell, 0, value);
    }
    """
    object resume "plait_coroutine_resume"(object coro, object context, list cell)
    object throw "plait_coroutine_throw"(object coro, object context, object error, list cell)
