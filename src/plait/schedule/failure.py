"""Reports of failures that no one awaits: each goes to the loop's exception handler."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING, Any

from plait.base import origin
from plait.native import lifetime

if TYPE_CHECKING:
    from types import CodeType


def report(loop: Any, message: str, **details: Any) -> None:
    """Tell the exception handler of `loop`; details that are None are left out."""
    context = {"message": message}
    context.update((name, value) for name, value in details.items() if value is not None)
    if lifetime.is_interpreter_ending():
        _print(context)
    else:
        loop.call_exception_handler(context)


def _print(context: dict[str, Any]) -> None:
    """Logging, which the exception handler calls, finds what it needs no more, and would say so instead."""
    print(context.pop("message"), file=sys.stderr)
    for name, value in context.items():
        if name != "source_traceback":
            print(f"{name}: {value!r}", file=sys.stderr)


def wrong_thread(name: str, instead: str) -> RuntimeError:
    """What to raise when debug mode finds `name` called from a thread that is not the loop's."""
    return RuntimeError(
        "Non-thread-safe operation invoked on an event loop other than the current one: "
        f"use {instead}() instead of {name}() here"
    )


def not_callable(callback: Any, name: str) -> TypeError:
    """What to raise when `name` is given something that cannot be called back."""
    return TypeError(
        f"a callable object was expected by {name}(), got {callback!r}: give the function itself, and do not call it"
    )


def creation_stack(code: CodeType | None, instruction: int) -> traceback.StackSummary | None:
    """The one frame known of where something was created, in the form of debug mode's stacks."""
    if code is None:
        return None
    frame = traceback.FrameSummary(
        code.co_filename, origin.line_of(code, instruction), code.co_qualname, lookup_line=False
    )
    return traceback.StackSummary.from_list([frame])
