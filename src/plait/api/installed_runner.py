"""`asyncio.run` and `asyncio.Runner` while plait is installed: plait's, with the loop that asyncio makes by now."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from plait.api.runner import Runner
from plait.tasks import coroutine_kinds

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine


class InstalledRunner(Runner):
    """A loop policy that somebody has set since counts, as it does with asyncio's."""

    def _new_loop(self) -> Any:
        return asyncio.new_event_loop()


def run(
    main: Coroutine[Any, Any, Any] | Awaitable[Any],
    *,
    debug: bool | None = None,
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> Any:
    """Run `main` on a new loop and return its result. See `asyncio.run`."""
    if asyncio._get_running_loop() is not None:
        if coroutine_kinds.is_coroutine(main):
            main.close()  # type: ignore[union-attr]
        raise RuntimeError("asyncio.run() cannot be called from a running event loop: await the coroutine instead")
    with InstalledRunner(debug=debug, loop_factory=loop_factory) as runner:
        return runner.run(main)
