cimport cython

from plait.native cimport methods, pool
from plait.schedule cimport foreign
from plait.schedule.scheduler cimport Scheduler
from plait.sync.waiter_queue cimport Waiter, WaiterQueue
from plait.tasks cimport operation
from plait.tasks.future cimport Future
from plait.transports.receiver cimport Receiver


cdef class FlowControl(Receiver):
    cdef Scheduler _scheduler
    cdef object _lost_error
    cdef WaiterQueue _drains
    cdef public bint _paused
    cdef public bint _connection_lost

    cdef bint takes_directly(self) except -1
    cdef object lose(self, object error)
    @cython.locals(drains=WaiterQueue)
    cdef object wake_drains(self)
    @cython.locals(operation=Drain)
    cdef Drain make_drain(self)


cdef class Drain(Waiter):
    cdef FlowControl _flow
    cdef bint _gives_way

    cdef Future start(self)
    @cython.locals(flow=FlowControl)
    cdef Future wait_for_flow(self)
    @cython.locals(future=Future)
    cdef Future give_way(self)
    cdef Future resumed(self)
