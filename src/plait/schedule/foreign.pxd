from plait.native cimport thread
from plait.schedule cimport running
from plait.base.runnable cimport Runnable
from plait.schedule.scheduler cimport Scheduler
from plait.schedule.timer cimport Timer, TimerHolder

cpdef Scheduler scheduler_of(object loop)
cpdef Scheduler current_scheduler()
cpdef Scheduler choose_scheduler(object loop)
cpdef object current_loop()
cpdef object choose_loop(object loop=*)
cpdef bint runs_here(object loop) except -1


cdef class ForeignScheduler(Scheduler):
    cdef object _foreign
    cdef list _set_aside

    cpdef object refresh(self)

    cdef object loop(self)
    cdef object push(self, Runnable runnable)
    cdef object push_threadsafe(self, Runnable runnable)
    cdef bint is_foreign_thread(self) except -1
    cdef bint is_running_here(self) except -1
    cdef object start_timer(self, Timer timer)
    cdef double now(self) except? -1
    cdef bint is_past(self, double when) except -1
    cdef object enter_task(self, object task)
    cdef object leave_task(self)
    cdef object adopt_task(self, object task)


cdef class _Turn:
    cdef Runnable _runnable


cdef class _ForeignTimer(TimerHolder):
    cdef object _handle

    cdef object forget(self, Timer timer)
