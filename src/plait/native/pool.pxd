from plait.native cimport collector


cdef extern from *:
    """
    #define PLAIT_POOL_TYPES 8
    #define PLAIT_POOL_SIZE 128
    #define PLAIT_POOL_FIELDS 32
    #if PY_VERSION_HEX >= 0x030C0000
    #define PLAIT_POOL_NONE Py_None /* which is immortal */
    #else
    #define PLAIT_POOL_NONE Py_NewRef(Py_None)
    #endif

    /* Objects wait in a pool as tp_new made them, with None in every field: it has not to set them up again, and no
       chain of tp_dealloc, each of which takes the object from the collector and gives it back, has to tear them
       down. */
    typedef struct {
        PyTypeObject *type;
        int (*is_spent)(PyObject *);
        Py_ssize_t flag; /* the place of a number that is not 0 in objects that are spent; 0: there is none */
        destructor dealloc;
        newfunc make;
        int count;
        Py_ssize_t field[PLAIT_POOL_FIELDS], *fields_end; /* the places of what may refer to an object */
        PyObject *freed[PLAIT_POOL_SIZE];
    } plait_pool_t;

    CYTHON_UNUSED static plait_pool_t plait_pools[PLAIT_POOL_TYPES];
    CYTHON_UNUSED static int plait_pools_used;
    CYTHON_UNUSED static PyObject *plait_pool_no_arguments;
    /* The keywords of a call by `new`, one object for all modules. A call from Python must find each field as new. */
    CYTHON_UNUSED static PyObject *plait_pool_mark, *plait_pool_unseen_mark;

    CYTHON_UNUSED static int plait_pool_find_mark(void) {
        PyObject *module;
        if (plait_pool_mark != NULL) return 0;
        module = PyImport_ImportModule("plait.native.pool");
        if (module == NULL) return -1;
        plait_pool_no_arguments = PyTuple_New(0);
        plait_pool_mark = PyObject_GetAttrString(module, "MARK");
        plait_pool_unseen_mark = PyObject_GetAttrString(module, "UNSEEN_MARK");
        Py_DECREF(module);
        return plait_pool_mark == NULL || plait_pool_unseen_mark == NULL ? -1 : 0;
    }

    CYTHON_UNUSED static plait_pool_t *plait_pool_of(PyTypeObject *type) {
        plait_pool_t *pool = plait_pools;
        while (pool->type != type) {
            if (++pool == plait_pools + plait_pools_used) {
                pool = plait_pools;
                type = type->tp_base;
            }
        }
        return pool;
    }

    CYTHON_UNUSED static void plait_pool_clear(plait_pool_t *pool, PyObject *self) {
        PyObject *none = Py_None, **field, *old;
        Py_ssize_t *place = pool->field, *end = pool->fields_end;
        for (; place != end; place++) {
            field = (PyObject **)((char *)self + *place);
            old = *field;
            if (old == none) continue;
            *field = PLAIT_POOL_NONE;
            Py_DECREF(old); /* which may free others of its kind */
        }
        if (pool->type->tp_dictoffset > 0) Py_CLEAR(*(PyObject **)((char *)self + pool->type->tp_dictoffset));
    }

    CYTHON_UNUSED static void plait_pool_put_away(plait_pool_t *pool, PyObject *self) {
        memset((char *)self - 2 * sizeof(uintptr_t), 0, 2 * sizeof(uintptr_t)); /* the collector's words */
        if (pool->count == PLAIT_POOL_SIZE) {
            PyObject_GC_Del(self);
            return;
        }
        pool->freed[pool->count++] = self;
    }

    CYTHON_UNUSED static void plait_pool_dealloc(PyObject *self) {
        PyTypeObject *type = Py_TYPE(self);
        plait_pool_t *pool = plait_pool_of(type);
        int is_spent;
        if (pool->type != type) {
            pool->dealloc(self);
            return;
        }
        is_spent = pool->flag == 0 || *(int *)((char *)self + pool->flag) != 0;
        if (pool->is_spent != NULL) {
            Py_SET_REFCNT(self, 2); /* the question may take a reference and drop it */
            is_spent = pool->is_spent(self);
            Py_SET_REFCNT(self, 0);
        }
        if (!is_spent && type->tp_finalize != NULL && !PyObject_GC_IsFinalized(self)) {
            if (PyObject_CallFinalizerFromDealloc(self) < 0) return;
        }
        if (!is_spent) {
            pool->dealloc(self);
            return;
        }
        PyObject_GC_UnTrack(self);
        if (type->tp_weaklistoffset > 0 && *(PyObject **)((char *)self + type->tp_weaklistoffset) != NULL) {
            PyObject_ClearWeakRefs(self);
        }
        plait_pool_clear(pool, self);
        plait_pool_put_away(pool, self);
    }

    CYTHON_UNUSED static PyObject *plait_pool_take(plait_pool_t *pool, int is_seen) {
        PyObject *self = pool->freed[--pool->count];
        Py_SET_REFCNT(self, 1);
        if (is_seen) PyObject_GC_Track(self);
        return self;
    }

    CYTHON_UNUSED static PyObject *plait_pool_make(PyTypeObject *type, PyObject *arguments, PyObject *keywords) {
        plait_pool_t *pool = plait_pool_of(type);
        int is_seen = keywords == plait_pool_mark;
        if (keywords == NULL || (!is_seen && keywords != plait_pool_unseen_mark)) {
            return pool->make(type, arguments, keywords);
        }
        if (pool->type != type || pool->count == 0) return pool->make(type, arguments, NULL);
        return plait_pool_take(pool, is_seen);
    }

    CYTHON_UNUSED static PyObject *plait_pool_new(PyObject *kind) {
        plait_pool_t *pool = plait_pools, *end = plait_pools + plait_pools_used;
        for (; pool != end; pool++) { /* most are of this module: spare them the call */
            if (pool->type == (PyTypeObject *)kind && pool->count != 0) return plait_pool_take(pool, 1);
        }
        if (plait_pool_mark == NULL && plait_pool_find_mark() < 0) return NULL;
        return ((PyTypeObject *)kind)->tp_new((PyTypeObject *)kind, plait_pool_no_arguments, plait_pool_mark);
    }

    CYTHON_UNUSED static PyObject *plait_pool_new_unseen(PyObject *kind) {
        PyObject *self;
        if (plait_pool_mark == NULL && plait_pool_find_mark() < 0) return NULL;
        self = ((PyTypeObject *)kind)->tp_new((PyTypeObject *)kind, plait_pool_no_arguments, plait_pool_unseen_mark);
        if (self != NULL) plait_collector_skip(self);
        return self;
    }

    /* Its object fields are those where an instance that is quite new has None; that one is the first to be kept. */
    CYTHON_UNUSED static int plait_pool_find_fields(plait_pool_t *pool) {
        PyObject *some = pool->make(pool->type, plait_pool_no_arguments, NULL);
        Py_ssize_t place;
        if (some == NULL) return -1;
        pool->fields_end = pool->field;
        for (place = sizeof(PyObject); place < pool->type->tp_basicsize; place += sizeof(PyObject *)) {
            if (*(PyObject **)((char *)some + place) != Py_None) continue;
            if (pool->fields_end == pool->field + PLAIT_POOL_FIELDS) Py_FatalError("PLAIT_POOL_FIELDS is too small");
            *pool->fields_end++ = place;
        }
        PyObject_GC_UnTrack(some);
        plait_pool_put_away(pool, some);
        return 0;
    }

    CYTHON_UNUSED static void plait_pool_keep(PyObject *kind, int (*is_spent)(PyObject *), Py_ssize_t flag) {
    #if !defined(Py_GIL_DISABLED) && !defined(Py_DEBUG)
        PyTypeObject *type = (PyTypeObject *)kind;
        plait_pool_t *pool = &plait_pools[plait_pools_used];
        if (plait_pools_used == PLAIT_POOL_TYPES || plait_pool_find_mark() < 0) {
            PyErr_Clear();
            return;
        }
        pool->type = type;
        pool->is_spent = is_spent;
        pool->flag = flag;
        pool->dealloc = type->tp_dealloc;
        pool->make = type->tp_new;
        if (plait_pool_find_fields(pool) < 0) {
            PyErr_Clear();
            return;
        }
        plait_pools_used++;
        type->tp_dealloc = plait_pool_dealloc;
        type->tp_new = plait_pool_make;
    #else
        (void)kind;
        (void)is_spent;
        (void)flag;
    #endif
    }

    #define plait_pool_keep_freed(kind) plait_pool_keep(kind, NULL, 0)
    #define plait_pool_keep_freed_if(kind, is_spent) plait_pool_keep(kind, is_spent, 0)
    #define plait_pool_keep_freed_if_set(kind, flag) plait_pool_keep(kind, NULL, flag)
    #define plait_pool_place(thing, field) ((char *)&(field) - (char *)(thing))
    """
    object new "plait_pool_new"(object kind)
    object new_unseen "plait_pool_new_unseen"(object kind)
    void keep_freed "plait_pool_keep_freed"(object kind) noexcept
    void keep_freed_if "plait_pool_keep_freed_if"(object kind, bint (*is_spent)(object) noexcept) noexcept
    void keep_freed_if_set "plait_pool_keep_freed_if_set"(object kind, Py_ssize_t place) noexcept
    Py_ssize_t place "plait_pool_place"(object thing, int field) noexcept
