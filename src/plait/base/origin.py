"""Where was this created: captured as cheaply as possible, formatted only when somebody asks."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING

from plait.base import limits

if TYPE_CHECKING:
    from types import CodeType


def line_of(code: CodeType, instruction: int) -> int:
    """The line of the instruction at this offset in bytes, or the first line of the code."""
    for start, end, line in code.co_lines():
        if start <= instruction < end and line is not None:
            return line
    return code.co_firstlineno


def place(code: CodeType | None, instruction: int) -> str:
    """``file:line, in function``, or "unknown"."""
    if code is None:
        return "unknown"
    return f"{code.co_filename}:{line_of(code, instruction)}, in {code.co_qualname}"


def stack() -> traceback.StackSummary:
    """The calling Python stack without plait's own frames, outermost first; for debug mode."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("plait."):
        frame = frame.f_back
    summary = traceback.StackSummary.extract(
        traceback.walk_stack(frame), limit=limits.DEBUG_STACK_DEPTH, lookup_lines=False
    )
    summary.reverse()
    return summary


def drop_own_frames(error: BaseException) -> BaseException:
    """`error` without plait's own frames at the outer end of its traceback."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_frame.f_globals.get("__name__", "").startswith("plait."):
        traceback = traceback.tb_next
    error.__traceback__ = traceback
    return error
