"""What futures and tasks look like when printed: asyncio's format, under the name of their own type."""

from __future__ import annotations

import reprlib
from asyncio import base_futures, base_tasks
from typing import Any


@reprlib.recursive_repr()
def future_repr(future: Any) -> str:
    """``<Future pending cb=[…]>``"""
    info = base_futures._future_repr_info(future)
    return f"<{type(future).__name__} {' '.join(info)}>"


@reprlib.recursive_repr()
def task_repr(task: Any) -> str:
    """``<Task pending name='…' coro=<…> wait_for=<…>>``"""
    info = base_tasks._task_repr_info(task)
    return f"<{type(task).__name__} {' '.join(info)}>"
