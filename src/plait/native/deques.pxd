from plait.base.runnable cimport Runnable


cdef extern from *:
    """
    #ifndef Py_GIL_DISABLED
    /* What the method descriptors of deque call. The type stays NULL where they are not of the expected kind. */
    CYTHON_UNUSED static PyTypeObject *plait_deque_type;
    CYTHON_UNUSED static PyCFunction plait_deque_append_method, plait_deque_popleft_method;

    CYTHON_UNUSED static PyCFunction plait_deque_method(PyTypeObject *type, const char *name, int flags) {
        PyObject *method = PyObject_GetAttrString((PyObject *)type, name);
        PyCFunction function = NULL;
        if (method == NULL) {
            PyErr_Clear();
            return NULL;
        }
        if (Py_IS_TYPE(method, &PyMethodDescr_Type) && ((PyMethodDescrObject *)method)->d_method->ml_flags == flags) {
            function = ((PyMethodDescrObject *)method)->d_method->ml_meth;
        }
        Py_DECREF(method); /* the type keeps it */
        return function;
    }

    CYTHON_UNUSED static int plait_deque_is_met(PyTypeObject *type) {
        if (plait_deque_append_method != NULL || strcmp(type->tp_name, "collections.deque") != 0) return 0;
        plait_deque_append_method = plait_deque_method(type, "append", METH_O);
        plait_deque_popleft_method = plait_deque_method(type, "popleft", METH_NOARGS);
        if (plait_deque_append_method == NULL || plait_deque_popleft_method == NULL) return 0;
        plait_deque_type = (PyTypeObject *)Py_NewRef((PyObject *)type);
        return 1;
    }

    #define plait_deque_is_known(items) (Py_TYPE(items) == plait_deque_type || plait_deque_is_met(Py_TYPE(items)))
    #else
    #define plait_deque_is_known(items) 0
    #define plait_deque_append_method(items, item) NULL
    #define plait_deque_popleft_method(items, nothing) NULL
    #endif

    CYTHON_UNUSED static int plait_deque_append(PyObject *items, PyObject *item) {
        PyObject *none;
        if (plait_deque_is_known(items)) {
            none = plait_deque_append_method(items, item);
        } else {
            none = PyObject_CallMethod(items, "append", "O", item);
        }
        if (none == NULL) return -1;
        Py_DECREF(none);
        return 0;
    }

    CYTHON_UNUSED static PyObject *plait_deque_popleft(PyObject *items) {
        if (plait_deque_is_known(items)) return plait_deque_popleft_method(items, NULL);
        return PyObject_CallMethod(items, "popleft", NULL);
    }

    #define plait_deque_pop_runnable(items) ((void *)plait_deque_popleft(items))
    """
    int append "plait_deque_append"(object items, object item) except -1
    object popleft "plait_deque_popleft"(object items)
    Runnable pop_runnable "plait_deque_pop_runnable"(object items)
