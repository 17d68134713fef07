cimport cython

from plait.loop.task_list cimport TaskList
from plait.loop.watch_table cimport WatchTable
from plait.native cimport borrowed, clocks, pool, sharing, thread
from plait.poll.poller cimport Poller
from plait.poll.waker cimport Waker
from plait.schedule cimport running
from plait.schedule.ready_queue cimport ReadyQueue
from plait.base.runnable cimport Runnable
from plait.schedule.handle cimport Handle
from plait.schedule.shared_context cimport SharedContext
from plait.tasks cimport registry, spawn, unheard
from plait.tasks.future cimport Future
from plait.tasks.task cimport Task

cdef int _RUNS_BETWEEN_POLLS
cdef double _LONGEST_POLL
cdef double _INFINITY


cdef class LoopCore(TaskList):
    cdef Poller _poller
    cdef WatchTable _watches
    cdef Waker _waker
    cdef bytearray _receive_room
    cdef bytearray _datagram_room
    cdef void* _calling
    cdef list _outer
    cdef list _held_back
    cdef double _nested_seconds
    cdef bint _careful
    cdef bint _stopping
    cdef Py_ssize_t _runs
    cdef double _tick
    cdef int _heard_at_once
    cdef readonly object _task_factory
    # What the Python class above keeps here: an instance dictionary would slow each of its method calls.
    cdef public object slow_callback_duration
    cdef public object _exception_handler
    cdef public object _executor
    cdef public object _resolver
    cdef public object _async_generators
    cdef public object _signals
    cdef public object _files
    cdef public object _children
    cdef public object _main

    cdef object turn(self)
    cdef int poll_events(self, double timeout) except -1
    @cython.locals(wake_fd=int, fd=int, index=int)
    cdef object process_events(self, int count)
    @cython.locals(ready=ReadyQueue, runnable=Runnable, count=Py_ssize_t)
    cdef Py_ssize_t run_ready(self) except -1
    @cython.locals(ready=ReadyQueue, runnable=Runnable, began=double, count=Py_ssize_t)
    cdef Py_ssize_t run_ready_carefully(self) except -1
    @cython.locals(deadline=double, wait=double)
    cdef double time_to_wait(self) except? -1
    cdef bint _must_poll(self) noexcept
    cdef bint _hold_back(self, Runnable runnable) except -1
    cdef object wake_up(self)
    @cython.locals(future=Future)
    cdef Future _make_future(self)
    cdef object enter_task(self, object task)
    cdef object await_readable(self, int fd, Future future)
    cdef object await_writable(self, int fd, Future future)
    cdef bytearray receive_room(self)
    cdef bytearray datagram_room(self)
