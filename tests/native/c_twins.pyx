"""Shows Python the inline C functions of `plait.native`: a class a module, a function a function."""

from plait.native cimport aside as c_aside
from plait.native cimport attributes as c_attributes
from plait.native cimport batch as c_batch
from plait.native cimport borrowed as c_borrowed
from plait.native cimport bound_methods as c_bound_methods
from plait.native cimport calling as c_calling
from plait.native cimport clocks as c_clocks
from plait.native cimport collector as c_collector
from plait.native cimport contexts as c_contexts
from plait.native cimport coroutine as c_coroutine
from plait.native cimport deques as c_deques
from plait.native cimport epolling as c_epolling
from plait.native cimport frame as c_frame
from plait.native cimport heap as c_heap
from plait.native cimport iteration as c_iteration
from plait.native cimport lifetime as c_lifetime
from plait.native cimport locks as c_locks
from plait.native cimport messages as c_messages
from plait.native cimport methods as c_methods
from plait.native cimport octets as c_octets
from plait.native cimport plain_calls as c_plain_calls
from plait.native cimport pool as c_pool
from plait.native cimport sharing as c_sharing
from plait.native cimport sockets as c_sockets
from plait.native cimport thread as c_thread
from plait.native cimport thread_value as c_thread_value
from plait.native cimport wakeup as c_wakeup
from plait.native cimport window as c_window


class aside:
    @staticmethod
    def set_aside():
        return c_aside.set_aside()

    @staticmethod
    def take_up(aside):
        c_aside.take_up(aside)


class attributes:
    @staticmethod
    def allow(kind, base):
        c_attributes.allow(kind, base)

    @staticmethod
    def forget(Open owner):
        c_attributes.forget(owner._attributes)
        owner._attributes = NULL


cdef class Closed:
    """It has the attributes that it declares, and no others."""


cdef class Open(Closed):
    """It has any attribute."""
    cdef void* _attributes
    cdef object __weakref__
    cdef object declared

    def __dealloc__(self):
        c_attributes.forget(self._attributes)


c_attributes.allow(Open, Closed)


class batch:
    @staticmethod
    def look_at(list items, Py_ssize_t index):
        return c_batch.look_at(items, index)

    @staticmethod
    def take(list items, Py_ssize_t index):
        return c_batch.take(items, index)

    @staticmethod
    def pour(list items, Py_ssize_t start, list others):
        c_batch.pour(items, start, others)


cdef class Loan:
    cdef void* reference


class borrowed:
    @staticmethod
    def nobody():
        loan = Loan()
        (<Loan>loan).reference = c_borrowed.nobody()
        return loan

    @staticmethod
    def lend(thing):
        loan = Loan()
        (<Loan>loan).reference = c_borrowed.lend(thing)
        return loan

    @staticmethod
    def lender(Loan loan):
        return c_borrowed.lender(loan.reference)

    @staticmethod
    def note(thing):
        loan = Loan()
        (<Loan>loan).reference = c_borrowed.note(thing)
        return loan

    @staticmethod
    def noted(Loan loan):
        return c_borrowed.noted(loan.reference)


class bound_methods:
    @staticmethod
    def reuse(kind, name):
        c_bound_methods.reuse(kind, name)


class calling:
    @staticmethod
    def call(function, tuple args, context):
        return c_calling.call(function, args, context)

    @staticmethod
    def call_one(function, arg, context):
        return c_calling.call_one(function, arg, context)

    @staticmethod
    def call_with(function, arg):
        return c_calling.call_with(function, arg)

    @staticmethod
    def attempt(function, tuple args, context):
        return c_calling.attempt(function, args, context)

    @staticmethod
    def is_method_of(callable, function, kind):
        return c_calling.is_method_of(callable, function, kind)


class clocks:
    @staticmethod
    def monotonic():
        return c_clocks.monotonic()

    @staticmethod
    def coarse():
        return c_clocks.coarse()


class collector:
    @staticmethod
    def skip(thing):
        c_collector.skip(thing)

    @staticmethod
    def is_skipped(thing):
        return bool(c_collector.is_skipped(thing))

    @staticmethod
    def visit(thing):
        c_collector.visit(thing)


class contexts:
    @staticmethod
    def copy_current():
        return c_contexts.copy_current()


class coroutine:
    @staticmethod
    def resume(coro, context, list cell):
        return c_coroutine.resume(coro, context, cell)

    @staticmethod
    def throw(coro, context, error, list cell):
        return c_coroutine.throw(coro, context, error, cell)


