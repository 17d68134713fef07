"""Iterators behind ``await``: end one with a value, as ``return value`` ends a generator, or do without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def stop(value: Any) -> None:
    """Raise ``StopIteration(value)``; a bare ``raise StopIteration`` must follow in the caller's ``__next__``.

    Compiled, this sets the exception and that ``raise`` returns, so that no frame or traceback is made.
    """
    raise StopIteration(value)


def await_itself(kind: type, must_wait: Callable[[Any], bool], take: Callable[[Any], Any]) -> None:
    """Compiled, ``await`` of a `kind` makes no iterator: it yields the object while ``must_wait(it)``, then gives ``take(it)``.

    For one type a module, which has an ``__await__``: that is what Python code calls, and subclasses made in Python use.
    """
