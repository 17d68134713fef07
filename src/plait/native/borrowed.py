"""A reference that does not keep its object alive; who is lent must end the loan in its ``__del__``."""

from __future__ import annotations

import weakref
from typing import Any


def nobody() -> Any:
    """A reference to no object."""
    return None


def lend(thing: Any) -> Any:
    """A reference to `thing`, which can be weakly referenced."""
    return weakref.ref(thing)


def lender(reference: Any) -> Any:
    """The object that was lent, or None."""
    return None if reference is None else reference()


def note(thing: Any) -> Any:
    """A reference to what somebody else keeps alive until it is overwritten; cheaper than `lend`."""
    return thing


def noted(reference: Any) -> Any:
    """The object that was noted, or None."""
    return reference
