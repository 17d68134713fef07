"""What debug mode checks and reports. See "Debug Mode" in the documentation of `asyncio`."""

from __future__ import annotations

import threading
from typing import Any

from plait.base.log import logger
from plait.schedule import failure
from plait.tasks import coroutine_kinds

_ANY_THREAD = ("call_soon_threadsafe", "run_in_executor", "add_signal_handler")


def check_call(callback: Any, name: str, loop_thread: int) -> None:
    """Refuse coroutine functions as callbacks, and calls from a thread that is not the loop's (0: it has none)."""
    if coroutine_kinds.is_coroutine_function(callback):
        raise TypeError(f"coroutines cannot be used with {name}(): make a task of the coroutine instead")
    if loop_thread and name not in _ANY_THREAD and loop_thread != threading.get_ident():
        raise failure.wrong_thread(name, "call_soon_threadsafe")


def report_if_slow(loop: Any, runnable: Any, seconds: float) -> None:
    """Log a callback, or a step of a task, that took as long as ``loop.slow_callback_duration``."""
    if seconds >= loop.slow_callback_duration:
        logger.warning("Executing %s took %.3f seconds", repr(runnable), seconds)
