"""Keep the memory of freed objects for the next ones of their type."""

from __future__ import annotations


def keep_freed(kind: type) -> None:
    """Keep the memory of some freed instances of exactly `kind`; for at most four types a module."""
