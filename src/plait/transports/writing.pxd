cimport cython

from plait.base.runnable cimport Runnable
from plait.native cimport methods
from plait.transports cimport write_buffer
from plait.transports.flow_control cimport FlowControl
from plait.transports.write_buffer cimport WriteBuffer

cdef Py_ssize_t _SILENT_LOST_WRITES
cdef Py_ssize_t _MOST_CORKED
cdef Py_ssize_t _LONGEST_VECTOR
cdef Py_ssize_t _CROWD


cdef class WritingTransport(FlowControl):
    cdef object _empty_waiter
    cdef WriteBuffer _queue
    cdef WriteBuffer _spare
    cdef Py_ssize_t _lost_writes
    cdef readonly bint _eof
    cdef bint _corked
    cdef bint _gathers
    cdef Py_ssize_t _written_in

    cdef object begin_writing(self)
    cdef Py_ssize_t send(self, object data) except -1
    cdef Py_ssize_t send_vector(self, WriteBuffer queue) except -1
    cdef object finish_writing(self)
    @cython.locals(size=Py_ssize_t, sent=Py_ssize_t)
    cpdef object write(self, object data)
    @cython.locals(size=Py_ssize_t)
    cdef object write_more(self, object data)
    @cython.locals(turn=Py_ssize_t)
    cdef object note_written(self)
    cdef object cork(self)
    cdef object end_turn(self)
    @cython.locals(queue=WriteBuffer)
    cdef object uncork(self)
    cdef bint holds_much(self) except -1
    cpdef object _force_close(self, object error)
    @cython.locals(chunks=WriteBuffer)
    cpdef object writelines(self, object list_of_data)
    cdef bint may_write(self, Py_ssize_t size) except -1
    @cython.locals(sent=Py_ssize_t)
    cdef bint send_queued(self, WriteBuffer queue) except -1
    @cython.locals(writer=WriteReady)
    cdef object watch_writer(self, WriteBuffer queue)
    @cython.locals(queue=WriteBuffer)
    cdef object write_ready(self)
    cdef object nothing_left(self)
    cdef object finish_or_fail(self)
    cpdef Py_ssize_t get_write_buffer_size(self) except -1
    cdef bint has_queued(self) except -1
    cdef object drop_queued(self)
    cdef object fail_empty_waiter(self)


cdef class WriteReady(Runnable):
    cdef WritingTransport _transport

    cdef object run(self)
