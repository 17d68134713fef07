"""Shows an uncaught error of the user's program as `python` does, without the frames of plait around it."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from types import TracebackType


def show_as_python_does(error: BaseException) -> None:
    """Arrange that Python, when this error has ended the program, shows the traceback as it is cleaned here.

    It goes through `sys.excepthook`, the program's own if it has set one.
    """
    hide_runtime_frames(error)
    cleaned = error.__traceback__
    show = sys.excepthook

    def show_cleaned(kind: type[BaseException], value: BaseException, trace: TracebackType | None) -> None:
        if value is error:  # the way up through plait's command has added frames again
            error.__traceback__ = trace = cleaned
        show(kind, value, trace)

    sys.excepthook = show_cleaned


def hide_runtime_frames(error: BaseException) -> None:
    """Clean the traceback of an error, its causes and contexts, and the members of groups; not in `python -X dev`."""
    if sys.flags.dev_mode:
        return
    for each in related_errors(error):
        each.__traceback__ = without_runtime_frames(each.__traceback__)


def related_errors(error: BaseException) -> Iterator[BaseException]:
    waiting: list[BaseException | None] = [error]
    seen = set()
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        waiting += [each.__cause__, each.__context__]
        waiting += each.exceptions if isinstance(each, BaseExceptionGroup) else ()


def without_runtime_frames(trace: TracebackType | None) -> TracebackType | None:
    """Leave out plait's frames, unless there are no others. What reads and starts the program is left out anyway."""
    shown = list(itertools.dropwhile(is_launcher, entries(trace)))
    own = [entry for entry in shown if not is_runtime(entry)]
    kept: TracebackType | None = None
    for entry in reversed(own or shown):
        kept = TracebackType(kept, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return kept


def entries(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def is_launcher(entry: TracebackType) -> bool:
    module = module_of(entry)
    return module.startswith("plait.cli.") or module in ("importlib._bootstrap", "importlib._bootstrap_external")


def is_runtime(entry: TracebackType) -> bool:
    return f"{module_of(entry)}.".startswith("plait.")


def module_of(entry: TracebackType) -> str:
    """Compiled modules have frames with the module's namespace too."""
    return str(entry.tb_frame.f_globals.get("__name__", ""))
