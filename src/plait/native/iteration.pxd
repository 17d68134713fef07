cdef extern from *:
    """
    #define PLAIT_STOPS 16

    #ifndef Py_GIL_DISABLED
    /* A StopIteration costs more than all the rest of an await: freed ones are kept and used again. Their args, a tuple
       with the value in it, are made when somebody asks; most are seen by nobody but the await. */
    static void plait_stop_dealloc(PyObject *self);

    CYTHON_UNUSED static PyObject *plait_stop_get_args(PyObject *self, void *unused) {
        PyStopIterationObject *stop = (PyStopIterationObject *)self;
        (void)unused;
        if (PyTuple_GET_SIZE(stop->args) == 0) {
            PyObject *args = PyTuple_Pack(1, stop->value);
            if (args == NULL) return NULL;
            Py_SETREF(stop->args, args);
        }
        return Py_NewRef(stop->args);
    }

    CYTHON_UNUSED static int plait_stop_set_args(PyObject *self, PyObject *args, void *unused) {
        (void)unused;
        if (args == NULL) {
            PyErr_SetString(PyExc_TypeError, "args may not be deleted");
            return -1;
        }
        args = PySequence_Tuple(args);
        if (args == NULL) return -1;
        Py_SETREF(((PyStopIterationObject *)self)->args, args);
        return 0;
    }

    CYTHON_UNUSED static PyObject *plait_stop_repr(PyObject *self) {
        Py_XDECREF(plait_stop_get_args(self, NULL));
        return PyErr_Occurred() ? NULL : ((PyTypeObject *)PyExc_StopIteration)->tp_repr(self);
    }

    CYTHON_UNUSED static PyObject *plait_stop_str(PyObject *self) {
        Py_XDECREF(plait_stop_get_args(self, NULL));
        return PyErr_Occurred() ? NULL : ((PyTypeObject *)PyExc_StopIteration)->tp_str(self);
    }

    CYTHON_UNUSED static PyGetSetDef plait_stop_attributes[] = {
        {"args", plait_stop_get_args, plait_stop_set_args, NULL, NULL},
        {NULL, NULL, NULL, NULL, NULL},
    };
    CYTHON_UNUSED static PyTypeObject plait_stop_type = {
        PyVarObject_HEAD_INIT(NULL, 0)
        .tp_name = "StopIteration",
        .tp_basicsize = sizeof(PyStopIterationObject),
        .tp_dealloc = plait_stop_dealloc,
        .tp_repr = plait_stop_repr,
        .tp_str = plait_stop_str,
        .tp_getset = plait_stop_attributes,
        .tp_flags = Py_TPFLAGS_DEFAULT,
    };
    CYTHON_UNUSED static PyObject *plait_stop_no_args;
    CYTHON_UNUSED static PyObject *plait_stops[PLAIT_STOPS];
    CYTHON_UNUSED static int plait_stops_count;

    static void plait_stop_dealloc(PyObject *self) {
        PyStopIterationObject *stop = (PyStopIterationObject *)self;
        if (plait_stops_count == PLAIT_STOPS) {
            if (!PyObject_GC_IsTracked(self)) PyObject_GC_Track(self);
            ((PyTypeObject *)PyExc_StopIteration)->tp_dealloc(self);
            return;
        }
        if (PyObject_GC_IsTracked(self)) PyObject_GC_UnTrack(self);
        Py_CLEAR(stop->value);
        Py_CLEAR(stop->args);
        Py_CLEAR(stop->dict);
        Py_CLEAR(stop->notes);
        Py_CLEAR(stop->traceback);
        Py_CLEAR(stop->context);
        Py_CLEAR(stop->cause);
        plait_stops[plait_stops_count++] = self;
    }

    CYTHON_UNUSED static PyObject *plait_stop_new(PyObject *value) {
        PyObject *self;
        if (plait_stops_count > 0) {
            self = plait_stops[--plait_stops_count];
            Py_SET_REFCNT(self, 1);
        } else {
            if (plait_stop_type.tp_base == NULL) {
                plait_stop_type.tp_base = (PyTypeObject *)PyExc_StopIteration;
                plait_stop_no_args = PyTuple_New(0);
                if (PyType_Ready(&plait_stop_type) < 0) return NULL;
            }
            self = plait_stop_type.tp_alloc(&plait_stop_type, 0);
            if (self == NULL) return NULL;
            Py_CLEAR(((PyStopIterationObject *)self)->args);
            PyObject_GC_UnTrack(self);
        }
        ((PyStopIterationObject *)self)->args = Py_NewRef(plait_stop_no_args);
        ((PyStopIterationObject *)self)->value = Py_NewRef(value);
        return self;
    }

    CYTHON_UNUSED static void plait_iteration_stop(PyObject *value) {
        PyObject *stop;
        if (value == Py_None) return;
        stop = plait_stop_new(value);
        if (stop == NULL) return;
    #if PY_VERSION_HEX < 0x030C0000
        PyErr_Restore(Py_NewRef(PyExc_StopIteration), stop, NULL);
    #else
        PyErr_SetRaisedException(stop);
    #endif
    }
    #else
    CYTHON_UNUSED static void plait_iteration_stop(PyObject *value) {
        PyObject *stop;
        if (value == Py_None) return;
        stop = PyObject_CallOneArg(PyExc_StopIteration, value);
        if (stop != NULL) PyErr_SetRaisedException(stop);
    }
    #endif

    CYTHON_UNUSED static int (*plait_iteration_must_wait)(PyObject *);
    CYTHON_UNUSED static PyObject *(*plait_iteration_take)(PyObject *);

    CYTHON_UNUSED static PyObject *plait_iteration_itself(PyObject *self) { return Py_NewRef(self); }

    CYTHON_UNUSED static PyObject *plait_iteration_next(PyObject *self) {
        PyObject *value;
        int waits = plait_iteration_must_wait(self);
        if (waits != 0) return waits > 0 ? Py_NewRef(self) : NULL;
        if ((value = plait_iteration_take(self)) != NULL) {
            plait_iteration_stop(value);
            Py_DECREF(value);
        }
        return NULL;
    }

    CYTHON_UNUSED static void plait_iteration_await_itself(
            PyObject *kind, int (*must_wait)(PyObject *), PyObject *(*take)(PyObject *)) {
        PyTypeObject *type = (PyTypeObject *)kind;
        plait_iteration_must_wait = must_wait;
        plait_iteration_take = take;
        type->tp_iternext = plait_iteration_next;
        type->tp_as_async->am_await = plait_iteration_itself;
        PyType_Modified(type);
    }
    """
    void await_itself "plait_iteration_await_itself"(
        object kind, bint (*must_wait)(object) except -1, object (*take)(object)) noexcept
    void stop "plait_iteration_stop"(object value) noexcept
