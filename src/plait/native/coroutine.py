"""Drive a coroutine one step inside a context.

Both functions return what the coroutine yielded, or `cell` itself when it returned, with the value in ``cell[0]``.
`cell` is a one-item list that only the caller knows, so no coroutine can yield it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from contextvars import Context


def resume(coro: Coroutine[Any, Any, Any], context: Context, cell: list[Any]) -> Any:
    """Send None into `coro`."""
    try:
        return context.run(coro.send, None)
    except StopIteration as stop:
        cell[0] = stop.value
        return cell


def throw(coro: Coroutine[Any, Any, Any], context: Context, error: BaseException, cell: list[Any]) -> Any:
    """Raise `error` inside `coro`."""
    try:
        return context.run(coro.throw, error)
    except StopIteration as stop:
        cell[0] = stop.value
        return cell
