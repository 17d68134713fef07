cdef extern from *:
    """
    /* The exception that is being raised, with its traceback; nothing is raised any more. */
    CYTHON_UNUSED static PyObject *plait_calling_raised(void) {
    #if PY_VERSION_HEX >= 0x030C0000
        return PyErr_GetRaisedException();
    #else
        PyObject *kind, *value, *traceback;
        PyErr_Fetch(&kind, &value, &traceback);
        PyErr_NormalizeException(&kind, &value, &traceback);
        if (traceback != NULL) {
            PyException_SetTraceback(value, traceback);
            Py_DECREF(traceback);
        }
        Py_DECREF(kind);
        return value;
    #endif
    }

    /* Leaves the context, and returns `result`; an exception stays as it is. */
    CYTHON_UNUSED static PyObject *plait_calling_leave(PyObject *context, PyObject *result) {
        if (result == NULL) {
            PyObject *kind, *value, *traceback;
            PyErr_Fetch(&kind, &value, &traceback);
            PyContext_Exit(context);
            PyErr_Restore(kind, value, traceback);
        } else if (PyContext_Exit(context) < 0) {
            Py_CLEAR(result);
        }
        return result;
    }

    CYTHON_UNUSED static PyObject *plait_calling_call(PyObject *function, PyObject *args, PyObject *context) {
        if (PyContext_Enter(context) < 0) return NULL;
        return plait_calling_leave(context, PyObject_Vectorcall(
            function, &PyTuple_GET_ITEM(args, 0), (size_t)PyTuple_GET_SIZE(args), NULL));
    }

    CYTHON_UNUSED static PyObject *plait_calling_call_one(PyObject *function, PyObject *arg, PyObject *context) {
        /* The function may overwrite the place before its arguments, where a bound method puts its object. */
        PyObject *args[2] = {NULL, arg};
        if (PyContext_Enter(context) < 0) return NULL;
        return plait_calling_leave(context, PyObject_Vectorcall(
            function, args + 1, 1 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL));
    }

    CYTHON_UNUSED static PyObject *plait_calling_call_with(PyObject *function, PyObject *arg) {
        PyObject *args[2] = {NULL, arg};
        return PyObject_Vectorcall(function, args + 1, 1 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    }

    static inline int plait_calling_is_method_of(PyObject *callable, PyObject *function, PyObject *kind) {
        return (PyMethod_Check(callable) || Py_TYPE(callable)->tp_base == &PyMethod_Type) /* native/bound_methods */
            && ((PyMethodObject *)callable)->im_func == function
            && (PyObject *)Py_TYPE(((PyMethodObject *)callable)->im_self) == kind;
    }

    /* What the function raises, or None. */
    CYTHON_UNUSED static PyObject *plait_calling_attempt_here(PyObject *function, PyObject *args) {
        PyObject *result = PyObject_Vectorcall(
            function, &PyTuple_GET_ITEM(args, 0), (size_t)PyTuple_GET_SIZE(args), NULL);
        if (result == NULL) return plait_calling_raised();
        Py_DECREF(result);
        return Py_NewRef(Py_None);
    }

    CYTHON_UNUSED static PyObject *plait_calling_attempt(PyObject *function, PyObject *args, PyObject *context) {
        PyObject *result = plait_calling_call(function, args, context);
        if (result == NULL) return plait_calling_raised();
        Py_DECREF(result);
        return Py_NewRef(Py_None);
    }
    """
    object call "plait_calling_call"(object function, tuple args, object context)
    object call_one "plait_calling_call_one"(object function, object arg, object context)
    object call_with "plait_calling_call_with"(object function, object arg)
    bint is_method_of "plait_calling_is_method_of"(object callable, object function, object kind) noexcept
    object attempt "plait_calling_attempt"(object function, tuple args, object context)
