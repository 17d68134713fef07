cdef extern from *:
    """
    #include <time.h>

    CYTHON_UNUSED static double plait_clocks_read(clockid_t clock) {
        struct timespec now;
        clock_gettime(clock, &now);
        return (double)((long long)now.tv_sec * 1000000000LL + now.tv_nsec) / 1e9;
    }

    CYTHON_UNUSED static double plait_clocks_monotonic(void) { return plait_clocks_read(CLOCK_MONOTONIC); }

    CYTHON_UNUSED static double plait_clocks_coarse(void) {
    #ifdef CLOCK_MONOTONIC_COARSE
        return plait_clocks_read(CLOCK_MONOTONIC_COARSE);
    #else
        return plait_clocks_read(CLOCK_MONOTONIC);
    #endif
    }
    """
    double monotonic "plait_clocks_monotonic"() noexcept
    double coarse "plait_clocks_coarse"() noexcept
