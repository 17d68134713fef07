cdef extern from *:
    """
    #if !defined(Py_GIL_DISABLED) && !defined(Py_DEBUG)
    #define PLAIT_BOUND_METHODS 16

    /* What stands in the class for a function, and is that to whoever calls it or asks for an attribute. */
    typedef struct {
        PyObject_HEAD
        PyObject *function;
        vectorcallfunc call;          /* of this */
        vectorcallfunc call_function; /* of the function */
        PyObject *weakrefs;
    } plait_binder_t;

    static PyObject *plait_bound_method_call(
        PyObject *self, PyObject *const *args, size_t flags, PyObject *names);
    static PyObject *plait_binder_bind(PyObject *self, PyObject *instance, PyObject *kind);
    static void plait_binder_dealloc(PyObject *self);
    static void plait_bound_method_dealloc(PyObject *self);
    static PyObject *plait_bound_method_compare(PyObject *self, PyObject *other, int operator);
    static Py_hash_t plait_bound_method_hash(PyObject *self);

    CYTHON_UNUSED static PyObject *plait_binder_call(
            PyObject *self, PyObject *const *args, size_t flags, PyObject *names) {
        return ((plait_binder_t *)self)->call_function(((plait_binder_t *)self)->function, args, flags, names);
    }

    CYTHON_UNUSED static PyObject *plait_binder_get(PyObject *self, PyObject *name) {
        return PyObject_GetAttr(((plait_binder_t *)self)->function, name);
    }

    CYTHON_UNUSED static int plait_binder_set(PyObject *self, PyObject *name, PyObject *value) {
        return PyObject_SetAttr(((plait_binder_t *)self)->function, name, value);
    }

    CYTHON_UNUSED static PyObject *plait_binder_repr(PyObject *self) {
        return PyObject_Repr(((plait_binder_t *)self)->function);
    }

    CYTHON_UNUSED static PyTypeObject plait_binder_type = {
        PyVarObject_HEAD_INIT(NULL, 0)
        .tp_name = "plait.native.bound_methods.binder",
        .tp_basicsize = sizeof(plait_binder_t),
        .tp_dealloc = plait_binder_dealloc,
        .tp_repr = plait_binder_repr,
        .tp_getattro = plait_binder_get,
        .tp_setattro = plait_binder_set,
        .tp_descr_get = plait_binder_bind,
        .tp_call = PyVectorcall_Call,
        .tp_vectorcall_offset = offsetof(plait_binder_t, call),
        .tp_weaklistoffset = offsetof(plait_binder_t, weakrefs),
        .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR,
    };
    CYTHON_UNUSED static PyTypeObject plait_bound_method_type = {
        PyVarObject_HEAD_INIT(NULL, 0)
        .tp_name = "method",
        .tp_basicsize = sizeof(PyMethodObject),
        .tp_dealloc = plait_bound_method_dealloc,
        .tp_richcompare = plait_bound_method_compare,
        .tp_hash = plait_bound_method_hash,
        .tp_vectorcall_offset = offsetof(PyMethodObject, vectorcall),
        .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL, /* the collector's part is inherited */
    };
    CYTHON_UNUSED static vectorcallfunc plait_bound_method_call_any; /* as of any bound method */
    CYTHON_UNUSED static PyObject *plait_bound_methods[PLAIT_BOUND_METHODS];
    CYTHON_UNUSED static int plait_bound_methods_count;

    static void plait_binder_dealloc(PyObject *self) {
        if (((plait_binder_t *)self)->weakrefs != NULL) PyObject_ClearWeakRefs(self);
        Py_XDECREF(((plait_binder_t *)self)->function);
        PyObject_Free(self);
    }

    /* The interpreter leaves room for the instance before the arguments, and so the call is a short one. */
    static PyObject *plait_bound_method_call(
            PyObject *self, PyObject *const *args, size_t flags, PyObject *names) {
        plait_binder_t *binder = (plait_binder_t *)((PyMethodObject *)self)->im_func;
        PyObject *instance = ((PyMethodObject *)self)->im_self;
        PyObject **all = (PyObject **)args - 1, *before, *result;
        Py_ssize_t count = PyVectorcall_NARGS(flags);
        if (count == 0 && names == NULL) return binder->call_function(binder->function, &instance, 1, NULL);
        if (!(flags & PY_VECTORCALL_ARGUMENTS_OFFSET)) return plait_bound_method_call_any(self, args, flags, names);
        before = all[0];
        all[0] = instance;
        result = binder->call_function(binder->function, all, (size_t)count + 1, names);
        all[0] = before;
        return result;
    }

    /* Equal to any bound method of the same function and instance. */
    static PyObject *plait_bound_method_compare(PyObject *self, PyObject *other, int operator) {
        PyMethodObject *one = (PyMethodObject *)self, *two = (PyMethodObject *)other;
        int are_equal;
        if (!PyObject_TypeCheck(other, &PyMethod_Type) || (operator != Py_EQ && operator != Py_NE)) {
            Py_RETURN_NOTIMPLEMENTED;
        }
        are_equal = one->im_self == two->im_self && one->im_func == two->im_func;
        return PyBool_FromLong(operator == Py_EQ ? are_equal : !are_equal);
    }

    static Py_hash_t plait_bound_method_hash(PyObject *self) { return PyMethod_Type.tp_hash(self); }

    static PyObject *plait_binder_bind(PyObject *self, PyObject *instance, PyObject *kind) {
        PyMethodObject *method;
        (void)kind;
        if (instance == NULL || instance == Py_None) return Py_NewRef(self);
        if (plait_bound_methods_count > 0) {
            method = (PyMethodObject *)plait_bound_methods[--plait_bound_methods_count];
            Py_SET_REFCNT((PyObject *)method, 1);
        } else {
            method = PyObject_GC_New(PyMethodObject, &plait_bound_method_type);
            if (method == NULL) return NULL;
            method->im_weakreflist = NULL;
            method->vectorcall = plait_bound_method_call;
        }
        method->im_func = Py_NewRef(self);
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

    CYTHON_UNUSED static int plait_bound_methods_reuse(PyObject *kind, PyObject *name) {
        PyTypeObject *type = (PyTypeObject *)kind;
        PyObject *function = PyDict_GetItemWithError(type->tp_dict, name);
        plait_binder_t *binder;
        int status;
        if (function == NULL) {
            if (!PyErr_Occurred()) PyErr_SetObject(PyExc_AttributeError, name);
            return -1;
        }
        if (PyVectorcall_Function(function) == NULL) return 0; /* such methods are not made here */
        if (plait_bound_method_call_any == NULL && plait_bound_methods_set_up(function) < 0) return -1;
        binder = PyObject_New(plait_binder_t, &plait_binder_type);
        if (binder == NULL) return -1;
        binder->function = Py_NewRef(function);
        binder->weakrefs = NULL;
        binder->call = plait_binder_call;
        binder->call_function = PyVectorcall_Function(function);
        status = PyDict_SetItem(type->tp_dict, name, (PyObject *)binder);
        Py_DECREF(binder);
        PyType_Modified(type);
        return status;
    }

    #else
    #define plait_bound_methods_reuse(kind, name) ((void)(kind), (void)(name), 0)
    #endif
    """
    int reuse "plait_bound_methods_reuse"(object kind, str name) except -1
