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

    CYTHON_UNUSED static PyObject *plait_coroutine_resume_here(PyObject *coro, PyObject *cell) {
        PyObject *out = NULL;
        PySendResult sent = PyIter_Send(coro, Py_None, &out);
        if (sent == PYGEN_NEXT) return out;
        if (sent == PYGEN_RETURN) return plait_coroutine_ended(cell, 0, out);
        return plait_coroutine_ended(cell, 1, plait_calling_raised());
    }

    CYTHON_UNUSED static PyObject *plait_coroutine_throw_here(PyObject *coro, PyObject *error, PyObject *cell) {
        PyObject *out = PyObject_CallMethod(coro, "throw", "O", error), *value;
        if (out != NULL) return out;
        error = plait_calling_raised();
        if (!PyErr_GivenExceptionMatches(error, PyExc_StopIteration)) return plait_coroutine_ended(cell, 1, error);
        value = Py_NewRef(((PyStopIterationObject *)error)->value);
        Py_DECREF(error);
        return plait_coroutine_ended(cell, 0, value);
    }

    /* Leaves the context of a step, with no exception raised. */
    CYTHON_UNUSED static PyObject *plait_coroutine_leave(PyObject *context, PyObject *yielded, PyObject *cell) {
        if (PyContext_Exit(context) >= 0) return yielded;
        Py_DECREF(yielded);
        return plait_coroutine_ended(cell, 1, plait_calling_raised());
    }

    CYTHON_UNUSED static PyObject *plait_coroutine_resume(PyObject *coro, PyObject *context, PyObject *cell) {
        if (PyContext_Enter(context) < 0) return plait_coroutine_ended(cell, 1, plait_calling_raised());
        return plait_coroutine_leave(context, plait_coroutine_resume_here(coro, cell), cell);
    }

    CYTHON_UNUSED static PyObject *plait_coroutine_throw(
            PyObject *coro, PyObject *context, PyObject *error, PyObject *cell) {
        if (PyContext_Enter(context) < 0) return plait_coroutine_ended(cell, 1, plait_calling_raised());
        return plait_coroutine_leave(context, plait_coroutine_throw_here(coro, error, cell), cell);
    }
    """
    object resume "plait_coroutine_resume"(object coro, object context, list cell)
    object throw "plait_coroutine_throw"(object coro, object context, object error, list cell)
