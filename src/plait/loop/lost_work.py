"""What would be lost without a word when the interpreter ends: tasks that are not done, failures that nobody looked at.

Their finalizers come too late: while the interpreter takes itself apart logging fails, and some objects are never freed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.loop import forked
from plait.tasks import registry, unheard

if TYPE_CHECKING:
    from collections.abc import Iterator


def report() -> None:
    """Tell each loop's exception handler, as far as nobody else has a use for the loop."""
    for future in list(_futures()):
        if forked.is_of_parent(future._scheduler) or future.get_loop().is_running():
            continue
        if isinstance(future._exception, (SystemExit, KeyboardInterrupt)):  # it came out of the run
            future._log_traceback = False
        elif future._log_traceback:
            future._report_lost()
        elif not future.done() and getattr(future, "_log_destroy_pending", False):
            future._report_lost()
            future._log_destroy_pending = False


def _futures() -> Iterator[Any]:
    for scheduler in registry.schedulers():
        if not scheduler.is_running():
            yield from reversed(scheduler.tasks())
    yield from unheard.noted()
