cdef extern from *:
    """
    #include <arpa/inet.h>
    #include <errno.h>
    #include <fcntl.h>
    #include <netinet/in.h>
    #include <stddef.h>
    #include <string.h>
    #include <sys/socket.h>
    #include <sys/uio.h>
    #include <sys/un.h>
    #include <unistd.h>

    #define PLAIT_SOCKETS_WOULD_BLOCK (-2)
    #define PLAIT_SOCKETS_LONGEST_VECTOR 1024
    #ifdef MSG_NOSIGNAL
    #define PLAIT_SOCKETS_NO_SIGNAL MSG_NOSIGNAL
    #else
    #define PLAIT_SOCKETS_NO_SIGNAL 0
    #endif

    #define plait_sockets_would_block() PLAIT_SOCKETS_WOULD_BLOCK

    /* What a failed call means: 1, try again; PLAIT_SOCKETS_WOULD_BLOCK; or -1 with an exception. */
    CYTHON_UNUSED static int plait_sockets_failed(void) {
        if (errno == EAGAIN || errno == EWOULDBLOCK) return PLAIT_SOCKETS_WOULD_BLOCK;
        if (errno == EINTR) return PyErr_CheckSignals() < 0 ? -1 : 1;
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }

    CYTHON_UNUSED static Py_ssize_t plait_sockets_read(int fd, void *memory, size_t size) {
        for (;;) {
            ssize_t count = recv(fd, memory, size, 0);
            int failed;
            if (count >= 0) return count;
            failed = plait_sockets_failed();
            if (failed != 1) return failed;
        }
    }

    CYTHON_UNUSED static PyObject *plait_sockets_receive(PyObject *sock, int fd, PyObject *room) {
        Py_ssize_t count = plait_sockets_read(fd, PyByteArray_AS_STRING(room), (size_t)PyByteArray_GET_SIZE(room));
        (void)sock;
        if (count >= 0) return PyBytes_FromStringAndSize(PyByteArray_AS_STRING(room), count);
        return count == -1 ? NULL : Py_NewRef(Py_None);
    }

    CYTHON_UNUSED static Py_ssize_t plait_sockets_receive_into(PyObject *sock, int fd, PyObject *buffer) {
        Py_buffer view;
        Py_ssize_t count;
        (void)sock;
        if (PyObject_GetBuffer(buffer, &view, PyBUF_WRITABLE) < 0) return -1;
        count = plait_sockets_read(fd, view.buf, (size_t)view.len);
        PyBuffer_Release(&view);
        return count;
    }

    CYTHON_UNUSED static Py_ssize_t plait_sockets_write(int fd, const void *memory, size_t size) {
        for (;;) {
            ssize_t count = send(fd, memory, size, PLAIT_SOCKETS_NO_SIGNAL);
            int failed;
            if (count >= 0) return count;
            failed = plait_sockets_failed();
            if (failed != 1) return failed;
        }
    }

    CYTHON_UNUSED static Py_ssize_t plait_sockets_send(PyObject *sock, int fd, PyObject *data) {
        Py_buffer view;
        Py_ssize_t count;
        (void)sock;
        if (PyBytes_CheckExact(data)) {
            return plait_sockets_write(fd, PyBytes_AS_STRING(data), (size_t)PyBytes_GET_SIZE(data));
        }
        if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0) return -1;
        count = plait_sockets_write(fd, view.buf, (size_t)view.len);
        PyBuffer_Release(&view);
        return count;
    }

    /* Tells the memory of a chunk. Nobody else has the memoryview, so what it views stays where it is. */
    CYTHON_UNUSED static int plait_sockets_memory(PyObject *chunk, struct iovec *memory) {
        if (PyBytes_Check(chunk)) {
            memory->iov_base = PyBytes_AS_STRING(chunk);
            memory->iov_len = (size_t)PyBytes_GET_SIZE(chunk);
        } else if (PyMemoryView_Check(chunk) && PyMemoryView_GET_BUFFER(chunk)->buf != NULL) {
            if (!PyBuffer_IsContiguous(PyMemoryView_GET_BUFFER(chunk), 'C')) {
                PyErr_SetString(PyExc_BufferError, "memoryview: underlying buffer is not C-contiguous");
                return -1;
            }
            memory->iov_base = PyMemoryView_GET_BUFFER(chunk)->buf;
            memory->iov_len = (size_t)PyMemoryView_GET_BUFFER(chunk)->len;
        } else {
            PyErr_Format(PyExc_TypeError, "a chunk is bytes or a memoryview, not %.200s", Py_TYPE(chunk)->tp_name);
            return -1;
        }
        return 0;
    }

    /* Fills `vector` with the memory of the chunks; returns how many, or -1. */
    CYTHON_UNUSED static int plait_sockets_gather(
            PyObject *chunks, Py_ssize_t first, Py_ssize_t offset, struct iovec *vector) {
        Py_ssize_t left = PyList_GET_SIZE(chunks) - first;
        int count = left > PLAIT_SOCKETS_LONGEST_VECTOR ? PLAIT_SOCKETS_LONGEST_VECTOR : (int)left, i;
        for (i = 0; i < count; i++) {
            if (plait_sockets_memory(PyList_GET_ITEM(chunks, first + i), &vector[i]) < 0) return -1;
        }
        if (count > 0 && offset > 0) {
            vector[0].iov_base = (char *)vector[0].iov_base + offset;
            vector[0].iov_len -= (size_t)offset;
        }
        return count;
    }

    CYTHON_UNUSED static Py_ssize_t plait_sockets_send_vector(
            PyObject *sock, int fd, PyObject *chunks, Py_ssize_t first, Py_ssize_t offset) {
        struct iovec vector[PLAIT_SOCKETS_LONGEST_VECTOR];
        struct msghdr message;
        int count = plait_sockets_gather(chunks, first, offset, vector);
        (void)sock;
        if (count < 0) return -1;
        memset(&message, 0, sizeof message);
        message.msg_iov = vector;
        message.msg_iovlen = count;
        for (;;) {
            ssize_t sent = sendmsg(fd, &message, PLAIT_SOCKETS_NO_SIGNAL);
            int failed;
            if (sent >= 0) return sent;
            failed = plait_sockets_failed();
            if (failed != 1) return failed;
        }
    }

    CYTHON_UNUSED static PyObject *plait_sockets_inet_address(struct sockaddr_in *address) {
        char host[INET_ADDRSTRLEN];
        inet_ntop(AF_INET, &address->sin_addr, host, sizeof host);
        return Py_BuildValue("si", host, (int)ntohs(address->sin_port));
    }

    CYTHON_UNUSED static PyObject *plait_sockets_inet6_address(struct sockaddr_in6 *address) {
        char host[INET6_ADDRSTRLEN];
        inet_ntop(AF_INET6, &address->sin6_addr, host, sizeof host);
        return Py_BuildValue("siII", host, (int)ntohs(address->sin6_port),
            (unsigned int)ntohl(address->sin6_flowinfo), (unsigned int)address->sin6_scope_id);
    }

    CYTHON_UNUSED static PyObject *plait_sockets_unix_address(struct sockaddr_un *address, socklen_t size) {
        size_t start = offsetof(struct sockaddr_un, sun_path), room = size < start ? 0 : size - start;
        char *path = address->sun_path;
    #ifdef __linux__
        if (room > 0 && path[0] == 0) return PyBytes_FromStringAndSize(path, (Py_ssize_t)room);
    #endif
        return PyUnicode_DecodeFSDefaultAndSize(path, (Py_ssize_t)strnlen(path, room));
    }

    /* The address as the socket module gives it, or NULL without an exception: of a family that is unknown here. */
    CYTHON_UNUSED static PyObject *plait_sockets_address(struct sockaddr_storage *address, socklen_t size) {
        switch (address->ss_family) {
        case AF_INET:
            return plait_sockets_inet_address((struct sockaddr_in *)address);
        case AF_INET6:
            return plait_sockets_inet6_address((struct sockaddr_in6 *)address);
        case AF_UNIX:
            return plait_sockets_unix_address((struct sockaddr_un *)address, size);
        default:
            return NULL;
        }
    }

    CYTHON_UNUSED static int plait_sockets_accept4(int fd, struct sockaddr_storage *address, socklen_t *size) {
    #ifdef SOCK_NONBLOCK
        return accept4(fd, (struct sockaddr *)address, size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    #else
        int connection = accept(fd, (struct sockaddr *)address, size);
        if (connection >= 0) {
            fcntl(connection, F_SETFL, fcntl(connection, F_GETFL) | O_NONBLOCK);
            fcntl(connection, F_SETFD, FD_CLOEXEC);
        }
        return connection;
    #endif
    }

    /* What the socket itself says of the peer, where the family is unknown here. */
    CYTHON_UNUSED static PyObject *plait_sockets_ask_peer(PyObject *sock, int connection) {
        PyObject *kind = (PyObject *)Py_TYPE(sock), *peer, *address, *closed;
        peer = PyObject_CallFunction(kind, "iiii", -1, -1, -1, connection);
        if (peer == NULL) return NULL;
        address = PyObject_CallMethod(peer, "getpeername", NULL);
        closed = PyObject_CallMethod(peer, "detach", NULL);
        Py_DECREF(peer);
        if (closed == NULL) Py_CLEAR(address);
        Py_XDECREF(closed);
        return address;
    }

    CYTHON_UNUSED static PyObject *plait_sockets_accept(PyObject *sock, int fd) {
        struct sockaddr_storage storage;
        PyObject *address, *result;
        socklen_t size;
        int connection;
        for (;;) {
            int failed;
            size = sizeof storage;
            memset(&storage, 0, sizeof(struct sockaddr_un));
            connection = plait_sockets_accept4(fd, &storage, &size);
            if (connection >= 0) break;
            failed = plait_sockets_failed();
            if (failed == -1) return NULL;
            if (failed != 1) return Py_NewRef(Py_None);
        }
        address = plait_sockets_address(&storage, size);
        if (address == NULL && !PyErr_Occurred()) address = plait_sockets_ask_peer(sock, connection);
        result = address == NULL ? NULL : Py_BuildValue("iN", connection, address);
        if (result == NULL) close(connection);
        return result;
    }
    """
    int would_block "plait_sockets_would_block"() noexcept
    object receive "plait_sockets_receive"(object sock, int fd, bytearray room)
    Py_ssize_t receive_into "plait_sockets_receive_into"(object sock, int fd, object buffer) except -1
    Py_ssize_t send "plait_sockets_send"(object sock, int fd, object data) except -1
    Py_ssize_t send_vector "plait_sockets_send_vector"(
        object sock, int fd, list chunks, Py_ssize_t first, Py_ssize_t offset) except -1
    object accept "plait_sockets_accept"(object sock, int fd)
