"""Call this soon, call this later: the ready queue and the timers of one loop, and no I/O.

Futures and tasks know the loop by this contract only.
"""

from __future__ import annotations

from collections import deque
from math import inf
from typing import TYPE_CHECKING, Any

from plait.base import limits, numeric
from plait.base.errors import CLOSED_LOOP
from plait.native import batch, deques, pool, thread
from plait.schedule import failure
from plait.schedule.clock import Clock
from plait.schedule.handle import Handle
from plait.schedule.ready_queue import ReadyQueue
from plait.schedule.timer import Timer
from plait.schedule.timer_queue import TimerQueue

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context

    from plait.base.runnable import Runnable
    from plait.schedule.shared_context import SharedContext

_CROWD = limits.CROWD
_LEFT_TO_PARENT = (
    "This event loop ran when the process was forked, so it is the parent's: "
    "make one in the child, by asyncio.run(), plait.run() or new_event_loop()"
)


class Scheduler:
    """What runs when. A subclass turns the crank."""

    __slots__ = (
        "__weakref__",
        "_cell",
        "_clock",
        "_closed",
        "_current_task",
        "_debug",
        "_has_mail",
        "_inbox",
        "_left_to_parent",
        "_plain",
        "_put_off",
        "_ready",
        "_shared",
        "_sleeping",
        "_tasks",
        "_thread",
        "_timers",
    )

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = Clock() if clock is None else clock
        self._ready = ReadyQueue()
        self._timers = TimerQueue()
        self._shared: SharedContext | None = None  # a scheduler that knows when nobody runs may have one
        self._put_off: list[Any] = []  # what runs at the end of the turn
        self._inbox: deque[Runnable] = deque()
        self._thread = 0  # the ident of the thread that runs this; 0 while nobody does
        self._has_mail = False
        self._sleeping = False
        self._closed = False
        self._left_to_parent = False
        self._debug = False
        self._plain = False  # whether ``loop.create_task`` makes plait's own tasks and nothing else
        self._cell: list[Any] = [None, None]  # how a coroutine ended: see plait.native.coroutine
        self._current_task: Any = None
        self._tasks: set[Any] = set()

    # What futures and tasks need.

    def loop(self) -> Any:
        """The loop of which this is the scheduler."""
        return self

    def push(self, runnable: Runnable) -> None:
        """Run it in the next batch. Only on the thread of the loop."""
        if self._closed and not self._left_to_parent:
            raise self.closed_error()
        self._ready.push(runnable)

    def put_off(self, runnable: Runnable) -> None:
        """Call ``runnable.end_turn()`` before the loop waits for events. Only on the thread of the loop, while that runs."""
        self._put_off.append(runnable)

    def push_threadsafe(self, runnable: Runnable) -> None:
        """Run it in a batch soon, from whatever thread this is called; wakes the loop."""
        deques.append(self._inbox, runnable)
        self._has_mail = True
        if self._sleeping:
            self._sleeping = False  # one wake-up ends the sleep; the next sender need not make another
            self.wake_up()

    def closed_error(self) -> RuntimeError:
        """What to raise when somebody uses this and it is closed."""
        return RuntimeError(_LEFT_TO_PARENT if self._left_to_parent else CLOSED_LOOP)

    def is_foreign_thread(self) -> bool:
        """Whether the loop runs, and in another thread than this."""
        return self._thread != 0 and self._thread != thread.ident()

    def is_running_here(self) -> bool:
        """Whether the loop runs, in this thread."""
        return self._thread == thread.ident()

    def start_timer(self, timer: Timer) -> None:
        """Run `timer` when its deadline has come."""
        self._timers.add(timer)

    def now(self) -> float:
        """`time`, for compiled callers."""
        return self._clock.time()

    def is_past(self, when: float) -> bool:
        """Whether it is `when`, or later, by the clock that `now` reads."""
        return self._clock.is_past(when)

    def wake_up(self) -> None:
        """End the wait for events, if the loop waits. Callable from any thread."""
        raise NotImplementedError

    def enter_task(self, task: Any) -> None:
        """Make `task` (None: no task) what ``current_task()`` gives."""
        raise NotImplementedError

    def leave_tasks(self) -> None:
        """No task is current."""
        self.enter_task(None)

    def leave_task(self) -> None:
        """Called after each step of a task; a loop of plait's leaves it to whoever runs next to say who it is."""

    def adopt_task(self, task: Any) -> None:
        """Hold `task` until `release_task`: an unfinished task must not be garbage."""
        self._tasks.add(task)

    def release_task(self, task: Any) -> None:
        """Hold `task` no more."""
        self._tasks.discard(task)

    # asyncio's vocabulary.

    def time(self) -> float:
        """Now, in seconds of this loop's clock."""
        return self.now()

    def is_running(self) -> bool:
        """Whether a thread runs the loop."""
        return self._thread != 0

    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def is_left_to_parent(self) -> bool:
        """Whether this is a forked child's copy of a loop that runs in its parent."""
        return self._left_to_parent

    def call_soon(self, callback: Callable[..., Any], *args: Any, context: Context | None = None) -> Handle:
        """Arrange for ``callback(*args)`` to be called in the next batch, in `context` or a copy of the current one."""
        self._check(callback, "call_soon")
        handle = self._make_handle(callback, args, context)
        if self._has_mail:
            self.take_inbox()  # what this thread sent before comes first
        self._ready.push(handle)
        return handle

    def call_soon_threadsafe(self, callback: Callable[..., Any], *args: Any, context: Context | None = None) -> Handle:
        """As `call_soon`, callable from any thread and from signal handlers."""
        self._check(callback, "call_soon_threadsafe")
        handle = self._make_handle(callback, args, context)
        if self._thread == thread.ident():
            self._ready.push(handle)
            if self._sleeping:
                self.wake_up()
        else:
            if self._thread:
                handle.sink()  # one that floods the loop has its turn before the loop has its own
            self.push_threadsafe(handle)
        return handle

    def call_later(
        self, delay: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> Timer:
        """Arrange for ``callback(*args)`` to be called `delay` seconds from now."""
        if type(delay) is not float and type(delay) is not int:
            numeric.must_be_number(delay, "call_later", "a delay in seconds, then the function")
        return self._start(self._clock.time() + delay, callback, args, context, "call_later")

    def call_at(self, when: float, callback: Callable[..., Any], *args: Any, context: Context | None = None) -> Timer:
        """Arrange for ``callback(*args)`` to be called at `when`, in seconds of ``time()``."""
        if type(when) is not float:
            numeric.must_be_number(when, "call_at", "a time of the loop's clock, then the function")
        return self._start(when, callback, args, context, "call_at")

    def _make_handle(self, callback: Callable[..., Any], args: tuple[Any, ...], context: Context | None) -> Handle:
        handle = pool.new(Handle)
        handle.prepare(callback, args, self, context, self._shared)
        if self._debug:
            handle.trace_source()
        if self._thread and self._ready.size() > _CROWD:
            handle.sink()
        return handle

    def _start(
        self, when: float, callback: Callable[..., Any], args: tuple[Any, ...], context: Context | None, name: str
    ) -> Timer:
        if not when <= inf:
            raise ValueError(f"{name}() was given a time that is not a number (NaN): give seconds")
        self._check(callback, name)
        timer = pool.new(Timer)
        timer.set_deadline(when)
        timer.prepare(callback, args, self, context, self._shared)
        if self._debug:
            timer.trace_source()
        if self._thread and self._timers.is_crowd():
            timer.sink()
        self._timers.add(timer)
        return timer

    def _check(self, callback: Any, name: str) -> None:
        if self._closed:
            raise self.closed_error()
        if not callable(callback):
            raise failure.not_callable(callback, name)
        if self._debug:
            self.check_in_debug(callback, name)

    def check_in_debug(self, callback: Any, name: str) -> None:
        """What debug mode verifies about each call; may raise."""

    # What the crank does with it.

    def take_inbox(self) -> None:
        """Move what other threads pushed to the ready queue."""
        self._has_mail = False  # before looking, so that what comes meanwhile is found in the next turn
        while self._inbox:
            self._ready.push(deques.pop_runnable(self._inbox))

    def run_put_off(self) -> None:
        """Do what was put off to the end of the turn, in no particular order."""
        while self._put_off:
            runnable: Runnable = self._put_off.pop()
            runnable.end_turn()

    def fire_timers(self) -> None:
        """Make the timers that are due ready, in the order of their deadlines."""
        now = self._clock.time()
        timer = self._timers.take_due(now)
        fired = 0
        while timer is not None:
            self._ready.push(timer)
            fired += 1
            if fired == _CROWD:
                self._fire_crowd(now)
            timer = self._timers.take_due(now)

    def _fire_crowd(self, now: float) -> None:
        crowd = self._timers.take_crowd(now)
        fired = 0
        try:
            while fired < len(crowd):
                self._ready.push(batch.look_at(crowd, fired))
                fired += 1
        except BaseException:  # there is no room for more: they wait as before
            for timer in crowd[fired:]:
                self._timers.add(timer)
            raise

    def surface(self) -> None:
        """Show what waits to the garbage collector, as this may become garbage while nobody runs it."""
        self.take_inbox()
        self._timers.surface()
        for runnable in self._ready.waiting():
            if isinstance(runnable, Handle):
                handle: Handle = runnable
                handle.surface()

    def drop_ready(self) -> None:
        """Forget what is ready."""
        self._ready.clear()
        self._put_off.clear()

    def drop_everything(self) -> None:
        """Forget all callbacks and timers."""
        self.drop_ready()
        self._timers.clear()
        self._inbox.clear()
