"""An array of times: plain numbers side by side, so that ordering many of them touches little memory."""

from __future__ import annotations

Times = list[float]


def make() -> Times:
    """An empty array."""
    return []


def fit(times: Times, count: int) -> Times:
    """`times`, or what replaces it, with room for `count` times."""
    while len(times) < count:
        times.append(0.0)
    return times


def read(times: Times, index: int) -> float:
    """The time at `index`."""
    return times[index]


def write(times: Times, index: int, time: float) -> None:
    """Set the time at `index`, for which there must be room."""
    times[index] = time


def free(times: Times) -> None:
    """Give the memory back."""
    times.clear()
