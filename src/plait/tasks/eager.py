"""Task factories whose tasks take their first step at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.tasks.task import Task

if TYPE_CHECKING:
    from collections.abc import Callable


def create_eager_task_factory(custom_task_constructor: Callable[..., Any]) -> Callable[..., Any]:
    """A factory for ``loop.set_task_factory``. See `asyncio.create_eager_task_factory`."""

    def factory(loop: Any, coro: Any, *, eager_start: bool = True, **kwargs: Any) -> Any:
        return custom_task_constructor(coro, loop=loop, eager_start=eager_start, **kwargs)

    return factory


eager_task_factory = create_eager_task_factory(Task)
