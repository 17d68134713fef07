cdef extern from *:
    """
    /* The first element holds the room that there is. */
    CYTHON_UNUSED static void *plait_times_fit(void *times, Py_ssize_t count) {
        double *cells = (double *)times;
        Py_ssize_t room = cells == NULL ? 0 : (Py_ssize_t)cells[0];
        if (count <= room) return times;
        room = room < 16 ? 32 : room * 2;
        if (room < count) room = count;
        cells = (double *)PyMem_RawRealloc(cells, (size_t)(room + 1) * sizeof(double));
        if (cells == NULL) {
            PyErr_NoMemory();
            return NULL;
        }
        cells[0] = (double)room;
        return cells;
    }
    #define plait_times_make() NULL
    #define plait_times_read(times, index) (((double *)(times))[(index) + 1])
    #define plait_times_write(times, index, time) ((void)(((double *)(times))[(index) + 1] = (time)))
    """
    void* make "plait_times_make"() noexcept
    void* fit "plait_times_fit"(void* times, Py_ssize_t count) except NULL
    double read "plait_times_read"(void* times, Py_ssize_t index) noexcept
    void write "plait_times_write"(void* times, Py_ssize_t index, double time) noexcept
    void free "PyMem_RawFree"(void* times) noexcept
