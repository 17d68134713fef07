"""What would be lost without a word when the interpreter ends: tasks that are not done, failures that nobody looked at.

Their finalizers come too late: while the interpreter takes itself apart logging fails, and some objects are never freed.
"""

from __future__ import annotations

import gc
from itertools import compress
from typing import TYPE_CHECKING, Any

from plait.loop import forked
from plait.tasks.future import Future

if TYPE_CHECKING:
    from collections.abc import Iterator


def report() -> None:
    """Tell each loop's exception handler, as far as nobody else has a use for the loop."""
    for future in _futures():
        is_made = future._scheduler is not None  # not if a subclass has yet to call the constructor
        if not is_made or forked.is_of_parent(future._scheduler) or future.get_loop().is_running():
            continue
        if isinstance(future._exception, (SystemExit, KeyboardInterrupt)):  # it came out of the run
            future._log_traceback = False
        elif future._log_traceback:
            future._report_lost()
        elif not future.done() and getattr(future, "_log_destroy_pending", False):
            future._report_lost()
            future._log_destroy_pending = False


def _futures() -> list[Any]:
    """All that are alive. No list of failures has to be kept for that, and no Python code runs while all objects are held."""
    kinds = {id(kind) for kind in _and_subclasses(Future)}
    objects = gc.get_objects()
    return list(compress(objects, map(kinds.__contains__, map(id, map(type, objects)))))


def _and_subclasses(kind: type) -> Iterator[type]:
    yield kind
    subclasses: list[type] = kind.__subclasses__()
    for subclass in subclasses:
        yield from _and_subclasses(subclass)