cdef class Room:
    cdef void* space


class epolling:
    @staticmethod
    def open_handle():
        return c_epolling.open_handle()

    @staticmethod
    def close_handle(int handle):
        c_epolling.close_handle(handle)

    @staticmethod
    def handle_descriptor(int handle):
        return c_epolling.handle_descriptor(handle)

    @staticmethod
    def add(int handle, int fd, unsigned int mask):
        c_epolling.add(handle, fd, mask)

    @staticmethod
    def change(int handle, int fd, unsigned int mask):
        c_epolling.change(handle, fd, mask)

    @staticmethod
    def arm(int handle, int fd, unsigned int mask):
        c_epolling.arm(handle, fd, mask)

    @staticmethod
    def remove(int handle, int fd):
        c_epolling.remove(handle, fd)

    @staticmethod
    def make_room(int count):
        room = Room()
        (<Room>room).space = c_epolling.make_room(count)
        return room

    @staticmethod
    def free_room(Room room):
        c_epolling.free_room(room.space)

    @staticmethod
    def wait(int handle, double timeout, Room room, int count):
        return c_epolling.wait(handle, timeout, room.space, count)

    @staticmethod
    def descriptor(Room room, int index):
        return c_epolling.descriptor(room.space, index)

    @staticmethod
    def readiness(Room room, int index):
        return c_epolling.readiness(room.space, index)


class frame:
    @staticmethod
    def caller_code():
        return c_frame.caller_code()

    @staticmethod
    def caller_instruction():
        return c_frame.caller_instruction()


class iteration:
    @staticmethod
    def stop(value):
        next(Ending(value))

    @staticmethod
    def await_itself(kind, must_wait, take):
        raise NotImplementedError("both are C functions: see Awaited")


cdef class Awaited:
    """It is awaited while it is not ready, then gives a value, or raises the value that is an exception."""
    cdef public object ready
    cdef object value

    def __init__(self, value):
        self.value = value
        self.ready = False

    def __await__(self):
        while not self.ready:
            yield self
        return awaited_take(self)


cdef bint awaited_must_wait(object awaited) except -1:
    ready = (<Awaited>awaited).ready
    if isinstance(ready, BaseException):
        raise ready
    return not ready


cdef object awaited_take(object awaited):
    value = (<Awaited>awaited).value
    if isinstance(value, BaseException):
        raise value
    return value


c_iteration.await_itself(Awaited, awaited_must_wait, awaited_take)


cdef class Ending:
    """An iterator that ends at once, with a value."""
    cdef object value

    def __init__(self, value):
        self.value = value

    def __await__(self):
        return self

    def __iter__(self):
        return self

    def __next__(self):
        c_iteration.stop(self.value)
        raise StopIteration


cdef class Mortal:
    """Calls a function when it is freed."""
    cdef object farewell

    def __init__(self, farewell):
        self.farewell = farewell

    def __dealloc__(self):
        self.farewell()


class lifetime:
    @staticmethod
    def call_when_freed(kind):
        c_lifetime.call_when_freed(kind)

    @staticmethod
    def is_interpreter_ending():
        return bool(c_lifetime.is_interpreter_ending())

    @staticmethod
    def keep_for_good(thing):
        c_lifetime.keep_for_good(thing)

    @staticmethod
    def ignore(error, place):
        c_lifetime.ignore(error, place)

    @staticmethod
    def is_held(thing, Py_ssize_t known):
        return bool(c_lifetime.is_held(thing, known))


class locks:
    @staticmethod
    def is_implied():
        return bool(c_locks.is_implied())

    @staticmethod
    def make():
        room = Room()
        (<Room>room).space = c_locks.make()
        return room

    @staticmethod
    def acquire(Room room):
        c_locks.acquire(room.space)

    @staticmethod
    def release(Room room):
        c_locks.release(room.space)

    @staticmethod
    def free(Room room):
        c_locks.free(room.space)


class octets:
    @staticmethod
    def part(bytes data, Py_ssize_t start, Py_ssize_t stop):
        return c_octets.part(data, start, stop)

    @staticmethod
    def find(bytes data, bytes sought, Py_ssize_t start):
        return c_octets.find(data, sought, start)


