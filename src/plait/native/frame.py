"""Where in the caller's Python code are we, without building a frame object."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import CodeType, FrameType


def caller_code() -> CodeType | None:
    """The code object of the innermost Python function that is not plait's own."""
    frame = _outside_plait()
    return None if frame is None else frame.f_code


def caller_instruction() -> int:
    """The offset in bytes of the instruction that function is at; -1 when unknown."""
    frame = _outside_plait()
    return -1 if frame is None else frame.f_lasti


def _outside_plait() -> FrameType | None:
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and frame.f_globals.get("__name__", "").startswith("plait."):
        frame = frame.f_back
    return frame
