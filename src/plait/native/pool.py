"""Keep freed objects for the next ones of their type."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

MARK: dict[str, Any] = {}
"""Compiled, what `new` passes as keyword arguments, to be known by: it stays empty."""

UNSEEN_MARK: dict[str, Any] = {}
"""The same for `new_unseen`."""


def new(kind: type[T]) -> T:
    """An instance of `kind`, new or used before, without its `__init__`.

    Fields that are objects are None; all others have to be set.
    """
    instance = object.__new__(kind)
    for name in _fields(kind):  # type: ignore[arg-type]  # classes are hashable
        setattr(instance, name, None)
    return instance


def new_unseen(kind: type[T]) -> T:
    """`new`, and `collector.skip`: for what refers to nothing; if it ever does, `collector.visit` has to be called."""
    return new(kind)


@cache
def _fields(kind: type) -> list[str]:
    names = (name for base in kind.__mro__ for name in base.__dict__.get("__slots__", ()))
    return [name for name in names if not name.startswith("__")]


def keep_freed(kind: type) -> None:
    """Keep some freed instances of exactly `kind`, which has no ``__del__``; for at most eight types a module."""


def keep_freed_if(kind: type, is_spent: Callable[[Any], bool]) -> None:
    """As `keep_freed`, for a type that has one: an instance is kept if ``is_spent(instance)``, and has nothing to say."""


def keep_freed_if_set(kind: type, place: int) -> None:
    """As `keep_freed_if`, where the number at `place`, which the function of that name gives, is not 0."""


def place(thing: object, field: int) -> int:
    """Where the field of `thing` that is the second argument lies in objects of its kind. Interpreted, nowhere."""
    return 0