class deques:
    @staticmethod
    def append(items, item):
        c_deques.append(items, item)

    @staticmethod
    def popleft(items):
        return c_deques.popleft(items)

    @staticmethod
    def pop_runnable(items):
        return c_deques.pop_runnable(items)


cdef class Keys:
    cdef void* block


class heap:
    @staticmethod
    def make():
        keys = Keys()
        (<Keys>keys).block = c_heap.make()
        return keys

    @staticmethod
    def push(Keys keys, list items, double time, unsigned long long order, item):
        keys.block = c_heap.push(keys.block, items, time, order, item)
        return keys

    @staticmethod
    def first_time(Keys keys):
        return c_heap.first_time(keys.block)

    @staticmethod
    def pop(Keys keys, list items):
        return c_heap.pop(keys.block, items)

    @staticmethod
    def take_due(Keys keys, list items, double time):
        return c_heap.take_due(keys.block, items, time)

    @staticmethod
    def pop_last(Keys keys, list items):
        return c_heap.pop_last(keys.block, items)

    @staticmethod
    def free(Keys keys):
        c_heap.free(keys.block)
        keys.block = NULL


class methods:
    @staticmethod
    def guard(kind):
        """See `Guarded`."""


cdef class Guarded:
    """Its methods refuse what is not one."""

    def alone(self):
        return "alone"

    def with_one(self, value):
        return value

    def with_any(self, first, *rest, last=None):
        return first, rest, last

    async def later(self):
        return "later"


c_methods.guard(Guarded)


class plain_calls:
    @staticmethod
    def take_one(kind, base, plain):
        """See `Callee`."""

    @staticmethod
    def mark(field):
        """See `Callee`."""

    @staticmethod
    def take_first(function, plain):
        """See `called`."""

    @staticmethod
    def take_in_context(function, plain):
        """See `Caller`."""


cdef class Callee(Closed):
    """Tells what it was called with."""
    cdef void* _vectorcall

    def __cinit__(self):
        c_plain_calls.mark(self._vectorcall)

    def __call__(self, *values, **named):
        return values, named


cdef object _call_one(object callee, object value):
    return (value,), {}


def called(first, /, *rest, **named):
    """What it was called with."""
    return first, rest, named


cdef object _call_first(object first, object rest):
    if first == "wrong":
        raise ValueError(rest)
    return first, rest, {}


c_plain_calls.take_one(Callee, Closed, _call_one)
c_plain_calls.take_first(called, _call_first)


cdef class Caller:
    """Tells what its method was called with."""

    def call(self, first, *rest, context=None, other=None):
        return first, rest, context, other


cdef object _call_in_context(object caller, object first, object context):
    if first == "wrong":
        raise ValueError(())
    return first, (), context, None


c_plain_calls.take_in_context(Caller.__dict__["call"], _call_in_context)


class pool:
    @staticmethod
    def new(kind):
        return c_pool.new(kind)

    @staticmethod
    def keep_freed(kind):
        c_pool.keep_freed(kind)

    @staticmethod
    def new_unseen(kind):
        return c_pool.new_unseen(kind)

    @staticmethod
    def keep_freed_if_set(kind, place):
        """See `Flagged`."""

    @staticmethod
    def place(thing, field):
        """See `Flagged`."""

    @staticmethod
    def keep_freed_if(kind, is_spent):
        raise NotImplementedError("the question is a C function: see Mourned")


cdef class Pooled:
    """Its memory is kept when it is freed."""
    cdef public object thing
    cdef public int number
    cdef object __weakref__


c_pool.keep_freed(Pooled)


class messages:
    @staticmethod
    def receive_bytes(sock, int fd, Py_ssize_t most):
        return c_messages.receive_bytes(sock, fd, most)

    @staticmethod
    def receive_part(sock, int fd, bytearray room, Py_ssize_t most):
        return c_messages.receive_part(sock, fd, room, most)

    @staticmethod
    def receive_into(sock, int fd, buffer):
        return c_messages.receive_into(sock, fd, buffer)

    @staticmethod
    def receive_from(sock, int fd, bytearray room, Py_ssize_t most):
        return c_messages.receive_from(sock, fd, room, most)

    @staticmethod
    def receive_from_into(sock, int fd, buffer, Py_ssize_t most):
        return c_messages.receive_from_into(sock, fd, buffer, most)

    @staticmethod
    def receive_batch(sock, int fd, bytearray room, Py_ssize_t most):
        return c_messages.receive_batch(sock, fd, room, most)

    @staticmethod
    def send_to(sock, int fd, int family, data, address):
        return c_messages.send_to(sock, fd, family, data, address)


