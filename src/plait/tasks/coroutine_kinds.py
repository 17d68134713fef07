"""Is this a coroutine, or a function that makes one: the only place that asks, compiled coroutines included."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Coroutine
from types import CoroutineType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def is_coroutine(thing: Any) -> bool:
    """Whether `thing` can be driven as a coroutine: it has send, throw, close and ``__await__``."""
    return type(thing) is CoroutineType or isinstance(thing, Coroutine)


def is_coroutine_function(function: Any) -> bool:
    """Whether calling `function` gives a coroutine. See `asyncio.iscoroutinefunction`."""
    return inspect.iscoroutinefunction(function) or _is_marked(function)


def mark_coroutine_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """Have `inspect.iscoroutinefunction` and asyncio's take `function`, which returns an awaitable object, for one."""
    if hasattr(inspect, "markcoroutinefunction"):
        return inspect.markcoroutinefunction(function)
    function._is_coroutine = asyncio.coroutines._is_coroutine  # type: ignore[attr-defined]
    return function


def _is_marked(function: Any) -> bool:
    marker = getattr(asyncio.coroutines, "_is_coroutine", None)
    return marker is not None and getattr(function, "_is_coroutine", None) is marker
