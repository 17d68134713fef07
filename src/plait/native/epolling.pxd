cdef extern from *:
    """
    #ifdef __linux__
    #include <sys/epoll.h>
    #include <errno.h>
    #include <math.h>
    #include <unistd.h>

    CYTHON_UNUSED static int plait_epoll_open(void) {
        int handle = epoll_create1(EPOLL_CLOEXEC);
        if (handle < 0) PyErr_SetFromErrno(PyExc_OSError);
        return handle;
    }

    CYTHON_UNUSED static int plait_epoll_control(int handle, int operation, int fd, unsigned int mask) {
        struct epoll_event event;
        event.events = mask;
        event.data.fd = fd;
        if (epoll_ctl(handle, operation, fd, &event) < 0) {
            PyErr_SetFromErrno(PyExc_OSError);
            return -1;
        }
        return 0;
    }

    CYTHON_UNUSED static int plait_epoll_arm(int handle, int fd, unsigned int mask) {
        struct epoll_event event;
        event.events = mask;
        event.data.fd = fd;
        if (epoll_ctl(handle, EPOLL_CTL_MOD, fd, &event) == 0) return 0;
        if (errno == ENOENT) return plait_epoll_control(handle, EPOLL_CTL_ADD, fd, mask);
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }

    CYTHON_UNUSED static struct epoll_event *plait_epoll_make_room(int count) {
        return (struct epoll_event *)PyMem_RawCalloc((size_t)count, sizeof(struct epoll_event));
    }

    CYTHON_UNUSED static int plait_epoll_wait(int handle, double timeout, void *room, int count) {
        int came, error;
        if (timeout == 0) {
            /* It does not block: keeping the GIL costs less than asking for it again. */
            came = epoll_wait(handle, room, count, 0);
            error = errno;
        } else {
            double wanted = timeout < 0 ? -1.0 : ceil(timeout * 1e3);
            int milliseconds = wanted > 2147483647.0 ? 2147483647 : (int)wanted;
            Py_BEGIN_ALLOW_THREADS
            came = epoll_wait(handle, room, count, milliseconds);
            error = errno;
            Py_END_ALLOW_THREADS
        }
        if (came >= 0) {
            /* A flood of events must not keep Python's signal handlers waiting. */
            return PyErr_CheckSignals() < 0 ? -1 : came;
        }
        if (error == EINTR) return PyErr_CheckSignals() < 0 ? -1 : 0;
        errno = error;
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    #else
    struct epoll_event { unsigned int events; struct { int fd; } data; };
    CYTHON_UNUSED static int plait_epoll_unsupported(void) {
        PyErr_SetString(PyExc_NotImplementedError, "epoll exists on Linux only");
        return -1;
    }
    #define plait_epoll_open() plait_epoll_unsupported()
    #define plait_epoll_control(handle, operation, fd, mask) plait_epoll_unsupported()
    #define plait_epoll_arm(handle, fd, mask) plait_epoll_unsupported()
    #define plait_epoll_make_room(count) NULL
    #define plait_epoll_wait(handle, timeout, room, count) plait_epoll_unsupported()
    #define EPOLL_CTL_ADD 1
    #define EPOLL_CTL_DEL 2
    #define EPOLL_CTL_MOD 3
    #define close(fd) 0
    #endif

        #define plait_epoll_add(handle, fd, mask) plait_epoll_control(handle, EPOLL_CTL_ADD, fd, mask)
    #define plait_epoll_change(handle, fd, mask) plait_epoll_control(handle, EPOLL_CTL_MOD, fd, mask)
    #define plait_epoll_remove(handle, fd) plait_epoll_control(handle, EPOLL_CTL_DEL, fd, 0)
    #define plait_epoll_close(handle) ((void)close(handle))
    #define plait_epoll_descriptor(room, index) (((struct epoll_event *)(room))[index].data.fd)
    #define plait_epoll_readiness(room, index) (((struct epoll_event *)(room))[index].events)
    #define plait_epoll_handle_descriptor(handle) (handle)
    """
    int open_handle "plait_epoll_open"() except -1
    void close_handle "plait_epoll_close"(int handle) noexcept
    int handle_descriptor "plait_epoll_handle_descriptor"(int handle) noexcept
    int add "plait_epoll_add"(int handle, int fd, unsigned int mask) except -1
    int change "plait_epoll_change"(int handle, int fd, unsigned int mask) except -1
    int arm "plait_epoll_arm"(int handle, int fd, unsigned int mask) except -1
    int remove "plait_epoll_remove"(int handle, int fd) except -1
    void* make_room "plait_epoll_make_room"(int count) noexcept
    void free_room "PyMem_RawFree"(void* room) noexcept
    int wait "plait_epoll_wait"(int handle, double timeout, void* room, int count) except -1
    int descriptor "plait_epoll_descriptor"(void* room, int index) noexcept
    unsigned int readiness "plait_epoll_readiness"(void* room, int index) noexcept
