"""Drive a coroutine one step inside a context.

Both functions return what the coroutine yielded, or `cell` itself when it ended: then ``cell[0]`` is what it returned, or
``cell[1]`` what it raised. The caller empties the cell. It is a list ``[None, None]`` that only the caller knows, so no
coroutine can yield it.
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
    except BaseException as error:
        cell[1] = error
    return cell


def throw(coro: Coroutine[Any, Any, Any], context: Context, error: BaseException, cell: list[Any]) -> Any:
    """Raise `error` inside `coro`."""
    try:
        return context.run(coro.throw, error)
    except StopIteration as stop:
        cell[0] = stop.value
    except BaseException as raised:
        cell[1] = raised
    return cell
