cdef extern from *:
    """
    typedef struct { double time; unsigned long long order; } plait_heap_key_t;

    /* The keys are those of the items of the list, from the second on; the first holds the room that there is. */
    static inline plait_heap_key_t *plait_heap_keys(void *keys) { return (plait_heap_key_t *)keys + 1; }

    static inline int plait_heap_is_before(const plait_heap_key_t *one, const plait_heap_key_t *other) {
        return one->time < other->time || (one->time == other->time && one->order < other->order);
    }

    /* Makes room for `count` keys, or gives back what a burst took. On failure the keys are as they were. */
    CYTHON_UNUSED static void *plait_heap_fit(void *keys, Py_ssize_t count) {
        Py_ssize_t room = keys == NULL ? 0 : (Py_ssize_t)((plait_heap_key_t *)keys)->order;
        if (count <= room && (count > room / 4 || room <= 32)) return keys;
        room = count < 16 ? 32 : count * 2;
        keys = PyMem_RawRealloc(keys, (size_t)(room + 1) * sizeof(plait_heap_key_t));
        if (keys == NULL) {
            PyErr_NoMemory();
            return NULL;
        }
        ((plait_heap_key_t *)keys)->order = (unsigned long long)room;
        return keys;
    }

    /* Puts an item and its key, whose place is `index` or below, where they belong on the way to the top. */
    static inline void plait_heap_rise(
            plait_heap_key_t *keys, PyObject **places, Py_ssize_t index, plait_heap_key_t key, PyObject *item) {
        while (index > 0) {
            Py_ssize_t parent = (index - 1) >> 2;
            if (!plait_heap_is_before(&key, &keys[parent])) break;
            keys[index] = keys[parent];
            places[index] = places[parent];
            index = parent;
        }
        keys[index] = key;
        places[index] = item;
    }

    CYTHON_UNUSED static void *plait_heap_push(
            void *block, PyObject *items, double time, unsigned long long order, PyObject *item) {
        plait_heap_key_t key = {time, order};
        Py_ssize_t count = PyList_GET_SIZE(items);
        if (PyList_Append(items, item) < 0) return NULL;
        if ((block = plait_heap_fit(block, count + 1)) == NULL) {
            Py_SET_SIZE((PyVarObject *)items, count);
            Py_DECREF(item);
            return NULL;
        }
        plait_heap_rise(plait_heap_keys(block), ((PyListObject *)items)->ob_item, count, key, item);
        return block;
    }

    /* Moves only pointers: to count references, each item would have to be fetched from memory. */
    CYTHON_UNUSED static PyObject *plait_heap_pop(void *block, PyObject *items) {
        plait_heap_key_t *keys = plait_heap_keys(block);
        PyObject **places = ((PyListObject *)items)->ob_item, *first = places[0];
        Py_ssize_t count = PyList_GET_SIZE(items) - 1, hole = 0, child, best, end;
        while ((child = 4 * hole + 1) < count) {
            end = child + 4 < count ? child + 4 : count;
            for (best = child++; child < end; child++) {
                if (plait_heap_is_before(&keys[child], &keys[best])) best = child;
            }
            keys[hole] = keys[best];
            places[hole] = places[best];
            hole = best;
        }
        plait_heap_rise(keys, places, hole, keys[count], places[count]); /* the last fills the hole */
        Py_SET_SIZE((PyVarObject *)items, count);
    #if defined(__GNUC__)
        __builtin_prefetch(places[0], 1); /* it is likely to be taken next, and was not looked at */
        __builtin_prefetch((char *)places[0] + 64, 1);
    #endif
        return first;
    }

    CYTHON_UNUSED static PyObject *plait_heap_pop_last(PyObject *items) {
        Py_ssize_t count = PyList_GET_SIZE(items) - 1;
        Py_SET_SIZE((PyVarObject *)items, count);
        return PyList_GET_ITEM(items, count);
    }

    #define plait_heap_make() NULL
    #define plait_heap_first_time(keys) (plait_heap_keys(keys)->time)
    #define plait_heap_take_last(keys, items) plait_heap_pop_last(items)
    """
    void* make "plait_heap_make"() noexcept
    void* push "plait_heap_push"(void* keys, list items, double time, unsigned long long order, object item) except NULL
    double first_time "plait_heap_first_time"(void* keys) noexcept
    object pop "plait_heap_pop"(void* keys, list items)
    object pop_last "plait_heap_take_last"(void* keys, list items)
    void free "PyMem_RawFree"(void* keys) noexcept
