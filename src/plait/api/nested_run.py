"""Runs inside a run: on the loop that runs already, or on another one while that is set aside."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

from plait.api.event_loop import EventLoop, new_event_loop
from plait.api.interrupts import NestedInterrupts, OwnLoopInterrupts
from plait.api.runner import Runner, as_coroutine
from plait.base import limits
from plait.loop import nesting
from plait.loop.inner_run import InnerRun
from plait.schedule import running
from plait.tasks import registry
from plait.tasks.spawn import ensure_future

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def run(main: Any, debug: bool | None, loop_factory: Callable[[], asyncio.AbstractEventLoop] | None) -> Any:
    """What ``plait.run(main)`` does in a thread that runs a loop."""
    _need_room(limits.FRAMES_TO_TURN)
    coro = as_coroutine(main)
    loop: Any = asyncio._get_running_loop()
    if loop_factory is None and isinstance(loop, EventLoop):
        with _debug_mode(loop, debug):
            return run_inside(loop, coro)
    with running_loop_aside(), _OwnLoop(debug=debug, loop_factory=loop_factory or new_event_loop) as runner:
        return runner.run(coro)


class _OwnLoop(Runner):
    """The second Ctrl+C leaves what refuses to end, also when the loop is about to be closed, as the outer work has to go on."""

    _interrupts: OwnLoopInterrupts | None = None
    _is_left = False

    def _run_interruptibly(self, task: Any) -> Any:
        self._interrupts = OwnLoopInterrupts(self._loop)
        self._interrupts.begin(task)
        try:
            return self._run_until_done(task, self._interrupts)
        except KeyboardInterrupt:
            self._is_left = self._interrupts.count > 1
            raise

    def close(self) -> None:
        if self._is_left:
            self._loop.call_later(limits.LEFT_RUN_SECONDS, self._loop.stop)
        try:
            Runner.close(self)
        except (RuntimeError, KeyboardInterrupt):
            if not self._is_left:  # else it says that the loop was stopped, or is one Ctrl+C more
                raise
        finally:
            if self._interrupts is not None:
                self._interrupts.end()


def run_until_complete(loop: Any, awaitable: Any) -> Any:
    """What ``loop.run_until_complete(awaitable)`` does in a thread that runs a loop."""
    _need_room(limits.FRAMES_TO_TURN)
    if loop.is_closed():
        raise loop.closed_error()
    if not loop.is_running():
        with running_loop_aside():
            return loop.run_until_complete(awaitable)
    if not nesting.runs_here(loop):
        raise RuntimeError(
            "This event loop is already running, in another thread: use asyncio.run_coroutine_threadsafe() from here"
        )
    if asyncio._get_running_loop() is loop:
        return run_inside(loop, awaitable)
    with running_loop_aside(), _running_again(loop):
        return run_inside(loop, awaitable)


def _need_room(frames: int) -> None:
    """Raise RecursionError here, where nothing has begun, if the stack has not that much room left."""
    if frames > 1:
        _need_room(frames - 1)


def run_inside(loop: Any, awaitable: Any) -> Any:
    """Have `loop`, which this thread runs, go on until `awaitable` is done, and return its result."""
    interrupts = NestedInterrupts(loop)
    is_new = not asyncio.isfuture(awaitable)
    with interrupts.marked():
        future = ensure_future(awaitable, loop=loop)
    inner = None
    try:
        inner = InnerRun(future, asyncio.current_task(loop), interrupts.must_run_be_left)
        interrupts.begin(future)
        nesting.run_inside(loop, inner)
        if not future.done():
            raise RuntimeError("Event loop stopped before Future completed.")
    except BaseException:
        if is_new and not (inner is not None and inner.is_stuck):
            _give_up(future)
        raise
    finally:
        interrupts.end()
    if interrupts.must_run_be_left() or (future.cancelled() and interrupts.have_cancelled(future)):
        raise KeyboardInterrupt
    return future.result()


def _give_up(task: Any) -> None:
    """Nobody else knows it: cancel it, or take its exception, which is what is being raised, for told."""
    if not task.done():
        task.cancel()
    elif not task.cancelled():
        task.exception()


@contextlib.contextmanager
def running_loop_aside() -> Iterator[None]:
    """Let this thread run another loop than the one that it runs. That one, and its tasks, wait."""
    loop = asyncio._get_running_loop()
    scheduler = running.running_scheduler()
    task = registry.current(loop)
    hooks = sys.get_asyncgen_hooks()
    registry.announce(loop, None)
    asyncio._set_running_loop(None)
    running.set_running_scheduler(None)
    try:
        with _signals_kept():
            yield
    finally:
        running.set_running_scheduler(scheduler)
        asyncio._set_running_loop(loop)
        registry.announce(loop, task)
        sys.set_asyncgen_hooks(*hooks)


@contextlib.contextmanager
def _signals_kept() -> Iterator[None]:
    """A loop that closes gives signals their default handlers: give the waiting one its own again."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {number: signal.getsignal(number) for number in signal.valid_signals()}
    descriptor = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(descriptor, warn_on_full_buffer=False)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            if handler is not None and signal.getsignal(number) is not handler:
                signal.signal(number, handler)
        signal.set_wakeup_fd(descriptor, warn_on_full_buffer=False)


@contextlib.contextmanager
def _running_again(loop: EventLoop) -> Iterator[None]:
    """`loop` runs further down on this stack, and another one inside of it, which waits."""
    asyncio._set_running_loop(loop)
    running.set_running_scheduler(loop)
    hooks = loop._async_generators.install_hooks(loop)
    try:
        yield
    finally:
        sys.set_asyncgen_hooks(*hooks)
        asyncio._set_running_loop(None)


@contextlib.contextmanager
def _debug_mode(loop: Any, debug: bool | None) -> Iterator[None]:
    """For the time of the inner run, if it is asked for."""
    if debug is None:
        yield
        return
    before, depth = loop.get_debug(), sys.get_coroutine_origin_tracking_depth()
    loop.set_debug(debug)
    sys.set_coroutine_origin_tracking_depth(limits.DEBUG_STACK_DEPTH if debug else 0)
    try:
        yield
    finally:
        loop.set_debug(before)
        sys.set_coroutine_origin_tracking_depth(depth)
