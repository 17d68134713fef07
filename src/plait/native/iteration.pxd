cdef extern from *:
    """
    #define PLAIT_STOPS 16

    #ifndef Py_GIL_DISABLED
    /* A StopIteration costs more than all the rest of an await: freed ones are kept and used again. */
    static void plait_stop_dealloc(PyObject *self);
    CYTHON_UNUSED static PyTypeObject plait_stop_type = {
        PyVarObject_HEAD_INIT(NULL, 0)
        .tp_name = "StopIteration",
        .tp_basicsize = sizeof(PyStopIterationObject),
        .tp_dealloc = plait_stop_dealloc,
        .tp_flags = Py_TPFLAGS_DEFAULT,
    };
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
                if (PyType_Ready(&plait_stop_type) < 0) return NULL;
            }
            self = plait_stop_type.tp_alloc(&plait_stop_type, 0);
            if (self == NULL) return NULL;
            Py_CLEAR(((PyStopIterationObject *)self)->args);
            PyObject_GC_UnTrack(self);
        }
        ((PyStopIterationObject *)self)->args = PyTuple_New(0); /* the interpreter asks for the value only */
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
    """
    void stop "plait_iteration_stop"(object value) noexcept
