"""Turning the crank: a scheduler that polls.

A turn is `poll_events`, `process_events`, `run_ready` and `run_put_off`; each can be called alone by whoever embeds the loop.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from plait.base import limits
from plait.loop import debugging
from plait.loop.task_list import TaskList
from plait.loop.watch_table import WatchTable
from plait.native import borrowed, clocks, pool, sharing, thread
from plait.poll.choose import with_waker
from plait.poll.poller import READABLE, WRITABLE
from plait.schedule import running
from plait.schedule.handle import Handle
from plait.schedule.shared_context import SharedContext
from plait.tasks import registry, spawn, unheard
from plait.tasks.future import Future
from plait.tasks.task import Task

if TYPE_CHECKING:
    from plait.base.runnable import Runnable
    from plait.poll.poller import Poller
    from plait.schedule.clock import Clock

_RUNS_BETWEEN_POLLS = limits.RUNS_BETWEEN_POLLS
_LONGEST_POLL = limits.LONGEST_POLL_SECONDS
_INFINITY = float("inf")


class LoopCore(TaskList):
    """The compiled part of the event loop."""

    __slots__ = (
        "_async_generators",
        "_calling",
        "_careful",
        "_children",
        "_datagram_room",
        "_exception_handler",
        "_executor",
        "_files",
        "_heard_at_once",
        "_held_back",
        "_main",
        "_nested_seconds",
        "_outer",
        "_poller",
        "_receive_room",
        "_resolver",
        "_runs",
        "_signals",
        "_stopping",
        "_task_factory",
        "_tick",
        "_waker",
        "_watches",
        "slow_callback_duration",
    )

    def __init__(self, clock: Clock | None = None, poller: Poller | None = None) -> None:
        TaskList.__init__(self, clock)
        self._closed = True  # there is nothing to close if the next line fails
        self._poller, self._waker = with_waker(poller)
        self._closed = False
        self._watches = WatchTable(self._poller)
        self._shared = SharedContext() if sharing.can_share() else None
        self._receive_room: bytearray | None = None
        self._datagram_room: bytearray | None = None
        self._stopping = False
        self._runs = 0
        self._tick = 0.0
        self._heard_at_once = 0  # events of the last poll that found any
        self._task_factory: Any = None
        self._main: Any = None  # what the outermost `run_until_complete` waits for
        self._calling: Any = borrowed.nobody()  # the callback or task that runs now, on the innermost run
        self._careful = False
        self._outer: list[Any] = []  # the callbacks and tasks in the midst of which the runs inside began
        self._held_back: list[Any] = []
        self._nested_seconds = 0.0
        self._plain = type(self).create_task is LoopCore.create_task
        registry.show_tasks_of(self)

    # Running.

    def run_turns(self) -> None:
        """Turn until `stop`."""
        self._runs = _RUNS_BETWEEN_POLLS  # the first turn polls, as asyncio's does
        try:
            self.turn()
            while not self._stopping:
                self.turn()
        finally:
            self.run_put_off()  # an interrupt may have ended the last turn

    def turn(self) -> None:
        """Wait for events if nothing is ready, fire the timers that are due, run one batch."""
        if self._has_mail:
            self.take_inbox()
        if self._must_poll():
            self.process_events(self.poll_events(self.time_to_wait()))
        if self._timers._count:
            self.fire_timers()
        self._runs += self.run_ready_carefully() if self._careful else self.run_ready()
        if self._put_off:
            self.run_put_off()

    def poll_events(self, timeout: float) -> int:
        """Wait at most `timeout` seconds (below 0: for ever) and return how many descriptors are ready."""
        self._runs = 0
        self._tick = clocks.coarse()
        if self._shared is not None:
            self._shared.forget()
        if timeout == 0:
            return self._poller.wait(0)
        self.enter_task(None)
        self._sleeping = True
        try:
            return self._poller.wait(0 if self._has_mail else timeout)
        finally:
            self._sleeping = False

    def process_events(self, count: int) -> None:
        """Make ready what waited for the events of the last poll."""
        wake_fd = self._waker.descriptor()
        if count:
            self._heard_at_once = count
        for index in range(count):
            fd = self._poller.descriptor(index)
            if fd == wake_fd:
                self._waker.drain()
            else:
                self._watches.push_ready(fd, self._poller.readiness(index), self._ready)
        if self._has_mail:
            self.take_inbox()

    def run_ready(self) -> int:
        """Run one batch and return how many ran."""
        ready = self._ready
        count = ready.begin()
        while ready._head != ready._end:
            runnable = ready.take()
            if self._current_task is not None and not isinstance(runnable, Task) and not runnable.is_quiet():
                self.enter_task(None)
            self._calling = borrowed.note(runnable)
            runnable.run()
            self._calling = borrowed.nobody()
        return count

    def run_ready_carefully(self) -> int:
        """`run_ready` of debug mode, which reports what took long, and of nested runs, which hold back what they are in."""
        ready = self._ready
        count = ready.begin()
        while ready._head != ready._end:
            runnable = ready.take()
            if self._outer and self._hold_back(runnable):
                continue
            if self._current_task is not None and not isinstance(runnable, Task):
                self.enter_task(None)
            began = self._clock.time() - self._nested_seconds
            self._calling = borrowed.note(runnable)
            runnable.run()
            self._calling = borrowed.nobody()
            if self._debug:
                debugging.report_if_slow(self, runnable, self._clock.time() - self._nested_seconds - began)
        return count

    def _hold_back(self, runnable: Runnable) -> bool:
        """Whether it is one of those in the midst of which this runs, and so has to wait until it has returned."""
        for outer in self._outer:
            if outer is runnable:
                if not self._watches.hold(runnable):
                    self._held_back.append(runnable)
                return True
        return False

    def time_to_wait(self) -> float:
        """How long the loop may sleep, in seconds; below 0: until something happens."""
        if self._stopping or not self._ready.is_empty():
            return 0
        deadline = self._timers.next_deadline()
        if deadline == _INFINITY:
            return -1
        wait = deadline - self._clock.time()
        if wait <= 0:
            return 0
        return wait if wait < _LONGEST_POLL else _LONGEST_POLL

    def _must_poll(self) -> bool:
        """Ready callbacks go first, but neither for many of them nor for long may they keep events waiting."""
        if self._ready.is_empty() or self._runs >= _RUNS_BETWEEN_POLLS:
            return True
        return self._watches._count > 0 and clocks.coarse() != self._tick

    def stop(self) -> None:
        """End `run_forever`, and all runs inside it, after the current batch."""
        self._stopping = True

    def wake_up(self) -> None:
        """End the wait for events. Callable from any thread and from signal handlers."""
        self._waker.wake()

    def enter_task(self, task: Any) -> None:
        if task is not self._current_task:
            self._current_task = task
            registry.announce(self, task)

    # Futures and tasks.

    def create_future(self) -> Any:
        """A new future of this loop."""
        return self._make_future()

    def _make_future(self) -> Future:
        future = pool.new(Future)
        future.begin(self)
        return future

    def create_task(self, coro: Any, *, name: Any = None, context: Any = None, eager_start: Any = None) -> Any:
        """Run `coro` concurrently. See `asyncio.loop.create_task`."""
        if self._closed:
            raise self.closed_error()
        if self._task_factory is None:
            return spawn.spawn(self, coro, name, context, bool(eager_start))
        return spawn.spawn_by_factory(self, self._task_factory, coro, name, context, eager_start)

    def set_task_factory(self, factory: Any) -> None:
        """Have ``factory(loop, coro, **options)`` make the tasks; None: plait's own."""
        if factory is not None and not callable(factory):
            raise TypeError("task factory must be a callable or None")
        self._task_factory = factory
        self._plain = factory is None and type(self).create_task is LoopCore.create_task

    def get_task_factory(self) -> Any:
        """What `set_task_factory` was given."""
        return self._task_factory

    # Descriptors.

    def set_reader(self, fd: int, callback: Any, args: tuple[Any, ...]) -> Handle:
        """Call ``callback(*args)`` whenever `fd` is readable."""
        self._check(callback, "add_reader")
        self.check_no_transport(fd)
        handle = Handle(callback, args, self)
        _cancel(self._watches.set_reader(fd, handle))
        return handle

    def set_writer(self, fd: int, callback: Any, args: tuple[Any, ...]) -> Handle:
        """Call ``callback(*args)`` whenever `fd` is writable."""
        self._check(callback, "add_writer")
        self.check_no_transport(fd)
        handle = Handle(callback, args, self)
        _cancel(self._watches.set_writer(fd, handle))
        return handle

    def unset_reader(self, fd: int) -> bool:
        """Undo `set_reader`; returns whether there was one."""
        self.check_no_transport(fd)
        return not self._closed and _cancel(self._watches.set_reader(fd, None))

    def unset_writer(self, fd: int) -> bool:
        """Undo `set_writer`; returns whether there was one."""
        self.check_no_transport(fd)
        return not self._closed and _cancel(self._watches.set_writer(fd, None))

    def check_no_transport(self, fd: int) -> None:
        """Raise if `fd` is the descriptor of a transport, which reads it and writes to it alone."""
        self.check_free(fd, READABLE | WRITABLE)

    def check_free(self, fd: int, halves: int) -> None:
        """Raise if a transport reads `fd`, writes to it, or does either, as the bits of `halves` say."""
        for transport in self._watches.sharers(fd):
            if transport._halves() & halves and not transport.is_closing():
                raise RuntimeError(
                    f"File descriptor {fd!r} is used by transport {transport!r}: "
                    "call the methods of the transport, or give the loop a duplicate of the socket (socket.dup())"
                )

    def await_readable(self, fd: int, future: Future) -> None:
        """Finish `future` the next time that `fd` is readable."""
        if self._watches.is_lent(fd):
            self.check_no_transport(fd)
        self._watches.await_readable(fd, future)

    def await_writable(self, fd: int, future: Future) -> None:
        """Finish `future` the next time that `fd` is writable."""
        if self._watches.is_lent(fd):
            self.check_no_transport(fd)
        self._watches.await_writable(fd, future)

    def transports(self) -> list[Any]:
        """The transports of this loop that have a descriptor."""
        return self._watches.owners()

    def receive_room(self) -> bytearray:
        """Where bytes that are received land before they are copied out: one room for all, as each is read at a time."""
        if self._receive_room is None:
            self._receive_room = bytearray(limits.RECEIVE_ROOM_BYTES)
            bytes(limits.LARGEST_HEAP_BLOCK_BYTES)  # the C library takes the size of what is freed as a measure
        return self._receive_room

    def datagram_room(self) -> bytearray:
        """Where datagrams that are received land, each in its share."""
        if self._datagram_room is None:
            self._datagram_room = bytearray(limits.DATAGRAMS_A_TURN * limits.DATAGRAM_ROOM_BYTES)
        return self._datagram_room

    def push_handle(self, handle: Handle) -> None:
        """Make a handle ready."""
        self._ready.push(handle)

    # Debug mode.

    def get_debug(self) -> bool:
        """Whether debug mode is on."""
        return self._debug

    def set_debug(self, enabled: bool) -> None:
        """Switch debug mode: more checks, stacks of origin, reports of slow callbacks."""
        self._debug = bool(enabled)
        self._careful = self._debug or len(self._outer) > 0

    def check_callback(self, callback: Any, name: str) -> None:
        """What `call_soon` checks of a callback, for the other functions that take one."""
        self._check(callback, name)

    def check_in_debug(self, callback: Any, name: str) -> None:
        debugging.check_call(callback, name, self._thread)

    # Beginning and ending a run.

    def begin_run(self) -> None:
        """This thread runs the loop from now on."""
        self._thread = thread.ident()
        if self._shared is not None:
            self._shared.begin()
        asyncio._set_running_loop(self)  # type: ignore[arg-type]
        running.set_running_scheduler(self)

    def end_run(self) -> None:
        """Nobody runs the loop."""
        self._stopping = False
        self._calling = borrowed.nobody()
        self.enter_task(None)
        self._thread = 0
        asyncio._set_running_loop(None)
        running.set_running_scheduler(None)
        if self._shared is not None:
            self._shared.end()
        self.surface()

    # In a forked child.

    def leave_to_parent(self) -> None:
        """This loop ran when the process was forked: here nothing of it runs any more, and nobody can use it."""
        if self._thread == thread.ident():
            registry.forget_current(self)
        self.surface()
        self._thread, self._current_task = 0, None
        self._closed = self._left_to_parent = self._stopping = True
        self.drop_ready()
        self._poller.reopen()
        self._waker.reopen()

    def go_on_apart(self) -> None:
        """This loop did not run: child and parent each have it, and are to share nothing that the system keeps."""
        self._poller.reopen()
        self._waker.reopen()
        self._poller.watch(self._waker.descriptor(), READABLE)
        self._watches.watch_again()

    def release(self) -> None:
        """Close the descriptors and forget what waits."""
        self._closed = True
        self.drop_everything()
        while self._newest_task is not None:
            unheard.note(self._newest_task)
            self.release_task(self._newest_task)
        self._watches.clear()
        self._poller.close()
        self._waker.close()


def _cancel(runnable: Runnable | None) -> bool:
    if isinstance(runnable, Handle):
        runnable.cancel()
    return runnable is not None
