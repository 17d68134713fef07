cdef extern from *:
    """
    typedef struct {
        _PyErr_StackItem handled;   /* nothing is handled while this is the innermost */
        _PyErr_StackItem *outer;
        PyObject *contexts;         /* the innermost first */
    } plait_aside;

    CYTHON_UNUSED static void plait_aside_free(PyObject *capsule) {
        plait_aside *aside = (plait_aside *)PyCapsule_GetPointer(capsule, "plait.aside");
        Py_XDECREF(aside->handled.exc_value);
        Py_XDECREF(aside->contexts);
        PyMem_Free(aside);
    }

    /* Leaves all contexts; the thread's first one was not entered, and stays. */
    CYTHON_UNUSED static int plait_aside_leave_contexts(PyThreadState *state, PyObject *contexts) {
        PyObject *context;
        int left;
        while ((context = state->context) != NULL) {
            if (PyList_Append(contexts, context) < 0) return -1;
            left = PyContext_Exit(context);
            if (left < 0) {
                PyErr_Clear();
                return PyList_SetSlice(contexts, PyList_GET_SIZE(contexts) - 1, PY_SSIZE_T_MAX, NULL);
            }
        }
        return 0;
    }

    CYTHON_UNUSED static int plait_aside_enter_contexts(PyObject *contexts) {
        Py_ssize_t index = PyList_GET_SIZE(contexts);
        while (index-- > 0) {
            if (PyContext_Enter(PyList_GET_ITEM(contexts, index)) < 0) return -1;
        }
        return 0;
    }

    CYTHON_UNUSED static PyObject *plait_aside_begin(void) {
        PyThreadState *state = PyThreadState_Get();
        PyObject *capsule;
        plait_aside *aside = (plait_aside *)PyMem_Calloc(1, sizeof(plait_aside));
        if (aside == NULL) return PyErr_NoMemory();
        capsule = PyCapsule_New(aside, "plait.aside", plait_aside_free);
        if (capsule == NULL) {
            PyMem_Free(aside);
            return NULL;
        }
        aside->contexts = PyList_New(0);
        if (aside->contexts == NULL || plait_aside_leave_contexts(state, aside->contexts) < 0) {
            Py_DECREF(capsule);
            return NULL;
        }
        aside->outer = state->exc_info;
        state->exc_info = &aside->handled;
        return capsule;
    }

    CYTHON_UNUSED static int plait_aside_end(PyObject *capsule) {
        plait_aside *aside = (plait_aside *)PyCapsule_GetPointer(capsule, "plait.aside");
        if (aside == NULL) return -1;
        PyThreadState_Get()->exc_info = aside->outer;
        return plait_aside_enter_contexts(aside->contexts);
    }
    """
    object set_aside "plait_aside_begin"()
    int take_up "plait_aside_end"(object aside) except -1
