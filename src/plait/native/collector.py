"""What the cyclic garbage collector looks at.

An object that is certain to be alive costs time in each collection, for nothing. Whoever keeps it alive may have it skipped
until it lets it go; meanwhile the collector takes all that it refers to for alive, too. Interpreted, nothing is skipped.
"""

from __future__ import annotations


def skip(thing: object) -> None:
    """Have the collector pass over `thing`, an object of a kind that it looks at."""


def is_skipped(thing: object) -> bool:
    """Whether the collector passes over `thing`, though it is of a kind that it looks at."""
    return False


def visit(thing: object) -> None:
    """Undo `skip`, if it was called."""
