cdef extern from *:
    """
    CYTHON_UNUSED static Py_ssize_t plait_attributes_offset;
    CYTHON_UNUSED static traverseproc plait_attributes_traverse_rest;
    CYTHON_UNUSED static inquiry plait_attributes_clear_rest;

    #define PLAIT_ATTRIBUTES(self) ((PyObject **)((char *)(self) + plait_attributes_offset))

    CYTHON_UNUSED static int plait_attributes_traverse(PyObject *self, visitproc visit, void *arg) {
        Py_VISIT(*PLAIT_ATTRIBUTES(self));
        return plait_attributes_traverse_rest(self, visit, arg);
    }

    CYTHON_UNUSED static int plait_attributes_clear(PyObject *self) {
        Py_CLEAR(*PLAIT_ATTRIBUTES(self));
        return plait_attributes_clear_rest(self);
    }

    CYTHON_UNUSED static void plait_attributes_allow(PyObject *kind, PyObject *base) {
        PyTypeObject *type = (PyTypeObject *)kind;
        plait_attributes_offset = ((PyTypeObject *)base)->tp_basicsize;
        plait_attributes_traverse_rest = type->tp_traverse;
        plait_attributes_clear_rest = type->tp_clear;
        type->tp_traverse = plait_attributes_traverse;
        type->tp_clear = plait_attributes_clear;
        type->tp_dictoffset = plait_attributes_offset;
        PyType_Modified(type);
    }

    CYTHON_UNUSED static void plait_attributes_forget(void *field) { Py_XDECREF((PyObject *)field); }
    """
    void allow "plait_attributes_allow"(object kind, object base) noexcept
    void forget "plait_attributes_forget"(void* field) noexcept
