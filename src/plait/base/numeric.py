"""Refuses what is no number, in the name of the function that was given it."""

from __future__ import annotations

from typing import Any, TypeVar

_Number = TypeVar("_Number")


def must_be_number(value: _Number, function: str, meaning: str) -> _Number:
    """`value`; TypeError unless it can be taken for a float. `meaning` says what `function` takes."""
    try:
        float(0.0 + value)  # type: ignore[operator]  # a text is no number, nor is a complex one
    except TypeError:
        raise TypeError(f"{function}() takes {meaning} (a number), not {type(value).__name__}") from None
    return value


def must_be_time(timeout: Any, function: str) -> None:
    """TypeError or ValueError unless `timeout` is a number of seconds, or None."""
    if timeout is None:
        return
    must_be_number(timeout, function, "a timeout in seconds, or None")
    if timeout != timeout:
        raise ValueError(
            f"{function}() was given a timeout that is not a number (NaN): give seconds, or None to wait for ever"
        )


def must_be_positive_seconds(name: str, given: Any) -> None:
    """Raise unless `given` is a time that a timer can wait, or None for the default."""
    if given is None:
        return
    try:
        seconds = given + 0.0
    except TypeError:
        raise TypeError(f"{name} should be a number of seconds, not {given!r}") from None
    if not seconds > 0:  # NaN is neither more nor less
        raise ValueError(f"{name} should be a positive number, got {given}")
