"""What a child made by `os.fork` does with the loops of its parent.

A loop that ran stays the parent's: the child can neither run nor use it, and nothing that waited there runs or ends in the
child. One that did not run, each of the two has for itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import signal
import sys
from typing import Any
from weakref import WeakSet

from plait.native import lifetime
from plait.tasks import registry

# In the place of the awaitables that clean up a loop which is the parent's: on its way out, the child runs them there.
NOTHING = object()

_of_parent: WeakSet[Any] = WeakSet()


def is_of_parent(loop: Any) -> bool:
    """Whether `loop` was made before this process was forked."""
    return loop in _of_parent


@functools.cache
def tell_in_children() -> None:
    """From now on, see to it in each child. Other hooks for children, asyncio's above all, have gone before."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_part_from_parent)


def _part_from_parent() -> None:
    left = []
    _of_parent.update(registry.schedulers())
    for loop in registry.schedulers():
        if loop.is_running():
            _leave_to_parent(loop)
            left.append(loop)
        elif not loop.is_closed():
            _go_on_apart(loop)
    if left:
        _forget_interrupt_handler(left)
        _forget_current_loop()


def _leave_to_parent(loop: Any) -> None:
    lifetime.keep_for_good(loop)  # its coroutines are not to be closed here, which would run their `finally` blocks
    with contextlib.suppress(ValueError):  # a subinterpreter has no signals
        loop._signals.leave_to_parent()
    loop.leave_to_parent()


def _go_on_apart(loop: Any) -> None:
    loop.go_on_apart()
    with contextlib.suppress(ValueError):
        loop._signals.go_on_apart(loop)
    loop._executor.go_on_apart()
    loop._resolver = None
    for child in loop._children or ():
        child.go_on_apart()
    loop._children = None


def _forget_interrupt_handler(left: list[Any]) -> None:
    """That of a `Runner`, plait's or asyncio's, cancels a task of the parent's."""
    runner = getattr(getattr(signal.getsignal(signal.SIGINT), "func", None), "__self__", None)
    if any(getattr(runner, "_loop", None) is loop for loop in left):
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _forget_current_loop() -> None:
    """Python 3.11 keeps it as the thread's current loop."""
    policy: Any = getattr(asyncio.events, "_event_loop_policy", None)  # gone since Python 3.15
    if sys.version_info < (3, 12) and hasattr(policy, "_local"):
        policy._local = type(policy._local)()
