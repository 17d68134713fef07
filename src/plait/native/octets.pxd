cdef extern from *:
    """
    #include <string.h>

    CYTHON_UNUSED static PyObject *plait_octets_part(PyObject *data, Py_ssize_t start, Py_ssize_t stop) {
        return PyBytes_FromStringAndSize(PyBytes_AS_STRING(data) + start, stop - start);
    }

    CYTHON_UNUSED static Py_ssize_t plait_octets_find(PyObject *data, PyObject *sought, Py_ssize_t start) {
        const char *first = PyBytes_AS_STRING(data), *found;
        Py_ssize_t left = PyBytes_GET_SIZE(data) - start, length = PyBytes_GET_SIZE(sought);
        if (left < length) return -1;
        if (length == 1) {
            found = memchr(first + start, PyBytes_AS_STRING(sought)[0], (size_t)left);
        } else {
            found = memmem(first + start, (size_t)left, PyBytes_AS_STRING(sought), (size_t)length);
        }
        return found == NULL ? -1 : found - first;
    }
    """
    object part "plait_octets_part"(bytes data, Py_ssize_t start, Py_ssize_t stop)
    Py_ssize_t find "plait_octets_find"(bytes data, bytes sought, Py_ssize_t start) noexcept
