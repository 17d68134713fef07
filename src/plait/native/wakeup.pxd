cdef extern from *:
    """
    #include <stdint.h>
    #include <unistd.h>

    CYTHON_UNUSED static void plait_wakeup_signal(int fd) {
        uint64_t one = 1;
        ssize_t written = write(fd, &one, sizeof one);
        (void)written;
    }

    CYTHON_UNUSED static void plait_wakeup_drain(int fd) {
        char bytes[4096];
        while (read(fd, bytes, sizeof bytes) == (ssize_t)sizeof bytes) {}
    }
    """
    void signal "plait_wakeup_signal"(int fd) noexcept
    void drain "plait_wakeup_drain"(int fd) noexcept
