cdef extern from *:
    """
    #define PLAIT_POOL_TYPES 4
    #define PLAIT_POOL_SIZE 128

    typedef struct {
        PyTypeObject *type;
        int count;
        PyObject *freed[PLAIT_POOL_SIZE];
    } plait_pool_t;

    CYTHON_UNUSED static plait_pool_t plait_pools[PLAIT_POOL_TYPES];
    CYTHON_UNUSED static int plait_pools_used;

    CYTHON_UNUSED static plait_pool_t *plait_pool_of(PyTypeObject *type) {
        int i;
        for (i = 0; i < plait_pools_used; i++) {
            if (plait_pools[i].type == type) return &plait_pools[i];
        }
        return NULL;
    }

    CYTHON_UNUSED static PyObject *plait_pool_alloc(PyTypeObject *type, Py_ssize_t items) {
        plait_pool_t *pool = plait_pool_of(type);
        PyObject *object;
        if (pool == NULL || pool->count == 0) return PyType_GenericAlloc(type, items);
        object = pool->freed[--pool->count];
        /* The collector's two words lie before the object; they must not tell of the one that was here before. */
        memset((char *)object - 2 * sizeof(uintptr_t), 0, (size_t)type->tp_basicsize + 2 * sizeof(uintptr_t));
        (void)PyObject_Init(object, type);
        PyObject_GC_Track(object);
        return object;
    }

    CYTHON_UNUSED static void plait_pool_free(void *memory) {
        PyObject *object = (PyObject *)memory;
        plait_pool_t *pool = plait_pool_of(Py_TYPE(object));
        if (pool != NULL && pool->count < PLAIT_POOL_SIZE) {
            pool->freed[pool->count++] = object;
        } else {
            PyObject_GC_Del(memory);
        }
    }

    CYTHON_UNUSED static void plait_pool_keep_freed(PyObject *kind) {
    #if !defined(Py_GIL_DISABLED) && !defined(Py_DEBUG)
        PyTypeObject *type = (PyTypeObject *)kind;
        plait_pools[plait_pools_used++].type = type;
        type->tp_alloc = plait_pool_alloc;
        type->tp_free = plait_pool_free;
    #else
        (void)kind;
    #endif
    }
    """
    void keep_freed "plait_pool_keep_freed"(object kind) noexcept
