"""Keep freed objects for the next ones of their type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def new(kind: type) -> Any:
    """An instance of `kind` without `__init__`, new or used before: every field that is not an object has to be set."""
    return kind.__new__(kind)


def keep_freed(kind: type) -> None:
    """Keep some freed instances of exactly `kind`, which has no ``__del__``; for at most four types a module."""


def keep_freed_if(kind: type, is_spent: Callable[[Any], bool]) -> None:
    """As `keep_freed`, for a type that has one: an instance is kept if ``is_spent(instance)``, and has nothing to say."""
