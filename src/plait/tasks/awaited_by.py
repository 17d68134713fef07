"""Which tasks and futures wait for a future: found when somebody asks, so that nobody has to write it down."""

from __future__ import annotations

import asyncio
from typing import Any

from plait.tasks.task_group import TaskGroup


def awaited_by(future: Any) -> set[Any] | None:
    """The tasks and futures, plait's and asyncio's, that wait for a future of plait's; None: nobody does."""
    waiting = {waiter for callback, _ in future._callbacks or () for waiter in _waiters(future, callback)}
    return waiting or None


def _waiters(future: Any, callback: Any) -> set[Any]:
    owner = getattr(callback, "__self__", callback)
    if isinstance(owner, asyncio.Future):
        return {owner}
    if isinstance(owner, TaskGroup):
        return {owner._parent}
    enough = getattr(owner, "_enough", None)  # of `wait()`
    if enough is not None:
        return awaited_by(enough) or set()
    outer = getattr(owner, "_outer", None)  # of `shield()`
    return set() if outer is None or outer is future else {outer}
