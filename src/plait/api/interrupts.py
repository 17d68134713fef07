"""Ctrl+C while a run works: its work is cancelled, and the run raises KeyboardInterrupt when that has ended."""

from __future__ import annotations

import contextlib
import signal
import threading
from asyncio import Runner as StockRunner  # what `install` puts in its place is plait's
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

# Whose work this is.
_run: ContextVar[Any] = ContextVar("plait_run")


class Interrupts:
    """The handler of SIGINT during one run; only in the main thread, and only where nobody has a handler of his own."""

    def __init__(self, loop: Any) -> None:
        self.count = 0
        self._loop = loop
        self._handler: Any = None
        self._before: Any = None

    def begin(self, task: Any) -> None:
        """Cancel `task` at the first Ctrl+C."""
        if threading.current_thread() is not threading.main_thread():
            return
        before = signal.getsignal(signal.SIGINT)
        if before is not signal.default_int_handler and not _is_of_a_run(before):
            return
        handler = partial(self._interrupted, main_task=task)
        try:
            signal.signal(signal.SIGINT, handler)
        except ValueError:  # an embedded interpreter without signals
            return
        self._handler = handler
        self._before = before

    def end(self) -> None:
        """Undo `begin`."""
        if self._handler is not None and signal.getsignal(signal.SIGINT) is self._handler:
            signal.signal(signal.SIGINT, self._before)
        self._handler = self._before = self._loop = None

    def have_cancelled(self, task: Any) -> bool:
        """Whether it was Ctrl+C that cancelled `task`, and nobody else."""
        return self.count > 0 and getattr(task, "uncancel", self._uncancel_other)() == 0

    def _uncancel_other(self) -> int:
        """A task that is not asyncio's, and counts no cancellations: as asyncio's Runner takes it."""
        return 1

    def _interrupted(self, number: int, frame: FrameType | None, main_task: Any) -> None:
        self.count += 1
        if self.count == 1 and not main_task.done():
            main_task.cancel()
        elif self.must_raise_here():
            raise KeyboardInterrupt
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(_nothing)  # it may be waiting for events

    def must_raise_here(self) -> bool:
        """Whether to interrupt what is running at this moment."""
        return True


class OwnLoopInterrupts(Interrupts):
    """During a run that has a loop of its own, until that is closed, which nothing is to interrupt half-way."""

    def must_raise_here(self) -> bool:
        return self.count > 1 and bool(self._loop.is_running())


class NestedInterrupts(Interrupts):
    """During a run inside another: what does not belong to the inner work is not interrupted, but the inner run is left."""

    _PATIENCE = 2  # what goes on after so many was not interrupted between callbacks: one of them does not end

    def __init__(self, loop: Any) -> None:
        Interrupts.__init__(self, loop)
        self._must_leave = False

    @contextlib.contextmanager
    def marked(self) -> Iterator[None]:
        """What is made in here, and what that makes, belongs to the inner work."""
        token = _run.set(self)
        try:
            yield
        finally:
            _run.reset(token)

    def _uncancel_other(self) -> int:
        """A future: nobody else had a reason to cancel it."""
        return 0

    def must_run_be_left(self) -> bool:
        """Whether the run is to raise KeyboardInterrupt, its work being done or not."""
        return self._must_leave

    def must_raise_here(self) -> bool:
        self._must_leave = True
        return _run.get(None) is self or self.count > self._PATIENCE


def _is_of_a_run(handler: Any) -> bool:
    """Whether it is that of a run further down on this stack: a Runner's, plait's or asyncio's, or a notebook cell's."""
    if isinstance(handler, partial):
        return isinstance(getattr(handler.func, "__self__", None), (Interrupts, StockRunner))
    return getattr(handler, "__module__", None) == "ipykernel.ipkernel"


def _nothing() -> None:
    """Wakes the loop."""
