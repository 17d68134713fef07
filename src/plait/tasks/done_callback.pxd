from plait.native cimport pool
from plait.schedule.handle cimport Handle
from plait.schedule.scheduler cimport Scheduler


cdef class DoneCallback(Handle):
    cdef Scheduler _scheduler

    cdef object wake(self, object future)
