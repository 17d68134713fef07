"""Whose type is this: asked by name, so that nothing is imported that the program has not."""

from __future__ import annotations

from typing import Any


def names_of(kind: type) -> list[str]:
    """``module.name`` of the type and of its bases, the nearest first."""
    return [f"{base.__module__}.{base.__qualname__}" for base in kind.__mro__]


def is_of_type(thing: Any, name: str) -> bool:
    """Whether `thing` is an instance of the class ``module.name``."""
    return name in names_of(type(thing))
