"""Bound methods that are used again.

What ``async with`` calls it binds first, up to CPython 3.13, and a callback is a bound method more often than not: each was
made, called once and freed, for more than the call costs.
"""

from __future__ import annotations


def reuse(kind: type, name: str) -> None:
    """Have ``instance.name``, of a function of `kind` itself, give bound methods that were used before.

    Interpreted, all stays as it is.
    """
