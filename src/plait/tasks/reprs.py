"""What futures and tasks look like when printed: asyncio's format, under the name of their own type; what is said of them."""

from __future__ import annotations

import inspect
import reprlib
from asyncio import base_futures, base_tasks
from typing import Any

from plait.schedule.handle import Handle


@reprlib.recursive_repr()
def future_repr(future: Any) -> str:
    """``<Future pending cb=[…]>``"""
    info = base_futures._future_repr_info(future)
    return f"<{type(future).__name__} {' '.join(info)}>"


@reprlib.recursive_repr()
def task_repr(task: Any) -> str:
    """``<Task pending name='…' coro=<…> wait_for=<…>>``"""
    info = base_tasks._task_repr_info(task)
    return f"<{type(task).__name__} {' '.join(info)}>"


def as_callback(waiter: Any) -> tuple[Any, Any]:
    """Who waits for a future, in the form of asyncio's ``_callbacks``: the callable and its context."""
    if isinstance(waiter, Handle):
        return waiter._callback, waiter._context
    return getattr(waiter, "_wakeup", waiter), getattr(waiter, "_context", None)


def settled_already(future: Any) -> str:
    """What is wrong with settling it again."""
    return f"{future._state}: {future!r} is settled, and can be only once: ask done() before you settle it"


def without_await(task: Any, future: Any) -> str:
    """What is wrong with a coroutine that yields a future as it is."""
    return f"yield was used instead of yield from in task {task!r} with {future!r}: put `await` in the place of `yield`"


def awaits_itself(task: Any) -> str:
    """What is wrong with a task that waits for its own end."""
    return f"Task cannot await on itself: {task!r}: it would never end; await another task"


def other_loop(task: Any, future: Any) -> str:
    """What is wrong with a future that belongs to another loop than the task."""
    mend = "that loop is closed: make the future anew on" if future.get_loop().is_closed() else "make the future on"
    return f"Task {task!r} got Future {future!r} attached to a different loop: {mend} the loop that runs this task"


def bad_yield(task: Any, yielded: Any) -> str:
    """What is wrong with a coroutine that yields what is no future."""
    if inspect.isgenerator(yielded):
        use = "put `yield from` in the place of `yield`"
        return f"yield was used instead of yield from for generator in task {task!r} with {yielded!r}: {use}"
    return f"Task got bad yield: {yielded!r}; a coroutine may yield only futures and None"
