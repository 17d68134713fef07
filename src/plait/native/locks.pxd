cdef extern from *:
    """
    #define plait_locks_is_implied() 1

    CYTHON_UNUSED static void *plait_locks_make(void) {
        PyThread_type_lock lock = PyThread_allocate_lock();
        if (lock == NULL) PyErr_NoMemory();
        return lock;
    }

    CYTHON_UNUSED static void plait_locks_acquire(void *lock) {
        if (PyThread_acquire_lock((PyThread_type_lock)lock, NOWAIT_LOCK)) return;
        Py_BEGIN_ALLOW_THREADS
        PyThread_acquire_lock((PyThread_type_lock)lock, WAIT_LOCK);
        Py_END_ALLOW_THREADS
    }

    CYTHON_UNUSED static void plait_locks_release(void *lock) { PyThread_release_lock((PyThread_type_lock)lock); }

    CYTHON_UNUSED static void plait_locks_free(void *lock) {
        if (lock != NULL) PyThread_free_lock((PyThread_type_lock)lock);
    }
    """
    bint is_implied "plait_locks_is_implied"() noexcept
    void* make "plait_locks_make"() except NULL
    void acquire "plait_locks_acquire"(void* lock) noexcept
    void release "plait_locks_release"(void* lock) noexcept
    void free "plait_locks_free"(void* lock) noexcept
