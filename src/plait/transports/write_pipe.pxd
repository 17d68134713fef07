cimport cython

from plait.loop.watch_table cimport WatchTable
from plait.native cimport attributes, methods
from plait.base.runnable cimport Runnable
from plait.transports cimport write_buffer
from plait.transports.flow_control cimport FlowControl
from plait.transports.write_buffer cimport WriteBuffer

cdef Py_ssize_t _SILENT_LOST_WRITES
cdef Py_ssize_t _LONGEST_VECTOR


cdef class WritePipeTransport(FlowControl):
    cdef void* _attributes  # the first field: native/attributes
    cdef WriteBuffer _queue
    cdef Py_ssize_t _lost_writes
    cdef bint _is_device

    cdef object run(self)
    @cython.locals(watches=WatchTable)
    cdef object watch_reader(self)
    cdef object unwatch_reader(self)
    cpdef int _halves(self) except -1
    cdef object unwatch(self)
    cdef object look_for_hang_up(self)
    @cython.locals(size=Py_ssize_t, written=Py_ssize_t)
    cpdef object write(self, object data)
    @cython.locals(chunks=WriteBuffer)
    cpdef object writelines(self, object list_of_data)
    cpdef object write_eof(self)
    cpdef Py_ssize_t get_write_buffer_size(self) except -1
    cdef bint may_write(self) except -1
    cdef object fail_to_write(self, object error)
    @cython.locals(vector=list)
    cdef bint write_queued(self, WriteBuffer queue) except -1
    @cython.locals(room=PipeRoom)
    cdef object watch_writer(self, WriteBuffer queue)
    @cython.locals(queue=WriteBuffer)
    cdef object write_ready(self)
    cdef bint has_queued(self) except -1
    cdef object drop_queued(self)


cdef class PipeRoom(Runnable):
    cdef WritePipeTransport _transport

    cdef object run(self)


cdef str _state(WritePipeTransport transport)
