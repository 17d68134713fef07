cdef extern from *:
    """
    /* A method of Cython's takes what it is called with for an instance of its class: `Class.method(1)` would crash. */
    #define PLAIT_METHOD_FORMS 3
    CYTHON_UNUSED static vectorcallfunc plait_methods_then[PLAIT_METHOD_FORMS];

    CYTHON_UNUSED static int plait_methods_refuses(PyObject *method, PyObject *const *args, size_t flags) {
        PyTypeObject *kind = ((PyCMethodObject *)method)->mm_class;
        if (PyVectorcall_NARGS(flags) == 0 || PyObject_TypeCheck(args[0], kind)) return 0;
        PyErr_Format(
            PyExc_TypeError, "descriptor '%.200s' for '%.200s' objects doesn't apply to a '%.200s' object",
            ((PyCFunctionObject *)method)->m_ml->ml_name, kind->tp_name, Py_TYPE(args[0])->tp_name
        );
        return 1;
    }

    CYTHON_UNUSED static PyObject *plait_methods_call_alone(
        PyObject *method, PyObject *const *args, size_t flags, PyObject *names
    ) {
        return plait_methods_refuses(method, args, flags) ? NULL : plait_methods_then[0](method, args, flags, names);
    }

    CYTHON_UNUSED static PyObject *plait_methods_call_with_one(
        PyObject *method, PyObject *const *args, size_t flags, PyObject *names
    ) {
        return plait_methods_refuses(method, args, flags) ? NULL : plait_methods_then[1](method, args, flags, names);
    }

    CYTHON_UNUSED static PyObject *plait_methods_call_with_any(
        PyObject *method, PyObject *const *args, size_t flags, PyObject *names
    ) {
        return plait_methods_refuses(method, args, flags) ? NULL : plait_methods_then[2](method, args, flags, names);
    }

    CYTHON_UNUSED static void plait_methods_guard_one(PyCMethodObject *method, PyObject *kind) {
        static const vectorcallfunc calls[PLAIT_METHOD_FORMS] = {
            plait_methods_call_alone, plait_methods_call_with_one, plait_methods_call_with_any
        };
        PyCFunctionObject *function = &method->func;
        int form;
        switch (function->m_ml->ml_flags & ~METH_COEXIST) {
        case METH_NOARGS: form = 0; break;
        case METH_O: form = 1; break;
        case METH_FASTCALL | METH_KEYWORDS: form = 2; break;
        default: return;
        }
        if (function->vectorcall == NULL || (method->mm_class != NULL && (PyObject *)method->mm_class != kind)) return;
        if (plait_methods_then[form] == NULL) plait_methods_then[form] = function->vectorcall;
        if (plait_methods_then[form] != function->vectorcall) return;
        if (method->mm_class == NULL) method->mm_class = (PyTypeObject *)Py_NewRef(kind);
        function->vectorcall = calls[form];
    }

    CYTHON_UNUSED static void plait_methods_guard(PyObject *kind) {
    #if PY_VERSION_HEX >= 0x030C0000
        PyObject *dict = PyType_GetDict((PyTypeObject *)kind), *name, *value;
    #else
        PyObject *dict = Py_NewRef(((PyTypeObject *)kind)->tp_dict), *name, *value;
    #endif
        Py_ssize_t at = 0;
        while (PyDict_Next(dict, &at, &name, &value)) {
            if (strstr(Py_TYPE(value)->tp_name, "cython_function_or_method") != NULL) {
                plait_methods_guard_one((PyCMethodObject *)value, kind);
            }
        }
        Py_DECREF(dict);
    }
    """
    void guard "plait_methods_guard"(object kind) noexcept