cdef class Mourned:
    """Its last words are heard, if it has any."""
    cdef public object last_words

    def __del__(self):
        self.last_words()


cdef bint is_silent(object mourned) noexcept:
    cdef Mourned own = mourned
    return own.last_words is None


c_pool.keep_freed_if(Mourned, is_silent)


cdef class Flagged:
    """Its last words are heard unless its flag is set."""
    cdef public object last_words
    cdef public int flag

    def __del__(self):
        self.last_words()


cdef Py_ssize_t flag_place() except -1:
    cdef Flagged some = Flagged()
    some.last_words = int
    return c_pool.place(some, some.flag)


c_pool.keep_freed_if_set(Flagged, flag_place())


class sockets:
    @staticmethod
    def would_block():
        return c_sockets.would_block()

    @staticmethod
    def receive(sock, int fd, bytearray room):
        return c_sockets.receive(sock, fd, room)

    @staticmethod
    def receive_into(sock, int fd, buffer):
        return c_sockets.receive_into(sock, fd, buffer)

    @staticmethod
    def send(sock, int fd, data):
        return c_sockets.send(sock, fd, data)

    @staticmethod
    def send_vector(sock, int fd, list chunks, Py_ssize_t first, Py_ssize_t offset):
        return c_sockets.send_vector(sock, fd, chunks, first, offset)

    @staticmethod
    def accept(sock, int fd):
        return c_sockets.accept(sock, fd)


class thread:
    @staticmethod
    def ident():
        return c_thread.ident()


class thread_value:
    @staticmethod
    def get():
        return c_thread_value.get()

    @staticmethod
    def put(value):
        c_thread_value.put(value)


class wakeup:
    @staticmethod
    def signal(int fd):
        c_wakeup.signal(fd)

    @staticmethod
    def drain(int fd):
        c_wakeup.drain(fd)


class window:
    @staticmethod
    def first(bytearray block, Py_ssize_t count):
        return c_window.first(block, count)

    @staticmethod
    def room(Py_ssize_t size):
        return c_window.room(size)

    @staticmethod
    def whole(room):
        return c_window.whole(room)

    @staticmethod
    def filled(room, Py_ssize_t count):
        return c_window.filled(room, count)


cdef class Sharing:
    cdef void* state

    def __init__(self):
        self.state = c_sharing.make()

    def __dealloc__(self):
        c_sharing.free(self.state)


class sharing:
    make = Sharing

    @staticmethod
    def can_share():
        return c_sharing.can_share()

    @staticmethod
    def free(Sharing sharing):
        c_sharing.free(sharing.state)
        sharing.state = NULL

    @staticmethod
    def begin(Sharing sharing):
        c_sharing.begin(sharing.state)

    @staticmethod
    def end(Sharing sharing):
        c_sharing.end(sharing.state)

    @staticmethod
    def forget(Sharing sharing):
        c_sharing.forget(sharing.state)

    @staticmethod
    def snapshot(Sharing sharing):
        return c_sharing.snapshot(sharing.state)

    @staticmethod
    def borrowed_by(Sharing sharing, borrower, snapshot):
        return c_sharing.borrowed_by(sharing.state, borrower, snapshot)

    @staticmethod
    def has_kept(Sharing sharing):
        return c_sharing.has_kept(sharing.state)

    @staticmethod
    def take_kept(Sharing sharing):
        return c_sharing.take_kept(sharing.state)

    @staticmethod
    def attempt(Sharing sharing, borrower, snapshot, function, args):
        return c_sharing.attempt(sharing.state, borrower, snapshot, function, args)

    @staticmethod
    def resume(Sharing sharing, borrower, snapshot, coro, cell):
        return c_sharing.resume(sharing.state, borrower, snapshot, coro, cell)

    @staticmethod
    def throw(Sharing sharing, borrower, snapshot, coro, error, cell):
        return c_sharing.throw(sharing.state, borrower, snapshot, coro, error, cell)


cdef class Door:
    """Tells who came in and how they left."""
    cdef object __weakref__
    cdef public object seen

    def __aenter__(self):
        """Come in."""
        self.seen = "in"
        return self

    def __aexit__(self, kind, error, traceback):
        self.seen = kind, error
        return self


c_bound_methods.reuse(Door, "__aenter__")
c_bound_methods.reuse(Door, "__aexit__")
