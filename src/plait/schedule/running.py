"""Which scheduler runs in this thread.

asyncio keeps the same for its own functions; this is the faster twin for plait's.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from plait.native import thread_value

if TYPE_CHECKING:
    from plait.schedule.scheduler import Scheduler


def running_scheduler() -> Scheduler | None:
    """The scheduler of the plait loop that runs in this thread, if one does."""
    return thread_value.get()  # type: ignore[no-any-return]


def set_running_scheduler(scheduler: Scheduler | None) -> None:
    """Say which scheduler runs in this thread from now on."""
    thread_value.put(scheduler)


def _forget() -> None:
    thread_value.put(None)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
