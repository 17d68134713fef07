"""Async generators that were begun on a loop are closed on it: when they are garbage, and at shutdown."""

from __future__ import annotations

import asyncio
import sys
import warnings
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


class AsyncGenerators:
    """The ones that live on one loop. See PEP 525."""

    def __init__(self) -> None:
        self._alive: WeakSet[AsyncGenerator[Any, Any]] = WeakSet()
        self._shut_down = False

    def install_hooks(self, loop: Any) -> Any:
        """Have this thread tell when a generator begins and when one is garbage; returns the hooks from before."""
        before = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(firstiter=partial(self._begun, loop), finalizer=partial(self._garbage, loop))
        return before

    def _begun(self, loop: Any, generator: AsyncGenerator[Any, Any]) -> None:
        if self._shut_down:
            warnings.warn(
                f"asynchronous generator {generator!r} was scheduled after loop.shutdown_asyncgens() call",
                ResourceWarning,
                source=loop,
                stacklevel=2,
            )
        self._alive.add(generator)

    def _garbage(self, loop: Any, generator: AsyncGenerator[Any, Any]) -> None:
        self._alive.discard(generator)
        if not loop.is_closed():
            loop.call_soon_threadsafe(loop.create_task, generator.aclose())

    async def shut_down(self, loop: Any) -> None:
        """Close all that are alive; report what their clean-up raises."""
        self._shut_down = True
        closing = list(self._alive)
        self._alive.clear()
        if not closing:
            return
        results = await asyncio.gather(*[generator.aclose() for generator in closing], return_exceptions=True)
        for generator, result in zip(closing, results, strict=True):
            if isinstance(result, Exception):
                loop.call_exception_handler(
                    {
                        "message": f"an error occurred during closing of asynchronous generator {generator!r}",
                        "exception": result,
                        "asyncgen": generator,
                    }
                )
