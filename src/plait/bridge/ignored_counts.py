"""Counts what came too late for anybody to want it, so that nothing is lost without a trace."""

from __future__ import annotations

from typing import NamedTuple

_counts = {"resumes": 0, "results": 0, "events": 0}


class Ignored(NamedTuple):
    """resumes: callbacks called after the wait for them was cancelled. results: of abandoned or cancelled threads.
    events: dropped by the policy of a full buffer, or after the end."""

    resumes: int
    results: int
    events: int


def ignored() -> Ignored:
    """How many have been ignored in this process until now."""
    return Ignored(**_counts)


def count(kind: str) -> None:
    """One more. Callable from any thread, from signal handlers and finalizers: it takes no lock."""
    _counts[kind] += 1
