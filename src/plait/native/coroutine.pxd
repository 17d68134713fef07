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

    /* What came of a step, given as its caller expects it. */
    CYTHON_UNUSED static PyObject *plait_coroutine_outcome(PySendResult sent, PyObject *out, PyObject *cell) {
        return sent == PYGEN_NEXT ? out : plait_coroutine_ended(cell, sent == PYGEN_ERROR, out);
    }

    /* Takes a step, and puts into `out` what was yielded, returned or raised. */
    CYTHON_UNUSED static PySendResult plait_coroutine_send(PyObject *coro, PyObject **out) {
        PySendResult sent = PyIter_Send(coro, Py_None, out);
        if (sent == PYGEN_ERROR) *out = plait_calling_raised();
        return sent;
    }

    CYTHON_UNUSED static PySendResult plait_coroutine_raise(PyObject *coro, PyObject *error, PyObject **out) {
        PyObject *raised;
        *out = PyObject_CallMethod(coro, "throw", "O", error);
        if (*out != NULL) return PYGEN_NEXT;
        *out = raised = plait_calling_raised();
        if (!PyErr_GivenExceptionMatches(raised, PyExc_StopIteration)) return PYGEN_ERROR;
        *out = Py_NewRef(((PyStopIterationObject *)raised)->value);
        Py_DECREF(raised);
        return PYGEN_RETURN;
    }

    /* Leaves the context of a step, with no exception raised. */
    CYTHON_UNUSED static PyObject *plait_coroutine_leave(PyObject *context, PyObject *yielded, PyObject *cell) {
        if (PyContext_Exit(context) >= 0) return yielded;
        Py_DECREF(yielded);
        return plait_coroutine_ended(cell, 1, plait_calling_raised());
    }

    CYTHON_UNUSED static PyObject *plait_coroutine_resume(PyObject *coro, PyObject *context, PyObject *cell) {
        PyObject *out = NULL;
        PySendResult sent;
        if (PyContext_Enter(context) < 0) return plait_coroutine_ended(cell, 1, plait_calling_raised());
        sent = plait_coroutine_send(coro, &out);
        return plait_coroutine_leave(context, plait_coroutine_outcome(sent, out, cell), cell);
    }

    CYTHON_UNUSED static PyObject *plait_coroutine_throw(
            PyObject *coro, PyObject *context, PyObject *error, PyObject *cell) {
        PyObject *out = NULL;
        PySendResult sent;
        if (PyContext_Enter(context) < 0) return plait_coroutine_ended(cell, 1, plait_calling_raised());
        sent = plait_coroutine_raise(coro, error, &out);
        return plait_coroutine_leave(context, plait_coroutine_outcome(sent, out, cell), cell);
    }
    """
    object resume "plait_coroutine_resume"(object coro, object context, list cell)
    object throw "plait_coroutine_throw"(object coro, object context, object error, list cell)
