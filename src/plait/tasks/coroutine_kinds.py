"""Is this a coroutine, or a function that makes one: the only place that asks, compiled coroutines included."""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections.abc import Coroutine
from types import CoroutineType, GeneratorType
from typing import TYPE_CHECKING, Any

from plait.native import bound_methods

if TYPE_CHECKING:
    from collections.abc import Callable

_WRAPS_IN_GENERATORS = sys.version_info < (3, 12)


def is_coroutine(obj: Any) -> bool:
    """Whether `obj` can be driven as a coroutine: it has send, throw, close and ``__await__``."""
    return type(obj) is CoroutineType or isinstance(obj, Coroutine)


def is_drivable(obj: Any) -> bool:
    """Whether a task can run `obj`: a coroutine, or what `asyncio.ensure_future` of 3.11 makes of an awaitable."""
    return is_coroutine(obj) or (_WRAPS_IN_GENERATORS and type(obj) is GeneratorType and inspect.isawaitable(obj))


def is_coroutine_function(func: Any) -> bool:
    """Whether calling `func` gives a coroutine. See `asyncio.iscoroutinefunction`."""
    return inspect.iscoroutinefunction(func) or _is_marked(func)


def hint(thing: Any) -> str:
    """What to add to the message that `thing` is no coroutine: how to make one of it."""
    if not is_coroutine_function(thing):
        return ""
    return f"; it makes a coroutine when it is called: {getattr(thing, '__name__', 'function')}()"


def mark_coroutine_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """Have `inspect.iscoroutinefunction` and asyncio's take `function`, which returns an awaitable object, for one."""
    if hasattr(inspect, "markcoroutinefunction"):
        return inspect.markcoroutinefunction(function)  # type: ignore[no-any-return]
    function._is_coroutine = asyncio.coroutines._is_coroutine  # type: ignore[attr-defined]
    return function


def mark_context_manager(kind: type) -> None:
    """The same for what ``async with`` calls, as functions of `kind` itself."""
    for name in ("__aenter__", "__aexit__"):
        mark_coroutine_function(kind.__dict__[name])
        bound_methods.reuse(kind, name)


def _is_marked(function: Any) -> bool:
    marker = getattr(asyncio.coroutines, "_is_coroutine", None)
    return marker is not None and getattr(function, "_is_coroutine", None) is marker
