cimport cython

from plait.native cimport deques, locks, methods, pool
from plait.sync.mutex cimport Mutex
from plait.sync.waiter_queue cimport Waiter, WaiterQueue
from plait.tasks cimport operation
from plait.tasks.future cimport Future


cdef class Queue:
    cdef object __weakref__
    cdef public object _queue
    cdef readonly WaiterQueue _getters
    cdef readonly WaiterQueue _putters
    cdef WaiterQueue _finished
    cdef object _maximum
    cdef double _limit
    cdef public Py_ssize_t _unfinished_tasks
    cdef Py_ssize_t _kept_items
    cdef Py_ssize_t _kept_places
    cdef public bint _is_shutdown

    cpdef object _init(self, object maxsize)
    cpdef object _get(self)
    cpdef object _put(self, object item)
    cpdef Py_ssize_t qsize(self) except -1
    cpdef bint empty(self) except -1
    cpdef bint full(self) except -1
    @cython.locals(operation=Put)
    @cython.final
    cdef Put _make_put(self, object item)
    @cython.locals(operation=Get)
    @cython.final
    cdef Get _make_get(self)
    @cython.locals(operation=Join)
    @cython.final
    cdef Join _make_join(self)
    @cython.final
    cdef object store(self, object item)
    @cython.locals(getter=Get)
    @cython.final
    cdef object keep_item(self)
    @cython.final
    @cython.locals(is_full=bint)
    cdef bint has_place(self) except -1
    @cython.final
    cdef bint has_item(self) except -1
    @cython.final
    cdef object take(self)
    @cython.final
    cdef object offer_item(self)
    @cython.locals(putter=Put)
    @cython.final
    cdef object offer_place(self)
    @cython.final
    cdef object count_down(self, Py_ssize_t items)
    cdef object _put_at_once(self, object item)
    cdef object _take_at_once(self)
    cdef object _finish_one(self)
    @cython.locals(mutex=Mutex)
    cpdef Mutex share(self)
    @cython.locals(mutex=Mutex, has_place=bint)
    cdef bint put_if_place(self, object item) except -1
    @cython.locals(mutex=Mutex)
    cdef object take_if_item(self, object nothing)


cdef class Put(Waiter):
    cdef Queue _target
    cdef object _item
    cdef bint _kept

    cdef WaiterQueue home(self)
    @cython.locals(queue=Queue)
    cdef Future start(self)
    @cython.locals(queue=Queue)
    cdef Future resumed(self)
    cdef object _take_kept(self)
    cdef object give_back(self)


cdef class Get(Waiter):
    cdef Queue _source
    cdef bint _kept

    cdef WaiterQueue home(self)
    @cython.locals(queue=Queue)
    cdef Future start(self)
    @cython.locals(queue=Queue)
    cdef Future resumed(self)
    cdef object _take_kept(self)
    cdef object give_back(self)


cdef class Join(Waiter):
    cdef Queue _source

    cdef WaiterQueue home(self)
    @cython.locals(queue=Queue)
    cdef Future start(self)
