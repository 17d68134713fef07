"""End an iterator with a value, as ``return value`` ends a generator."""

from __future__ import annotations

from typing import Any


def stop(value: Any) -> None:
    """Raise ``StopIteration(value)``; a bare ``raise StopIteration`` must follow in the caller's ``__next__``.

    Compiled, this sets the exception and that ``raise`` returns, so that no frame or traceback is made.
    """
    raise StopIteration(value)
