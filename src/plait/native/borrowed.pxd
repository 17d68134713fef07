cdef extern from *:
    """
    #define plait_borrowed_nobody() NULL
    #define plait_borrowed_lend(thing) ((void *)(thing))

    CYTHON_UNUSED static PyObject *plait_borrowed_lender(void *reference) {
        return Py_NewRef(reference == NULL ? Py_None : (PyObject *)reference);
    }
    """
    void* nobody "plait_borrowed_nobody"() noexcept
    void* lend "plait_borrowed_lend"(object thing) noexcept
    object lender "plait_borrowed_lender"(void* reference)
    void* note "plait_borrowed_lend"(object thing) noexcept
    object noted "plait_borrowed_lender"(void* reference)
