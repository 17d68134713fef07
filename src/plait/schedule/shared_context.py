"""One context for all tasks and callbacks of a loop that set no context variable.

Each has to find the variables as they were when it was scheduled, and to keep to itself what it sets. For the former a
*snapshot* does, which nobody enters and many refer to. To run, each borrows a context with these variables: who has set
none, and has left no reference to it, gives it back for the next; who has keeps it as its own. Between two borrowers it
stays entered, if its variables are those with which the loop runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plait.native import sharing

if TYPE_CHECKING:
    from contextvars import Context


class SharedContext:
    """What those who share have to do with, as `plait.native.sharing` defines it. `snapshot` may be called from any thread."""

    __slots__ = ("_state",)

    def __init__(self) -> None:
        self._state = sharing.make()

    def __dealloc__(self) -> None:
        sharing.free(self._state)

    def snapshot(self) -> Context:
        """The variables as they are now, for somebody who will run in them later."""
        return sharing.snapshot(self._state)

    def begin(self) -> None:
        """A run of the loop begins, in the current context."""
        sharing.begin(self._state)

    def end(self) -> None:
        """The run ends."""
        sharing.end(self._state)

    def forget(self) -> None:
        """Leave the context, and keep no values alive: others are about to run, or nobody for long."""
        sharing.forget(self._state)
