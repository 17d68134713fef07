"""Call a function inside a context."""

from __future__ import annotations

from types import MethodType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context


def call(function: Callable[..., Any], args: tuple[Any, ...], context: Context) -> Any:
    """Return ``function(*args)``, run in `context`."""
    try:
        return context.run(function, *args)
    finally:
        del function, args  # an exception that was caught inside holds this frame


def call_one(function: Callable[..., Any], arg: Any, context: Context) -> Any:
    """Return ``function(arg)``, run in `context`."""
    try:
        return context.run(function, arg)
    finally:
        del function, arg


def call_with(function: Callable[..., Any], arg: Any) -> Any:
    """Return ``function(arg)``, whatever kind of function it is most likely to be."""
    try:
        return function(arg)
    finally:
        del function, arg


def attempt(function: Callable[..., Any], args: tuple[Any, ...], context: Context) -> BaseException | None:
    """Run ``function(*args)`` in `context` for its effect, and return what it raised."""
    try:
        context.run(function, *args)
    except BaseException as error:
        return error
    finally:
        del function, args
    return None


def is_method_of(callable: Any, function: Any, kind: type) -> bool:
    """Whether `callable` is the method that `function` makes of an instance of `kind` itself, not of a subclass."""
    return isinstance(callable, MethodType) and callable.__func__ is function and type(callable.__self__) is kind
