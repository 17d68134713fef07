"""Methods that are called with something else than an instance of their class."""

from __future__ import annotations


def guard(kind: type) -> None:
    """Have each method of `kind` raise TypeError when it is called with something else: before other modules change its calls."""
