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

    typedef struct { plait_heap_key_t key; PyObject *item; } plait_heap_due_t;

    /* The places of the items whose time is not after `time`: none of them lies below one that is later. */
    CYTHON_UNUSED static Py_ssize_t *plait_heap_find_due(
            const plait_heap_key_t *keys, Py_ssize_t count, double time, Py_ssize_t *found) {
        Py_ssize_t *places = (Py_ssize_t *)PyMem_RawMalloc((size_t)count * sizeof(Py_ssize_t)), next, child, end = 0;
        if (places == NULL) return NULL;
        if (keys[0].time <= time) places[end++] = 0;
        for (next = 0; next < end; next++) {
            for (child = 4 * places[next] + 1; child < count && child <= 4 * places[next] + 4; child++) {
                if (keys[child].time <= time) places[end++] = child;
            }
        }
        *found = end;
        return places;
    }

    /* A byte of the key, those of the order before those of the time, whose bits ascend with it but for the sign. */
    static inline unsigned plait_heap_digit(const plait_heap_due_t *due, int place) {
        double time = due->key.time + 0.0; /* which is not -0.0 */
        uint64_t bits;
        if (place < 8) return (unsigned)(due->key.order >> 8 * place) & 0xff;
        memcpy(&bits, &time, sizeof bits);
        bits ^= bits >> 63 ? ~(uint64_t)0 : (uint64_t)1 << 63;
        return (unsigned)(bits >> 8 * (place - 8)) & 0xff;
    }

    /* Sorts by one byte after the other, the least first; as much room follows. Returns where the result is. */
    CYTHON_UNUSED static plait_heap_due_t *plait_heap_sort(plait_heap_due_t *due, Py_ssize_t count) {
        plait_heap_due_t *from = due, *to = due + count, *sorted;
        Py_ssize_t starts[256], index, sum, size;
        int place, digit;
        for (place = 0; place < 16; place++) {
            memset(starts, 0, sizeof starts);
            for (index = 0; index < count; index++) starts[plait_heap_digit(&from[index], place)]++;
            if (starts[plait_heap_digit(&from[0], place)] == count) continue; /* all have it in common */
            for (digit = 0, sum = 0; digit < 256; digit++) {
                size = starts[digit];
                starts[digit] = sum;
                sum += size;
            }
            for (index = 0; index < count; index++) to[starts[plait_heap_digit(&from[index], place)]++] = from[index];
            sorted = to;
            to = from;
            from = sorted;
        }
        return from;
    }

    /* Moves the items at `gone` to the list `taken`, in order, and makes a heap anew of those that are left. */
    CYTHON_UNUSED static void plait_heap_move(
            plait_heap_key_t *keys, PyObject *items, const Py_ssize_t *gone, plait_heap_due_t *due, PyObject *taken) {
        PyObject **places = ((PyListObject *)items)->ob_item;
        Py_ssize_t total = PyList_GET_SIZE(items), count = PyList_GET_SIZE(taken), left = 0, index;
        for (index = 0; index < count; index++) {
            due[index].key = keys[gone[index]];
            due[index].item = places[gone[index]];
            places[gone[index]] = NULL;
        }
        for (index = 0; index < total; index++) {
            if (places[index] == NULL) continue;
            plait_heap_rise(keys, places, left, keys[index], places[index]);
            left++;
        }
        Py_SET_SIZE((PyVarObject *)items, left);
        due = plait_heap_sort(due, count);
        for (index = 0; index < count; index++) PyList_SET_ITEM(taken, index, due[index].item);
    }

    /* One in eight at least: then it costs less than to take them one by one. */
    CYTHON_UNUSED static PyObject *plait_heap_take_due(void *block, PyObject *items, double time) {
        Py_ssize_t total = PyList_GET_SIZE(items), count = 0, *gone;
        plait_heap_due_t *due = NULL;
        PyObject *taken;
        int collects = PyGC_Disable(); /* what a collection frees might change the heap */
        gone = total ? plait_heap_find_due(plait_heap_keys(block), total, time, &count) : NULL;
        if (count < total / 8) count = 0;
        if (count) due = (plait_heap_due_t *)PyMem_RawMalloc(2 * (size_t)count * sizeof(plait_heap_due_t));
        taken = PyList_New(due == NULL ? 0 : count);
        if (due != NULL && taken != NULL) plait_heap_move(plait_heap_keys(block), items, gone, due, taken);
        PyMem_RawFree(due);
        PyMem_RawFree(gone);
        if (collects) PyGC_Enable();
        return taken;
    }

    #define plait_heap_make() NULL
    #define plait_heap_first_time(keys) (plait_heap_keys(keys)->time)
    #define plait_heap_take_last(keys, items) plait_heap_pop_last(items)
    """
    void* make "plait_heap_make"() noexcept
    void* push "plait_heap_push"(void* keys, list items, double time, unsigned long long order, object item) except NULL
    double first_time "plait_heap_first_time"(void* keys) noexcept
    object pop "plait_heap_pop"(void* keys, list items)
    list take_due "plait_heap_take_due"(void* keys, list items, double time)
    object pop_last "plait_heap_take_last"(void* keys, list items)
    void free "PyMem_RawFree"(void* keys) noexcept
