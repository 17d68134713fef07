"""A coroutine for any awaitable; in a module that is not compiled, so that it is one to everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable


async def await_it(awaitable: Awaitable[Any]) -> Any:
    """Await it."""
    return await awaitable
