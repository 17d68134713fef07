"""Futures that may be lost without a word when the interpreter ends: it asks here, as long as it is whole."""

from __future__ import annotations

from typing import Any
from weakref import ref

_noted: set[ref[Any]] = set()
_forget = _noted.discard


def note(future: Any) -> None:
    """It has failed, or is pending on a loop that was closed. Whether that matters is seen at the end, if it is still there."""
    try:
        _noted.add(ref(future, _forget))
    except Exception:
        return  # of a subclass that cannot be hashed


def noted() -> list[Any]:
    """Those that are alive."""
    return [future for future in [reference() for reference in list(_noted)] if future is not None]
