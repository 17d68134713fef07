cdef extern from *:
    """
    #define PLAIT_POOL_SIZE 256

    static CYTHON_UNUSED PyTypeObject *plait_pool_type;
    static CYTHON_UNUSED PyObject *plait_pool[PLAIT_POOL_SIZE];
    static CYTHON_UNUSED int plait_pool_count;

    static CYTHON_UNUSED PyObject *plait_pool_alloc(PyTypeObject *type, Py_ssize_t items) {
        PyObject *object;
        if (type != plait_pool_type || plait_pool_count == 0) return PyType_GenericAlloc(type, items);
        object = plait_pool[--plait_pool_count];
        /* The collector's two words lie before the object; they must not tell of the one that was here before. */
        memset((char *)object - 2 * sizeof(uintptr_t), 0, (size_t)type->tp_basicsize + 2 * sizeof(uintptr_t));
        (void)PyObject_Init(object, type);
        PyObject_GC_Track(object);
        return object;
    }

    static CYTHON_UNUSED void plait_pool_free(void *memory) {
        PyObject *object = (PyObject *)memory;
        if (Py_TYPE(object) == plait_pool_type && plait_pool_count < PLAIT_POOL_SIZE) {
            plait_pool[plait_pool_count++] = object;
        } else {
            PyObject_GC_Del(memory);
        }
    }

    static CYTHON_UNUSED void plait_pool_keep_freed(PyObject *kind) {
    #if !defined(Py_GIL_DISABLED) && !defined(Py_DEBUG)
        plait_pool_type = (PyTypeObject *)kind;
        plait_pool_type->tp_alloc = plait_pool_alloc;
        plait_pool_type->tp_free = plait_pool_free;
    #else
        (void)kind;
    #endif
    }
    """
    void keep_freed "plait_pool_keep_freed"(object kind) noexcept
