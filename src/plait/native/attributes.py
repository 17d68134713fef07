"""Attributes that others set on an object, in a dictionary that is made when the first is set."""

from __future__ import annotations


def allow(kind: type, base: type) -> None:
    """Let instances of `kind` have any attribute.

    Interpreted, ``__slots__`` with ``__dict__`` in it does that. Compiled, the first field that `kind` adds to `base` is
    the pointer to the dictionary, and this makes it one.
    """


def forget(field: None) -> None:
    """Release what the field holds, when its object is freed."""
