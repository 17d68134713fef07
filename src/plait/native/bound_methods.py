"""Bound methods that are used again: ``async with`` makes two of them, and drops them at once."""

from __future__ import annotations


def reuse_in_async_with(kind: type) -> None:
    """Have ``__aenter__`` and ``__aexit__`` of `kind`, functions of its own, give bound methods that were used before.

    Interpreted, and where ``async with`` makes none, from CPython 3.14 on, all stays as it is.
    """
