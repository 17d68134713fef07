"""What a scheduler can run and what a future can wake: the base of handles, timers, futures and tasks."""

from __future__ import annotations

from typing import Any


class Runnable:
    """Something with a turn to take."""

    __slots__ = ()

    def run(self) -> Any:
        """Take the turn. Only KeyboardInterrupt and SystemExit may come out."""
        raise NotImplementedError

    def wake(self, future: Any) -> Any:
        """Called at once when `future`, on which this waits, is settled; must not run foreign code."""
        raise NotImplementedError

    def end_turn(self) -> Any:
        """Do what this put off to the end of the loop's turn: see `Scheduler.put_off`. May raise what `run` may."""
        raise NotImplementedError

    def is_quiet(self) -> bool:
        """Whether its turn runs no foreign code, so that nobody can ask which task is current."""
        return False
