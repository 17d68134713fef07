"""Protect an awaitable from the cancellation of whoever awaits it."""

from __future__ import annotations

from typing import Any

from plait.tasks.spawn import ensure_future


def shield(arg: Any) -> Any:
    """A future that follows `arg`; cancelling it leaves `arg` alone. See `asyncio.shield`."""
    inner = ensure_future(arg)
    if inner.done():
        return inner
    outer = inner.get_loop().create_future()
    _Shield(inner, outer)
    return outer


class _Shield:
    """Ties an inner future to the outer one that stands for it."""

    def __init__(self, inner: Any, outer: Any) -> None:
        self._inner = inner
        self._outer = outer
        inner.add_done_callback(self._inner_done)
        outer.add_done_callback(self._outer_done)

    def _inner_done(self, inner: Any) -> None:
        if self._outer.done():
            return
        if inner.cancelled():
            self._outer.cancel()
        elif inner.exception() is not None:
            self._outer.set_exception(inner.exception())
        else:
            self._outer.set_result(inner.result())

    def _outer_done(self, outer: Any) -> None:
        """Nobody waits any longer; what becomes of the inner one is between it and whoever else holds it."""
        if not self._inner.done():
            self._inner.remove_done_callback(self._inner_done)
