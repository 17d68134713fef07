"""The poller where there is no epoll: whatever the standard library's `selectors` finds best."""

from __future__ import annotations

import contextlib
import errno
import os
import selectors

from plait.poll.poller import READABLE, WRITABLE, Poller


class SelectPoller(Poller):
    """Any selector of `selectors`; given none, its default."""

    __slots__ = ("_once", "_ready", "_selector")

    def __init__(self, selector: selectors.BaseSelector | None = None) -> None:
        self._selector = selectors.DefaultSelector() if selector is None else selector
        self._once: set[int] = set()  # descriptors to watch until they are ready for the first time
        self._ready: list[tuple[selectors.SelectorKey, int]] = []

    def name(self) -> str:
        return type(self._selector).__name__

    def watch(self, fd: int, readiness: int) -> None:
        self._selector.register(fd, _as_events(readiness))

    def change(self, fd: int, readiness: int) -> None:
        self._selector.modify(fd, _as_events(readiness))

    def renew(self, fd: int, readiness: int, once: bool) -> None:
        self.unwatch(fd)
        self.watch(fd, readiness)
        if once:
            self._once.add(fd)

    def unwatch(self, fd: int) -> None:
        self._once.discard(fd)
        with contextlib.suppress(KeyError, OSError):
            self._selector.unregister(fd)

    def wait(self, timeout: float) -> int:
        try:
            self._ready = self._selector.select(None if timeout < 0 else timeout)
        except OSError as error:
            if error.errno != errno.EBADF:
                raise
            self._forget_closed()
            self._ready = []
        if self._once:
            for key, _ in self._ready:
                if key.fd in self._once:
                    self.unwatch(key.fd)
        return len(self._ready)

    def _forget_closed(self) -> None:
        """Of those that somebody closed meanwhile, which ``select()`` refuses, and epoll forgets."""
        for key in list(self._selector.get_map().values()):
            try:
                os.fstat(key.fd)
            except OSError:
                self.unwatch(key.fd)

    def descriptor(self, index: int) -> int:
        return self._ready[index][0].fd

    def readiness(self, index: int) -> int:
        events = self._ready[index][1]
        ready = READABLE if events & selectors.EVENT_READ else 0
        return ready | (WRITABLE if events & selectors.EVENT_WRITE else 0)

    def reopen(self) -> None:
        with contextlib.suppress(OSError):  # a kqueue is not inherited
            self._selector.close()
        self._selector = type(self._selector)()
        self._once.clear()

    def close(self) -> None:
        self._selector.close()


def _as_events(readiness: int) -> int:
    events = selectors.EVENT_READ if readiness & READABLE else 0
    return events | (selectors.EVENT_WRITE if readiness & WRITABLE else 0)
