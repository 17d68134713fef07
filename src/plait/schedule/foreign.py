"""The one fallback that lets plait's futures and tasks live on a loop that is not plait's."""

from __future__ import annotations

import asyncio
from asyncio import tasks as asyncio_tasks
from typing import TYPE_CHECKING, Any

from plait.native import thread
from plait.schedule import running
from plait.schedule.scheduler import Scheduler
from plait.schedule.timer import TimerHolder

if TYPE_CHECKING:
    from plait.base.runnable import Runnable
    from plait.schedule.timer import Timer


def scheduler_of(loop: Any) -> Scheduler:
    """The scheduler of any loop: the loop itself when it is plait's."""
    if isinstance(loop, Scheduler):
        return loop
    attributes = getattr(loop, "__dict__", None)
    if attributes is None:
        return ForeignScheduler(loop)
    scheduler = attributes.get("_plait_scheduler")
    if scheduler is None:
        scheduler = attributes["_plait_scheduler"] = ForeignScheduler(loop)
    scheduler.refresh()
    return scheduler  # type: ignore[no-any-return]


def current_scheduler() -> Scheduler:
    """The scheduler of the loop that runs in this thread; RuntimeError when none does."""
    scheduler = running.running_scheduler()
    return scheduler_of(asyncio.get_running_loop()) if scheduler is None else scheduler


def choose_scheduler(loop: Any) -> Scheduler:
    """The scheduler of `loop`; when that is None, of the running or the current loop."""
    if loop is not None:
        return scheduler_of(loop)
    scheduler = running.running_scheduler()
    return scheduler_of(asyncio.get_event_loop()) if scheduler is None else scheduler


def current_loop() -> Any:
    """The loop that runs in this thread; RuntimeError when none does."""
    return current_scheduler().loop()


def choose_loop(loop: Any = None) -> Any:
    """`loop`; when that is None, the running or the current loop."""
    return choose_scheduler(loop).loop()


def runs_here(loop: Any) -> bool:
    """Whether this thread runs `loop`, be it that another one runs inside it, so that to wait here is to wait for ever."""
    if scheduler_of(loop).is_running_here():
        return True
    return getattr(loop, "_thread_id", None) == thread.ident()


class ForeignScheduler(Scheduler):
    """Speaks to another loop through its public methods."""

    __slots__ = ("_foreign", "_set_aside")

    def __init__(self, loop: Any) -> None:
        if not hasattr(loop, "get_debug"):
            raise TypeError(f"an event loop was expected as loop, got {loop!r}: leave it out to use the running one")
        Scheduler.__init__(self)
        self._foreign = loop
        self._set_aside: list[tuple[Any, Any]] = []
        self._sleeping = True  # nobody tells when it does
        self.refresh()

    def refresh(self) -> None:
        """Take over the debug mode of the loop."""
        self._debug = self._foreign.get_debug() is True

    def loop(self) -> Any:
        return self._foreign

    def push(self, runnable: Runnable) -> None:
        self._foreign.call_soon(_Turn(runnable))

    def push_threadsafe(self, runnable: Runnable) -> None:
        self._foreign.call_soon_threadsafe(_Turn(runnable))

    def is_foreign_thread(self) -> bool:
        owner = getattr(self._foreign, "_thread_id", None)
        return isinstance(owner, int) and owner != thread.ident()

    def is_running_here(self) -> bool:
        return asyncio._get_running_loop() is self._foreign

    def start_timer(self, timer: Timer) -> None:
        timer._holder = _ForeignTimer(self._foreign.call_at(timer.when(), _Turn(timer)))

    def now(self) -> float:
        return self._foreign.time()  # type: ignore[no-any-return]

    def is_past(self, when: float) -> bool:
        return when <= self.now()

    def enter_task(self, task: Any) -> None:
        """Set aside the task that runs on the loop, plait's or not: this one begins eagerly, in the midst of it."""
        if task is None or task is self._current_task:
            return
        outer = asyncio_tasks.current_task(self._foreign)
        if outer is not None:
            asyncio_tasks._leave_task(self._foreign, outer)
        asyncio_tasks._enter_task(self._foreign, task)
        self._set_aside.append((self._current_task, outer))
        self._current_task = task

    def leave_task(self) -> None:
        asyncio_tasks._leave_task(self._foreign, self._current_task)
        self._current_task, outer = self._set_aside.pop()
        if outer is not None:
            asyncio_tasks._enter_task(self._foreign, outer)

    def adopt_task(self, task: Any) -> None:
        Scheduler.adopt_task(self, task)
        asyncio_tasks._register_task(task)


class _Turn:
    """A runnable as the plain callable that any loop can call."""

    __slots__ = ("_runnable",)

    def __init__(self, runnable: Runnable) -> None:
        self._runnable = runnable

    def __call__(self) -> None:
        try:
            self._runnable.run()
        finally:
            self = None  # type: ignore[assignment]  # an exception that was caught inside holds this frame

    def __repr__(self) -> str:
        return repr(self._runnable)


class _ForeignTimer(TimerHolder):
    """Cancels the foreign loop's handle together with our timer."""

    __slots__ = ("_handle",)

    def __init__(self, handle: Any) -> None:
        self._handle = handle

    def forget(self, timer: Timer) -> None:
        handle = self._handle
        timer._holder = None  # which may have been the last to hold self
        handle.cancel()
