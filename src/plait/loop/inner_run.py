"""What a run inside a run waits for, and why it may end before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.tasks.task import Task

if TYPE_CHECKING:
    from collections.abc import Callable


class InnerRun:
    """Stands where the task `outer` keeps what it waits on, while it runs others: to cancel it cancels the inner work."""

    def __init__(self, future: Any, outer: Any, must_leave: Callable[[], bool]) -> None:
        self.future = future
        self.is_stuck = False
        self._must_leave = must_leave
        self._stock_outer = None if issubclass(type(outer), Task) else outer
        self._is_cancelling = False

    def goes_on(self, idle: bool) -> bool:
        """Whether the loop is to turn once more; `idle` if nothing is ready. Raises what ends the run at once."""
        if self.future.done():
            return False
        if self._must_leave():
            raise KeyboardInterrupt
        if getattr(self._stock_outer, "_must_cancel", False):  # a task of asyncio's does not pass its cancellation on
            self._stock_outer = None
            self.cancel()
        elif idle:
            self._must_not_wait_for_its_caller()
        return True

    def cancel(self, msg: Any = None) -> bool:
        """Cancel the inner work; False if it is done, or is what has called this."""
        if self._is_cancelling:
            return False
        self._is_cancelling = True
        try:
            return bool(self.future.cancel(msg=msg))
        finally:
            self._is_cancelling = False

    def done(self) -> bool:
        """Whether the inner work is done."""
        return bool(self.future.done())

    def __repr__(self) -> str:
        return "<a run inside its step>"

    def _must_not_wait_for_its_caller(self) -> None:
        waited_for = self.future
        while waited_for is not None:
            if isinstance(waited_for, InnerRun) or _is_being_run(waited_for):
                self.is_stuck = True
                raise RuntimeError(
                    f"{self.future!r} cannot be run to its end here: it waits for a task that itself has to wait for this call "
                    "to return. Await it instead of calling run() or run_until_complete()"
                )
            waited_for = getattr(waited_for, "_fut_waiter", None)


def _is_being_run(waited_for: Any) -> bool:
    """Whether it is a task in the midst of a step."""
    return getattr(getattr(waited_for, "_coro", None), "cr_running", False)
