"""Call a function inside a context."""

from __future__ import annotations

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
