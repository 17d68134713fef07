"""Calls as nearly all are: taken without a tuple, a dictionary or a search by name that nobody needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def take_one(kind: type, base: type, plain: Callable[[Any, Any], Any]) -> None:
    """Have ``instance(value)`` call ``plain(instance, value)``, which must do what ``__call__`` would.

    Compiled, the first field that `kind` adds to `base` is the pointer that `mark` fills.
    """


def mark(field: None) -> None:
    """What an instance of such a kind has in that field."""


def take_first(function: Callable[..., Any], plain: Callable[[Any, tuple[Any, ...]], Any]) -> None:
    """Have ``function(first, *rest)`` call ``plain(first, rest)``, which must do what the function would; for one a module."""


def take_in_context(function: Callable[..., Any], plain: Callable[[Any, Any, Any], Any]) -> None:
    """Have ``x.method(value, context=context)``, as stock tasks call it, call ``plain(x, value, context)``.

    `function` is the method as its class has it, and does what `plain` does. For one a module.
    """
