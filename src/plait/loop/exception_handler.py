"""What happens with failures that nobody awaits."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from plait.base import origin
from plait.base.log import logger

if TYPE_CHECKING:
    from collections.abc import Callable

    Handler = Callable[[Any, dict[str, Any]], object]


class ExceptionHandler:
    """The loop's exception handler: the user's, or asyncio's default, which logs."""

    _current_handle = None  # what asyncio's default handler looks at

    def __init__(self) -> None:
        self.chosen: Handler | None = None

    def choose(self, handler: Handler | None) -> None:
        """Use `handler`; None: the default."""
        if handler is not None and not callable(handler):
            raise TypeError(f"A callable object or None is expected, got {handler!r}")
        self.chosen = handler

    def handle_by_default(self, context: dict[str, Any]) -> None:
        """Log it, with the stack where the failed thing was created if that is known."""
        asyncio.BaseEventLoop.default_exception_handler(self, context)  # type: ignore[arg-type]

    def call(self, loop: Any, context: dict[str, Any]) -> None:
        """Hand it to the handler in use; nothing but KeyboardInterrupt and SystemExit comes out."""
        if self.chosen is None:
            self._call_default(loop, context)
            return
        try:
            self._call_chosen(loop, context)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            origin.drop_own_frames(error)
            self._call_default(
                loop,
                {"message": "Unhandled error in exception handler", "exception": error, "context": context},
                " while handling an unexpected error in custom exception handler",
            )

    def _call_chosen(self, loop: Any, context: dict[str, Any]) -> None:
        """In the context of the task, future or handle that failed, as asyncio does since Python 3.12."""
        assert self.chosen is not None
        thing = context.get("task") or context.get("future") or context.get("handle")
        own = thing.get_context() if hasattr(thing, "get_context") else None  # type: ignore[union-attr]
        if own is None or not hasattr(own, "run"):
            self.chosen(loop, context)
        else:
            own.run(self.chosen, loop, context)

    def _call_default(self, loop: Any, context: dict[str, Any], occasion: str = "") -> None:
        try:
            loop.default_exception_handler(context)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException:
            logger.error(f"Exception in default exception handler{occasion}", exc_info=True)
