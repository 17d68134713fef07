cdef extern from *:
    """
    CYTHON_UNUSED static PyObject *(*plait_plain_one)(PyObject *, PyObject *);
    CYTHON_UNUSED static PyObject *(*plait_plain_first)(PyObject *, PyObject *);
    CYTHON_UNUSED static vectorcallfunc plait_plain_otherwise;

    CYTHON_UNUSED static PyObject *plait_plain_tuple(PyObject *const *args, Py_ssize_t count) {
        PyObject *tuple = PyTuple_New(count);
        if (tuple == NULL) return NULL;
        for (Py_ssize_t i = 0; i < count; i++) PyTuple_SET_ITEM(tuple, i, Py_NewRef(args[i]));
        return tuple;
    }

    CYTHON_UNUSED static PyObject *plait_plain_named(PyObject *const *values, PyObject *names) {
        PyObject *named = PyDict_New();
        if (named == NULL) return NULL;
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(names); i++) {
            if (PyDict_SetItem(named, PyTuple_GET_ITEM(names, i), values[i]) < 0) {
                Py_DECREF(named);
                return NULL;
            }
        }
        return named;
    }

    /* By tp_call, which takes any arguments. */
    CYTHON_UNUSED static PyObject *plait_plain_call_any(
        PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *names
    ) {
        PyObject *result = NULL, *named = NULL, *tuple = plait_plain_tuple(args, count);
        if (tuple == NULL) return NULL;
        if (names == NULL || (named = plait_plain_named(args + count, names)) != NULL) {
            result = Py_TYPE(self)->tp_call(self, tuple, named);
        }
        Py_DECREF(tuple);
        Py_XDECREF(named);
        return result;
    }

    CYTHON_UNUSED static PyObject *plait_plain_call_one(
        PyObject *self, PyObject *const *args, size_t flags, PyObject *names
    ) {
        Py_ssize_t count = PyVectorcall_NARGS(flags);
        if (count == 1 && names == NULL) return plait_plain_one(self, args[0]);
        return plait_plain_call_any(self, args, count, names);
    }

    CYTHON_UNUSED static void plait_plain_take_one(
        PyObject *kind, PyObject *base, PyObject *(*plain)(PyObject *, PyObject *)
    ) {
        PyTypeObject *type = (PyTypeObject *)kind;
        plait_plain_one = plain;
        type->tp_vectorcall_offset = ((PyTypeObject *)base)->tp_basicsize;
        type->tp_flags |= Py_TPFLAGS_HAVE_VECTORCALL;
        PyType_Modified(type);
    }

    #define plait_plain_mark(field) ((field) = (void *)plait_plain_call_one)

    CYTHON_UNUSED static PyObject *plait_plain_call_first(
        PyObject *function, PyObject *const *args, size_t flags, PyObject *names
    ) {
        Py_ssize_t count = PyVectorcall_NARGS(flags);
        PyObject *rest, *result;
        if (count == 0 || names != NULL) return plait_plain_otherwise(function, args, flags, names);
        rest = plait_plain_tuple(args + 1, count - 1);
        if (rest == NULL) return NULL;
        result = plait_plain_first(args[0], rest);
        Py_DECREF(rest);
        return result;
    }

    CYTHON_UNUSED static void plait_plain_take_first(PyObject *function, PyObject *(*plain)(PyObject *, PyObject *)) {
        PyCFunctionObject *own = (PyCFunctionObject *)function; /* which a function of Cython's begins as */
        if (own->vectorcall == NULL) return;
        plait_plain_first = plain;
        plait_plain_otherwise = own->vectorcall;
        own->vectorcall = plait_plain_call_first;
    }

    typedef PyObject *(*plait_plain_body)(PyObject *self, PyObject *value, PyObject *context);
    CYTHON_UNUSED static plait_plain_body plait_plain_in_context;
    CYTHON_UNUSED static vectorcallfunc plait_plain_in_context_otherwise;
    CYTHON_UNUSED static PyObject *plait_plain_context; /* the name as those pass it who called last */

    CYTHON_UNUSED static int plait_plain_is_context(PyObject *name) {
        PyObject *before = plait_plain_context;
        if (name == before) return 1;
        if (PyUnicode_CompareWithASCIIString(name, "context") != 0) return 0;
        plait_plain_context = Py_NewRef(name);
        Py_XDECREF(before);
        return 1;
    }

    CYTHON_UNUSED static PyObject *plait_plain_call_in_context(
        PyObject *function, PyObject *const *args, size_t flags, PyObject *names
    ) {
        if (
            names == NULL || PyVectorcall_NARGS(flags) != 2 ||
            PyTuple_GET_SIZE(names) != 1 || !plait_plain_is_context(PyTuple_GET_ITEM(names, 0))
        ) {
            return plait_plain_in_context_otherwise(function, args, flags, names);
        }
        return plait_plain_in_context(args[0], args[1], args[2]);
    }

    CYTHON_UNUSED static void plait_plain_take_in_context(PyObject *function, plait_plain_body plain) {
        PyCFunctionObject *own = (PyCFunctionObject *)function; /* which a function of Cython's begins as */
        if (own->vectorcall == NULL) return;
        plait_plain_in_context = plain;
        plait_plain_in_context_otherwise = own->vectorcall;
        own->vectorcall = plait_plain_call_in_context;
    }
    """
    ctypedef object (*Plain)(object, object)
    ctypedef object (*PlainMethod)(object, object, object)
    void take_one "plait_plain_take_one"(object kind, object base, Plain plain) noexcept
    void mark "plait_plain_mark"(void* field) noexcept
    void take_first "plait_plain_take_first"(object function, Plain plain) noexcept
    void take_in_context "plait_plain_take_in_context"(object function, PlainMethod plain) noexcept
