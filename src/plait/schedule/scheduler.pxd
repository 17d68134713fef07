cimport cython

from plait.native cimport batch, deques, pool, thread
from plait.schedule.clock cimport Clock
from plait.schedule.handle cimport Handle
from plait.schedule.ready_queue cimport ReadyQueue
from plait.base.runnable cimport Runnable
from plait.schedule.shared_context cimport SharedContext
from plait.schedule.timer cimport Timer
from plait.schedule.timer_queue cimport TimerQueue

cdef Py_ssize_t _CROWD


cdef class Scheduler:
    cdef object __weakref__
    cdef list _cell
    cdef Clock _clock
    cdef ReadyQueue _ready
    cdef TimerQueue _timers
    cdef SharedContext _shared
    cdef list _put_off
    cdef object _inbox
    cdef object _current_task
    cdef set _tasks
    cdef unsigned long _thread
    cdef bint _has_mail
    cdef bint _sleeping
    cdef bint _closed
    cdef bint _left_to_parent
    cdef bint _debug
    cdef bint _plain

    cdef object loop(self)
    cdef object push(self, Runnable runnable)
    cdef object put_off(self, Runnable runnable)
    cdef object push_threadsafe(self, Runnable runnable)
    cpdef object closed_error(self)
    cdef bint is_foreign_thread(self) except -1
    cdef bint is_running_here(self) except -1
    cdef object start_timer(self, Timer timer)
    cdef object wake_up(self)
    cdef object enter_task(self, object task)
    cdef object leave_task(self)
    cdef object adopt_task(self, object task)
    cdef object release_task(self, object task)
    cdef double now(self) except? -1
    cdef bint is_past(self, double when) except -1
    @cython.locals(handle=Handle)
    cdef Handle _make_handle(self, object callback, tuple args, object context)
    @cython.locals(timer=Timer)
    cdef Timer _start(self, double when, object callback, tuple args, object context, str name)
    cdef object _check(self, object callback, str name)
    cpdef object check_in_debug(self, object callback, str name)
    cdef object take_inbox(self)
    @cython.locals(runnable=Runnable)
    cdef object run_put_off(self)
    cdef object drop_ready(self)
    @cython.locals(now=double, timer=Timer, fired=Py_ssize_t)
    cdef object fire_timers(self)
    @cython.locals(crowd=list, fired=Py_ssize_t, timer=Timer)
    cdef object _fire_crowd(self, double now)
    @cython.locals(handle=Handle)
    cdef object surface(self)
    cdef object drop_everything(self)
