"""An awaitable that has its value already: what ``__aenter__`` and ``__aexit__`` return when they need not wait."""

from __future__ import annotations

from typing import Any

from plait.native import iteration, lifetime


class Returned:
    """Awaiting it gives the value, once, without a turn of the loop."""

    __slots__ = ("_value",)

    def __init__(self, value: Any) -> None:
        self._value = value

    def __await__(self) -> Any:
        return self

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> Any:
        value = self._value
        self._value = None
        iteration.stop(value)
        raise StopIteration


_nothing = Returned(None)
_spare = Returned(None)


def returned(value: Any) -> Returned:
    """An awaitable for `value`: the last one again, if nobody has that any more."""
    if value is None:
        return _nothing
    ready = _spare
    if lifetime.is_held(ready, 2):  # besides by this module and by this frame
        return Returned(value)
    ready._value = value
    return ready
