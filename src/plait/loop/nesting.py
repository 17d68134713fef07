"""A run inside a run of the same loop: in the midst of a callback or a task's step, the loop goes on turning.

What is in the midst of running does not run again before it returns. All else goes on, and the innermost run ends first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.native import aside, borrowed, thread
from plait.tasks import registry

if TYPE_CHECKING:
    from plait.loop.core import LoopCore
    from plait.loop.inner_run import InnerRun
    from plait.tasks.task import Task


def runs_here(loop: LoopCore) -> bool:
    """Whether this very thread runs `loop`."""
    return loop._thread != 0 and loop._thread == thread.ident()


def run_inside(loop: LoopCore, inner: InnerRun) -> None:
    """Turn `loop`, which runs further down on this stack, until `inner` is over.

    What this thread is in the midst of is set aside, so that nobody meets its contexts, or the exception that it handles.
    """
    calling = borrowed.noted(loop._calling)
    if calling is None:
        raise RuntimeError(
            "This event loop is already running, and is between two callbacks: from a signal handler it can be run "
            "only if loop.add_signal_handler() has set the handler"
        )
    began = loop._clock.time() - loop._nested_seconds
    task = loop._current_task
    announced = registry.current(loop)
    _begin(loop, calling, task, inner)
    left = aside.set_aside()
    failure = _turn(loop, inner)
    _end(loop, calling, task)
    registry.announce(loop, announced)
    loop._nested_seconds = loop._clock.time() - began
    aside.take_up(left)
    if failure is not None:
        try:
            raise failure
        finally:
            failure = None  # interpreted, its traceback holds this frame


def _begin(loop: LoopCore, calling: Any, task: Task | None, inner: InnerRun) -> None:
    if task is not None:
        task._waits_on = inner  # to cancel it cancels what it runs
    loop._current_task = None
    registry.announce(loop, None)
    loop._calling = borrowed.nobody()
    loop._outer.append(calling)
    loop._careful = True


def _turn(loop: LoopCore, inner: InnerRun) -> BaseException | None:
    """Return what was raised: it must not be handled any more when what was set aside is taken up."""
    must_stop = False
    failure = None
    try:
        while inner.goes_on(loop._ready.is_empty()):
            loop.turn()
            if loop._stopping:
                if loop._main is None or not loop._main.done():
                    break
                must_stop = True  # the outermost run is complete, and waits for this one
                loop._stopping = False
    except BaseException as error:
        failure = error
    if must_stop:
        loop._stopping = True
    return failure


def _end(loop: LoopCore, calling: Any, task: Task | None) -> None:
    loop._outer.pop()
    loop._careful = loop._debug or len(loop._outer) > 0
    loop._calling = borrowed.note(calling)
    loop._current_task = task
    if task is not None:
        task._waits_on = None
    loop._watches.let_go()
    for runnable in loop._held_back:
        loop._ready.push(runnable)
    loop._held_back.clear()
