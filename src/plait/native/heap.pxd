cdef extern from *:
    """
    #define plait_heap_lift(items, index) PyList_GET_ITEM(items, index)
    #define plait_heap_drop_last(items) Py_SET_SIZE((PyVarObject *)(items), PyList_GET_SIZE(items) - 1)
    #define plait_heap_move(items, index, origin) PyList_SET_ITEM(items, index, PyList_GET_ITEM(items, origin))
    #define plait_heap_place(items, index, item) PyList_SET_ITEM(items, index, (PyObject *)(item))
    """
    object lift "plait_heap_lift"(list items, Py_ssize_t index)
    void drop_last "plait_heap_drop_last"(list items) noexcept
    void move "plait_heap_move"(list items, Py_ssize_t index, Py_ssize_t origin) noexcept
    void place "plait_heap_place"(list items, Py_ssize_t index, object item) noexcept
