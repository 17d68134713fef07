"""Shows an uncaught error of the user's program as `python` does, without the frames of plait around it."""

from __future__ import annotations

import itertools
import sys
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def show_as_python_does(error: BaseException) -> None:
    """Arrange that Python, when this error has ended the program, shows the traceback as it is cleaned here.

    It goes through `sys.excepthook`, the program's own if it has set one.
    """
    hide_runtime_frames(error)
    cleaned = error.__traceback__
    show = getattr(sys, "excepthook", None)
    if show is None:  # the program has taken it away, and Python will complain
        return

    def show_cleaned(kind: type[BaseException], value: BaseException, trace: TracebackType | None) -> None:
        if value is error:  # the way up through plait's command has added frames again
            error.__traceback__ = trace = cleaned
        show(kind, value, trace)

    sys.excepthook = show_cleaned


def hide_runtime_frames(error: BaseException) -> None:
    """Clean the traceback of an error, its causes and contexts, and the members of groups; not in `python -X dev`.

    Plait's frames are left out, unless there are no others to tell where it happened.
    """
    if sys.flags.dev_mode:
        return
    errors = list(related_errors(error))
    shown = [after_launch(each.__traceback__) for each in errors]
    own = [[entry for entry in trace if not is_runtime(entry)] for trace in shown]
    for each, trace in zip(errors, own if any(own) else shown, strict=True):
        each.__traceback__ = joined(trace)


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


def after_launch(trace: TracebackType | None) -> list[TracebackType]:
    """The entries without those of the command at work finding, reading and starting the program."""
    return list(itertools.dropwhile(is_launcher, entries(trace)))


def entries(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def joined(trace: list[TracebackType]) -> TracebackType | None:
    whole: TracebackType | None = None
    for entry in reversed(trace):
        whole = TracebackType(whole, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return whole


def is_launcher(entry: TracebackType) -> bool:
    module = module_of(entry)
    return module.startswith("plait.cli.") or module in ("importlib._bootstrap", "importlib._bootstrap_external")


def is_runtime(entry: TracebackType) -> bool:
    return f"{module_of(entry)}.".startswith("plait.")


def module_of(entry: TracebackType) -> str:
    """Compiled modules have frames with the module's namespace too."""
    return str(entry.tb_frame.f_globals.get("__name__", ""))
