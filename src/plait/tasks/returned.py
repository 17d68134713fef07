"""An awaitable that has its value already: what ``__aenter__`` and ``__aexit__`` return when they need not wait."""

from __future__ import annotations

from typing import Any

from plait.native import iteration, pool


class Returned:
    """Awaiting it gives `value` without a turn of the loop."""

    __slots__ = ("_value",)

    def __init__(self, value: Any) -> None:
        self._value = value

    def __await__(self) -> Any:
        return self

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> Any:
        iteration.stop(self._value)
        raise StopIteration


_nothing = Returned(None)


def returned(value: Any) -> Returned:
    """An awaitable for `value`."""
    if value is None:
        return _nothing
    ready = pool.new(Returned)
    ready._value = value
    return ready


pool.keep_freed(Returned)
