cdef extern from *:
    """
    #if PY_VERSION_HEX < 0x030E0000 && !defined(Py_GIL_DISABLED)
    #define PLAIT_BOUND_METHODS 16

    /* What stands in the class for a function: it binds as that does, and is it when it is asked for on the class. */
    typedef struct {
        PyObject_HEAD
        PyObject *function;
    } plait_binder_t;

    static PyObject *plait_bound_method_call(
        PyObject *self, PyObject *const *args, size_t flags, PyObject *names);
    static PyObject *plait_binder_bind(PyObject *self, PyObject *instance, PyObject *kind);
    static void plait_binder_dealloc(PyObject *self);
    static void plait_bound_method_dealloc(PyObject *self);

    CYTHON_UNUSED static PyObject *plait_binder_attribute(PyObject *self, PyObject *name) {
        return PyObject_GetAttr(((plait_binder_t *)self)->function, name);
    }

    CYTHON_UNUSED static PyTypeObject plait_binder_type = {
        PyVarObject_HEAD_INIT(NULL, 0)
        .tp_name = "plait.native.bound_methods.binder",
        .tp_basicsize = sizeof(plait_binder_t),
        .tp_dealloc = plait_binder_dealloc,
        .tp_getattro = plait_binder_attribute,
        .tp_descr_get = plait_binder_bind,
        .tp_flags = Py_TPFLAGS_DEFAULT,
    };
    CYTHON_UNUSED static PyTypeObject plait_bound_method_type = {
        PyVarObject_HEAD_INIT(NULL, 0)
        .tp_name = "method",
        .tp_basicsize = sizeof(PyMethodObject),
        .tp_dealloc = plait_bound_method_dealloc,
        .tp_vectorcall_offset = offsetof(PyMethodObject, vectorcall),
        .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL, /* the collector's part is inherited */
    };
    CYTHON_UNUSED static vectorcallfunc plait_bound_method_call_any; /* as of any bound method */
    CYTHON_UNUSED static PyObject *plait_bound_methods[PLAIT_BOUND_METHODS];
    CYTHON_UNUSED static int plait_bound_methods_count;

    static void plait_binder_dealloc(PyObject *self) {
        Py_XDECREF(((plait_binder_t *)self)->function);
        PyObject_Free(self);
    }

    /* The interpreter leaves room for the instance before the arguments, and so the call is a short one. */
    static PyObject *plait_bound_method_call(
            PyObject *self, PyObject *const *args, size_t flags, PyObject *names) {
        PyObject *function = ((PyMethodObject *)self)->im_func, *instance = ((PyMethodObject *)self)->im_self;
        PyObject **all = (PyObject **)args - 1, *before, *result;
        vectorcallfunc call = PyVectorcall_Function(function);
        Py_ssize_t count = PyVectorcall_NARGS(flags);
        if (call == NULL) return plait_bound_method_call_any(self, args, flags, names);
        if (count == 0 && names == NULL) return call(function, &instance, 1, NULL);
        if (!(flags & PY_VECTORCALL_ARGUMENTS_OFFSET)) return plait_bound_method_call_any(self, args, flags, names);
        before = all[0];
        all[0] = instance;
        result = call(function, all, (size_t)count + 1, names);
        all[0] = before;
        return result;
    }

    static PyObject *plait_binder_bind(PyObject *self, PyObject *instance, PyObject *kind) {
        PyObject *function = ((plait_binder_t *)self)->function;
        PyMethodObject *method;
        (void)kind;
        if (instance == NULL || instance == Py_None) return Py_NewRef(function);
        if (plait_bound_methods_count > 0) {
            method = (PyMethodObject *)plait_bound_methods[--plait_bound_methods_count];
            Py_SET_REFCNT((PyObject *)method, 1);
        } else {
            method = PyObject_GC_New(PyMethodObject, &plait_bound_method_type);
            if (method == NULL) return NULL;
            method->im_weakreflist = NULL;
            method->vectorcall = plait_bound_method_call;
        }
        method->im_func = Py_NewRef(function);
        method->im_self = Py_NewRef(instance);
        PyObject_GC_Track(method);
        return (PyObject *)method;
    }

    static void plait_bound_method_dealloc(PyObject *self) {
        PyMethodObject *method = (PyMethodObject *)self;
        PyObject_GC_UnTrack(self);
        if (method->im_weakreflist != NULL) PyObject_ClearWeakRefs(self);
        Py_CLEAR(method->im_func);
        Py_CLEAR(method->im_self); /* which may free others of its kind */
        if (plait_bound_methods_count == PLAIT_BOUND_METHODS) {
            PyObject_GC_Del(self);
            return;
        }
        plait_bound_methods[plait_bound_methods_count++] = self;
    }

    CYTHON_UNUSED static int plait_bound_methods_set_up(PyObject *function) {
        PyMethodObject *some = (PyMethodObject *)PyMethod_New(function, function);
        if (some == NULL) return -1;
        plait_bound_method_call_any = some->vectorcall;
        Py_DECREF(some);
        plait_bound_method_type.tp_base = &PyMethod_Type;
        if (PyType_Ready(&plait_bound_method_type) < 0 || PyType_Ready(&plait_binder_type) < 0) return -1;
        return PyDict_DelItemString(plait_bound_method_type.tp_dict, "__doc__"); /* that of the function is inherited */
    }

    CYTHON_UNUSED static int plait_bound_methods_reuse(PyTypeObject *type, const char *name) {
        PyObject *function = PyDict_GetItemString(type->tp_dict, name);
        plait_binder_t *binder;
        int status;
        if (plait_bound_method_call_any == NULL && plait_bound_methods_set_up(function) < 0) return -1;
        binder = PyObject_New(plait_binder_t, &plait_binder_type);
        if (binder == NULL) return -1;
        binder->function = Py_NewRef(function);
        status = PyDict_SetItemString(type->tp_dict, name, (PyObject *)binder);
        Py_DECREF(binder);
        PyType_Modified(type);
        return status;
    }

    CYTHON_UNUSED static int plait_bound_methods_reuse_in_async_with(PyObject *kind) {
        if (plait_bound_methods_reuse((PyTypeObject *)kind, "__aenter__") < 0) return -1;
        return plait_bound_methods_reuse((PyTypeObject *)kind, "__aexit__");
    }
    #else
    #define plait_bound_methods_reuse_in_async_with(kind) ((void)(kind), 0)
    #endif
    """
    int reuse_in_async_with "plait_bound_methods_reuse_in_async_with"(object kind) except -1
