from plait.native cimport sockets

cdef extern from *:
    """
    /* A user's socket may be in blocking mode, and to block with the GIL held could be for ever. */
    #ifdef MSG_DONTWAIT
    #define PLAIT_MESSAGES_NO_WAIT MSG_DONTWAIT
    #else
    #define PLAIT_MESSAGES_NO_WAIT 0
    #endif
    #define PLAIT_MESSAGES_FLAGS (PLAIT_MESSAGES_NO_WAIT | PLAIT_SOCKETS_NO_SIGNAL)

    CYTHON_UNUSED static Py_ssize_t plait_messages_read(
            int fd, void *memory, size_t size, struct sockaddr_storage *address, socklen_t *length) {
        for (;;) {
            ssize_t count;
            int failed;
            if (length != NULL) *length = sizeof *address;
            count = recvfrom(fd, memory, size, PLAIT_MESSAGES_NO_WAIT, (struct sockaddr *)address, length);
            if (count >= 0) return count;
            failed = plait_sockets_failed();
            if (failed != 1) return failed;
        }
    }

    CYTHON_UNUSED static PyObject *plait_messages_receive_bytes(PyObject *sock, int fd, Py_ssize_t most) {
        PyObject *data;
        Py_ssize_t count;
        (void)sock;
        if (most < 0) {
            PyErr_SetString(PyExc_ValueError, "negative buffersize in recv");
            return NULL;
        }
        data = PyBytes_FromStringAndSize(NULL, most);
        if (data == NULL) return NULL;
        count = plait_messages_read(fd, PyBytes_AS_STRING(data), (size_t)most, NULL, NULL);
        if (count < 0) {
            Py_DECREF(data);
            return count == -1 ? NULL : Py_NewRef(Py_None);
        }
        if (count != most) _PyBytes_Resize(&data, count);
        return data;
    }

    CYTHON_UNUSED static PyObject *plait_messages_receive_part(
            PyObject *sock, int fd, PyObject *room, Py_ssize_t most) {
        Py_ssize_t size = PyByteArray_GET_SIZE(room), count;
        (void)sock;
        count = plait_messages_read(fd, PyByteArray_AS_STRING(room), (size_t)(most < size ? most : size), NULL, NULL);
        if (count >= 0) return PyBytes_FromStringAndSize(PyByteArray_AS_STRING(room), count);
        return count == -1 ? NULL : Py_NewRef(Py_None);
    }

    /* The memory to receive into; what is not writable is of a wrong type, as to the socket module. */
    CYTHON_UNUSED static int plait_messages_room(PyObject *buffer, Py_buffer *view) {
        if (PyObject_GetBuffer(buffer, view, PyBUF_WRITABLE) == 0) return 0;
        if (PyErr_ExceptionMatches(PyExc_BufferError)) {
            PyErr_Format(
                PyExc_TypeError, "a read-write bytes-like object is needed, not %.200s", Py_TYPE(buffer)->tp_name);
        }
        return -1;
    }

    CYTHON_UNUSED static Py_ssize_t plait_messages_receive_into(PyObject *sock, int fd, PyObject *buffer) {
        Py_buffer view;
        Py_ssize_t count;
        (void)sock;
        if (plait_messages_room(buffer, &view) < 0) return -1;
        count = plait_messages_read(fd, view.buf, (size_t)view.len, NULL, NULL);
        PyBuffer_Release(&view);
        return count;
    }

    #ifndef Py_GIL_DISABLED
    #define PLAIT_MESSAGES_KNOWN 64

    /* The addresses of those who sent last: to spell one takes longer than to receive the next message. */
    CYTHON_UNUSED static struct { in_addr_t host; in_port_t port; PyObject *address; }
        plait_messages_known[PLAIT_MESSAGES_KNOWN];

    CYTHON_UNUSED static PyObject *plait_messages_inet_sender(struct sockaddr_in *sender) {
        in_addr_t host = sender->sin_addr.s_addr;
        in_port_t port = sender->sin_port;
        unsigned int place = (unsigned int)(host >> 24 ^ ntohs(port)) % PLAIT_MESSAGES_KNOWN;
        PyObject *address = plait_messages_known[place].address;
        if (address == NULL || plait_messages_known[place].host != host || plait_messages_known[place].port != port) {
            address = plait_sockets_inet_address(sender);
            if (address == NULL) return NULL;
            Py_XSETREF(plait_messages_known[place].address, address);
            plait_messages_known[place].host = host;
            plait_messages_known[place].port = port;
        }
        return Py_NewRef(address);
    }
    #else
    #define plait_messages_inet_sender(sender) plait_sockets_inet_address(sender)
    #endif

    /* The sender's address as the socket module gives it: None if the system tells none. */
    CYTHON_UNUSED static PyObject *plait_messages_sender(struct sockaddr_storage *address, socklen_t length) {
        PyObject *sender;
        if (length == 0) return Py_NewRef(Py_None);
        if (address->ss_family == AF_INET) return plait_messages_inet_sender((struct sockaddr_in *)address);
        sender = plait_sockets_address(address, length);
        if (sender == NULL && !PyErr_Occurred()) {
            /* As the socket module gives those that it does not know; it knows some that are not known here. */
            sender = Py_BuildValue("iy#", (int)address->ss_family, ((struct sockaddr *)address)->sa_data,
                (Py_ssize_t)(length - offsetof(struct sockaddr, sa_data)));
        }
        return sender;
    }

    CYTHON_UNUSED static PyObject *plait_messages_receive_from(
            PyObject *sock, int fd, PyObject *room, Py_ssize_t most) {
        struct sockaddr_storage storage;
        socklen_t length;
        PyObject *sender, *data;
        Py_ssize_t size = PyByteArray_GET_SIZE(room), count;
        (void)sock;
        count = plait_messages_read(
            fd, PyByteArray_AS_STRING(room), (size_t)(most < size ? most : size), &storage, &length);
        if (count < 0) return count == -1 ? NULL : Py_NewRef(Py_None);
        sender = plait_messages_sender(&storage, length);
        if (sender == NULL) return NULL;
        data = PyBytes_FromStringAndSize(PyByteArray_AS_STRING(room), count);
        return Py_BuildValue("NN", data, sender);
    }

    CYTHON_UNUSED static PyObject *plait_messages_receive_from_into(
            PyObject *sock, int fd, PyObject *buffer, Py_ssize_t most) {
        struct sockaddr_storage storage;
        socklen_t length;
        Py_buffer view;
        Py_ssize_t count;
        PyObject *sender;
        (void)sock;
        if (plait_messages_room(buffer, &view) < 0) return NULL;
        if (most < 0 || most > view.len) {
            PyBuffer_Release(&view);
            PyErr_SetString(PyExc_ValueError, most < 0
                ? "negative buffersize in recvfrom_into" : "nbytes is greater than the length of the buffer");
            return NULL;
        }
        count = plait_messages_read(fd, view.buf, (size_t)(most ? most : view.len), &storage, &length);
        PyBuffer_Release(&view);
        if (count < 0) return count == -1 ? NULL : Py_NewRef(Py_None);
        sender = plait_messages_sender(&storage, length);
        return sender == NULL ? NULL : Py_BuildValue("nN", count, sender);
    }

    #define PLAIT_MESSAGES_BATCH 16

    /* The messages that have come, up to `most`; how many, PLAIT_SOCKETS_WOULD_BLOCK, or -1 with an exception. */
    CYTHON_UNUSED static int plait_messages_read_batch(
            int fd, char *memory, Py_ssize_t share, int most, struct sockaddr_storage *senders,
            socklen_t *lengths, size_t *sizes) {
    #ifdef __linux__
        struct mmsghdr headers[PLAIT_MESSAGES_BATCH];
        struct iovec vectors[PLAIT_MESSAGES_BATCH];
        int index, came, failed;
        memset(headers, 0, sizeof(struct mmsghdr) * (size_t)most);
        for (index = 0; index < most; index++) {
            vectors[index].iov_base = memory + index * share;
            vectors[index].iov_len = (size_t)share;
            headers[index].msg_hdr.msg_iov = &vectors[index];
            headers[index].msg_hdr.msg_iovlen = 1;
            headers[index].msg_hdr.msg_name = &senders[index];
            headers[index].msg_hdr.msg_namelen = sizeof *senders;
        }
        while ((came = recvmmsg(fd, headers, (unsigned int)most, PLAIT_MESSAGES_NO_WAIT, NULL)) < 0) {
            failed = plait_sockets_failed();
            if (failed != 1) return failed;
        }
        for (index = 0; index < came; index++) {
            lengths[index] = headers[index].msg_hdr.msg_namelen;
            sizes[index] = headers[index].msg_len;
        }
        return came;
    #else
        Py_ssize_t count = plait_messages_read(fd, memory, (size_t)share, senders, lengths);
        if (count < 0) return (int)count;
        sizes[0] = (size_t)count;
        return 1;
    #endif
    }

    CYTHON_UNUSED static PyObject *plait_messages_receive_batch(
            PyObject *sock, int fd, PyObject *room, Py_ssize_t most) {
        struct sockaddr_storage senders[PLAIT_MESSAGES_BATCH];
        socklen_t lengths[PLAIT_MESSAGES_BATCH];
        size_t sizes[PLAIT_MESSAGES_BATCH];
        char *memory = PyByteArray_AS_STRING(room);
        Py_ssize_t share = PyByteArray_GET_SIZE(room) / (most < 1 ? 1 : most);
        int came, index;
        PyObject *batch;
        (void)sock;
        if (most > PLAIT_MESSAGES_BATCH) most = PLAIT_MESSAGES_BATCH;
        came = plait_messages_read_batch(fd, memory, share, (int)most, senders, lengths, sizes);
        if (came == -1) return NULL;
        if (came < 0) came = 0;
        batch = PyList_New(came);
        for (index = 0; batch != NULL && index < came; index++) {
            PyObject *sender = plait_messages_sender(&senders[index], lengths[index]);
            PyObject *data = PyBytes_FromStringAndSize(memory + index * share, (Py_ssize_t)sizes[index]);
            PyObject *pair = sender == NULL || data == NULL ? NULL : PyTuple_Pack(2, data, sender);
            Py_XDECREF(sender);
            Py_XDECREF(data);
            if (pair == NULL) Py_CLEAR(batch);
            else PyList_SET_ITEM(batch, index, pair);
        }
        return batch;
    }

    CYTHON_UNUSED static int plait_messages_port(PyObject *port, in_port_t *found) {
        long number;
        if (!PyLong_CheckExact(port)) return 0;
        number = PyLong_AsLong(port);
        if (number == -1 && PyErr_Occurred()) PyErr_Clear();
        *found = htons((unsigned short)number);
        return number >= 0 && number <= 65535;
    }

    CYTHON_UNUSED static int plait_messages_number(
            PyObject *tuple, Py_ssize_t index, unsigned int most, unsigned int *found) {
        unsigned long number;
        *found = 0;
        if (PyTuple_GET_SIZE(tuple) <= index) return 1;
        if (!PyLong_CheckExact(PyTuple_GET_ITEM(tuple, index))) return 0;
        number = PyLong_AsUnsignedLong(PyTuple_GET_ITEM(tuple, index));
        if (number == (unsigned long)-1 && PyErr_Occurred()) PyErr_Clear();
        *found = (unsigned int)number;
        return number <= most;
    }

    /* Whether `address` is numeric and well-formed, and so needs neither a resolver nor an error message. */
    CYTHON_UNUSED static int plait_messages_numeric(
            int family, PyObject *address, struct sockaddr_storage *storage, socklen_t *length) {
        const char *host;
        PyObject *text;
        if ((family != AF_INET && family != AF_INET6) || !PyTuple_CheckExact(address)) return 0;
        if (PyTuple_GET_SIZE(address) < 2 || PyTuple_GET_SIZE(address) > (family == AF_INET ? 2 : 4)) return 0;
        text = PyTuple_GET_ITEM(address, 0);
        if (!PyUnicode_CheckExact(text) || !PyUnicode_IS_COMPACT_ASCII(text)) return 0;
        host = (const char *)PyUnicode_DATA(text);
        if (strlen(host) != (size_t)PyUnicode_GET_LENGTH(text)) return 0;
        if (family == AF_INET) {
            struct sockaddr_in *inet = (struct sockaddr_in *)storage;
            memset(inet, 0, sizeof *inet);
            inet->sin_family = AF_INET;
            *length = sizeof *inet;
            return inet_pton(AF_INET, host, &inet->sin_addr) == 1
                && plait_messages_port(PyTuple_GET_ITEM(address, 1), &inet->sin_port);
        } else {
            struct sockaddr_in6 *inet = (struct sockaddr_in6 *)storage;
            unsigned int flow, scope;
            memset(inet, 0, sizeof *inet);
            inet->sin6_family = AF_INET6;
            *length = sizeof *inet;
            if (!plait_messages_number(address, 2, 0xfffff, &flow)) return 0;
            if (!plait_messages_number(address, 3, 0xffffffff, &scope)) return 0;
            inet->sin6_flowinfo = htonl(flow);
            inet->sin6_scope_id = scope;
            return inet_pton(AF_INET6, host, &inet->sin6_addr) == 1
                && plait_messages_port(PyTuple_GET_ITEM(address, 1), &inet->sin6_port);
        }
    }

    /* The socket module's own call: for paths, host names, and errors that say what is wrong with an address. */
    CYTHON_UNUSED static Py_ssize_t plait_messages_ask_socket(PyObject *sock, PyObject *data, PyObject *address) {
        PyObject *count = PyObject_CallMethod(sock, "sendto", "OiO", data, PLAIT_MESSAGES_FLAGS, address);
        Py_ssize_t sent;
        if (count == NULL) {
            if (!PyErr_ExceptionMatches(PyExc_BlockingIOError)) return -1;
            PyErr_Clear();
            return PLAIT_SOCKETS_WOULD_BLOCK;
        }
        sent = PyLong_AsSsize_t(count);
        Py_DECREF(count);
        return sent;
    }

    CYTHON_UNUSED static Py_ssize_t plait_messages_write(
            int fd, const void *memory, size_t size, struct sockaddr_storage *address, socklen_t length) {
        for (;;) {
            ssize_t count = sendto(fd, memory, size, PLAIT_MESSAGES_FLAGS, (struct sockaddr *)address, length);
            int failed;
            if (count >= 0) return count;
            failed = plait_sockets_failed();
            if (failed != 1) return failed;
        }
    }

    #ifndef Py_GIL_DISABLED
    /* The addresses that were sent to last, by the place of their object: a tuple of str and int never changes. */
    CYTHON_UNUSED static struct { PyObject *address; struct sockaddr_in inet; }
        plait_messages_parsed[PLAIT_MESSAGES_KNOWN];

    CYTHON_UNUSED static int plait_messages_parse(
            int family, PyObject *address, struct sockaddr_storage *storage, socklen_t *length) {
        unsigned int place = (unsigned int)((uintptr_t)address >> 4) % PLAIT_MESSAGES_KNOWN;
        if (family != AF_INET) return plait_messages_numeric(family, address, storage, length);
        if (plait_messages_parsed[place].address != address) {
            if (!plait_messages_numeric(family, address, storage, length)) return 0;
            Py_XSETREF(plait_messages_parsed[place].address, Py_NewRef(address));
            memcpy(&plait_messages_parsed[place].inet, storage, sizeof(struct sockaddr_in));
        }
        memcpy(storage, &plait_messages_parsed[place].inet, sizeof(struct sockaddr_in));
        *length = sizeof(struct sockaddr_in);
        return 1;
    }
    #else
    #define plait_messages_parse plait_messages_numeric
    #endif

    CYTHON_UNUSED static Py_ssize_t plait_messages_send_to(
            PyObject *sock, int fd, int family, PyObject *data, PyObject *address) {
        struct sockaddr_storage storage;
        socklen_t length = 0;
        Py_buffer view;
        Py_ssize_t count;
        if (address != Py_None && !plait_messages_parse(family, address, &storage, &length)) {
            return plait_messages_ask_socket(sock, data, address);
        }
        if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0) return -1;
        count = plait_messages_write(fd, view.buf, (size_t)view.len, length ? &storage : NULL, length);
        PyBuffer_Release(&view);
        return count;
    }
    """
    object receive_bytes "plait_messages_receive_bytes"(object sock, int fd, Py_ssize_t most)
    object receive_part "plait_messages_receive_part"(object sock, int fd, bytearray room, Py_ssize_t most)
    Py_ssize_t receive_into "plait_messages_receive_into"(object sock, int fd, object buffer) except -1
    object receive_from "plait_messages_receive_from"(object sock, int fd, bytearray room, Py_ssize_t most)
    object receive_from_into "plait_messages_receive_from_into"(object sock, int fd, object buffer, Py_ssize_t most)
    list receive_batch "plait_messages_receive_batch"(object sock, int fd, bytearray room, Py_ssize_t most)
    Py_ssize_t send_to "plait_messages_send_to"(object sock, int fd, int family, object data, object address) except -1
