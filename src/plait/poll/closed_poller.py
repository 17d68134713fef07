"""In the place of the poller of a loop that is closed."""

from __future__ import annotations

from typing import NoReturn

from plait.base.errors import CLOSED_LOOP
from plait.poll.poller import Poller


class ClosedPoller(Poller):
    """Refuses to watch, as a call of a closed loop is refused."""

    __slots__ = ()

    def watch(self, fd: int, readiness: int) -> NoReturn:
        raise RuntimeError(CLOSED_LOOP)

    def change(self, fd: int, readiness: int) -> NoReturn:
        self.watch(fd, readiness)

    def renew(self, fd: int, readiness: int, once: bool) -> NoReturn:
        self.watch(fd, readiness)

    def unwatch(self, fd: int) -> None:
        """There is nothing to do."""
