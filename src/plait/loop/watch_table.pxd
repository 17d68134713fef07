cimport cython

from plait.native cimport borrowed
from plait.poll.poller cimport Poller
from plait.schedule.ready_queue cimport ReadyQueue
from plait.base.runnable cimport Runnable
from plait.tasks.future cimport Future

cdef int _READABLE
cdef int _WRITABLE


cdef class Watch:
    cdef Runnable reader
    cdef Runnable writer
    cdef void* owner
    cdef void* partner
    cdef Future receiver
    cdef Future sender
    cdef int held
    cdef bint is_loose
    cdef bint is_watched

    @cython.locals(ready=int)
    cdef int readiness(self) except -1
    cdef object other_than(self, object owner)
    cdef object finish(self, int readiness)


cdef class WatchTable:
    cdef Poller _poller
    cdef list _watches
    cdef readonly Py_ssize_t _count

    @cython.locals(watch=Watch, before=Runnable, looked_for=int)
    cpdef Runnable set_reader(self, int fd, Runnable reader)
    @cython.locals(watch=Watch, before=Runnable, looked_for=int)
    cpdef Runnable set_writer(self, int fd, Runnable writer)
    @cython.locals(watch=Watch)
    cpdef object push_ready(self, int fd, int readiness, ReadyQueue ready)
    @cython.locals(watch=Watch)
    cdef object await_readable(self, int fd, Future future)
    @cython.locals(watch=Watch)
    cdef object await_writable(self, int fd, Future future)
    @cython.locals(watch=Watch)
    cpdef object lend(self, int fd, object owner)
    @cython.locals(watch=Watch)
    cpdef object take_back(self, int fd, object owner)
    @cython.locals(watch=Watch)
    cdef Runnable reader(self, int fd)
    @cython.locals(watch=Watch)
    cpdef bint is_lent(self, int fd) except -1
    @cython.locals(watch=Watch)
    cpdef list sharers(self, int fd)
    @cython.locals(fd=int)
    cpdef list owners(self)
    @cython.locals(fd=int, held=int, watch=Watch)
    cdef bint hold(self, Runnable runnable) except -1
    cdef object _hold(self, int fd, Watch watch, int held)
    @cython.locals(fd=int, looked_for=int, watch=Watch)
    cdef object let_go(self)
    @cython.locals(fd=int, watch=Watch)
    cpdef object watch_again(self)
    cpdef object clear(self)
    cdef inline Watch _find(self, int fd)
    @cython.locals(missing=Py_ssize_t)
    cdef Watch _put(self, int fd, Watch watch)
    @cython.locals(watch=Watch)
    cdef object _add(self, int fd, Runnable reader, Runnable writer)
    @cython.locals(readiness=int)
    cdef object _update(self, int fd, Watch watch, int before)
    cdef object _begin(self, int fd, Watch watch, int readiness)
    cdef object _change(self, int fd, int readiness, int before)
    cdef object _forget(self, int fd, Watch watch)
    cdef object _set_watched(self, Watch watch, bint is_watched)
    @cython.locals(watch=Watch)
    cdef Watch _loosen(self, int fd)
    cdef object _begin_waiting(self, int fd, Watch watch)
    cdef object _end_waiting(self, int fd, Watch watch, int readiness)
    @cython.locals(is_called=cython.bint)
    cdef object _renew(self, int fd, Watch watch)


cdef class _Follower(Runnable):
    cdef Future _future

    cdef object wake(self, object future)


cdef object _finish_after(Future first, Future then)
