"""Refuses what is no number, in the name of the function that was given it."""

from __future__ import annotations

from typing import Any


def must_be_number(value: Any, function: str, meaning: str) -> None:
    """TypeError unless `value` can be taken for a float; `meaning` says what `function` takes."""
    try:
        0.0 + value
    except TypeError:
        raise TypeError(f"{function}() takes {meaning} (a number), not {type(value).__name__}") from None


def must_be_time(timeout: Any, function: str) -> None:
    """TypeError or ValueError unless `timeout` is a number of seconds, or None."""
    if timeout is None:
        return
    must_be_number(timeout, function, "a timeout in seconds, or None")
    if timeout != timeout:
        raise ValueError(
            f"{function}() was given a timeout that is not a number (NaN): give seconds, or None to wait for ever"
        )
