"""The times that TLS may take: what can be one."""

from __future__ import annotations

from typing import Any


def check_seconds(name: str, given: Any) -> None:
    """Raise unless `given` is a time that a timer can wait, or None for the default."""
    if given is None:
        return
    try:
        seconds = given + 0.0
    except TypeError:
        raise TypeError(f"{name} should be a number of seconds, not {given!r}") from None
    if not seconds > 0:  # NaN is neither more nor less
        raise ValueError(f"{name} should be a positive number, got {given}")
