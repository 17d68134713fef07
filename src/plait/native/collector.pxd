cdef extern from *:
    """
    #ifdef Py_GIL_DISABLED
    #define plait_collector_skip(thing) ((void)(thing))
    #define plait_collector_is_skipped(thing) ((void)(thing), 0)
    #define plait_collector_visit(thing) ((void)(thing))
    #else
    #define plait_collector_skip(thing) PyObject_GC_UnTrack(thing)

    static inline int plait_collector_is_skipped(PyObject *thing) {
        /* Before the object lie two words, the first of which links it into the collector's list. */
        return PyType_IS_GC(Py_TYPE(thing)) && ((uintptr_t *)thing)[-2] == 0;
    }

    static inline void plait_collector_visit(PyObject *thing) {
        if (plait_collector_is_skipped(thing)) PyObject_GC_Track(thing);
    }
    #endif
    """
    void skip "plait_collector_skip"(object thing) noexcept
    bint is_skipped "plait_collector_is_skipped"(object thing) noexcept
    void visit "plait_collector_visit"(object thing) noexcept
