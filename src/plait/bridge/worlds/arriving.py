"""An outcome that comes from another world, in whatever thread: the one way in which all adapters wait."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

from plait.bridge.suspension import suspend

if TYPE_CHECKING:
    from collections.abc import Callable

    from plait.bridge.suspension import Resume


class Teller:
    """What tells the outcome, from any thread. When the await was cancelled `is_awaited` is False, and nothing is told."""

    __slots__ = ("_resume", "_stop", "is_awaited", "is_told")

    def __init__(self, resume: Resume, stop: Callable[[], object] | None) -> None:
        self._resume = resume
        self._stop = stop
        self.is_awaited = True
        self.is_told = False

    def result(self, value: Any) -> None:
        """The await returns `value`."""
        if self.is_awaited:
            self.is_told = True
            with contextlib.suppress(RuntimeError):  # the loop is closed
                self._resume.result(value)

    def error(self, error: BaseException) -> None:
        """The await raises `error`."""
        if self.is_awaited:
            self.is_told = True
            with contextlib.suppress(RuntimeError):
                self._resume.error(error)

    def give_up(self) -> None:
        """The await was cancelled."""
        self.is_awaited = False
        stop, self._stop = self._stop, None
        if stop is not None:
            stop()


def arrival(attach: Callable[[Teller], object], stop: Callable[[], object] | None = None) -> Any:
    """Await what a teller is told: ``attach(teller)`` gives it to the other world, ``stop()`` cancels the work there."""

    def start(resume: Resume) -> None:
        teller = Teller(resume, stop)
        resume.on_cancel(teller.give_up)
        attach(teller)

    return suspend(start)


def arrival_in_thread(wait: Callable[[Teller], Any], name: str) -> Any:
    """Await what ``wait(teller)`` returns or raises in a thread of its own, for worlds that can only block.

    It may take for ever, so no pool is kept from its work by it, and no interpreter from its end.
    """

    def blocked(teller: Teller) -> None:
        try:
            result = wait(teller)
        except BaseException as error:
            teller.error(error)
        else:
            teller.result(result)

    def attach(teller: Teller) -> None:
        threading.Thread(target=blocked, args=(teller,), name=f"plait_waits_for_{name}", daemon=True).start()

    return arrival(attach)
