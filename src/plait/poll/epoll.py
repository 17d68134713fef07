"""Linux's poller, level-triggered."""

from __future__ import annotations

from plait.base import limits
from plait.native import epolling
from plait.poll.poller import Poller

_READABLE = 1
_WRITABLE = 2
_EPOLLIN = 0x1
_EPOLLOUT = 0x4
_EPOLLONESHOT = 0x40000000
_EVENTS_A_POLL = limits.EVENTS_A_POLL


class EpollPoller(Poller):
    """One epoll instance."""

    __slots__ = ("_handle", "_open", "_room")

    def __init__(self) -> None:
        self._handle = epolling.open_handle()
        self._room = epolling.make_room(_EVENTS_A_POLL)
        self._open = True

    def name(self) -> str:
        return "epoll"

    def watch(self, fd: int, readiness: int) -> None:
        epolling.add(self._handle, fd, _as_mask(readiness))

    def change(self, fd: int, readiness: int) -> None:
        epolling.change(self._handle, fd, _as_mask(readiness))

    def renew(self, fd: int, readiness: int, once: bool) -> None:
        mask = _as_mask(readiness)
        epolling.arm(self._handle, fd, mask | _EPOLLONESHOT if once else mask)

    def unwatch(self, fd: int) -> None:
        try:  # noqa: SIM105  (a context manager costs three calls)
            epolling.remove(self._handle, fd)
        except OSError:
            pass

    def wait(self, timeout: float) -> int:
        return epolling.wait(self._handle, timeout, self._room, _EVENTS_A_POLL)

    def descriptor(self, index: int) -> int:
        return epolling.descriptor(self._room, index)

    def readiness(self, index: int) -> int:
        mask = epolling.readiness(self._room, index)
        ready = 0
        if mask & ~_EPOLLOUT:
            ready |= _READABLE
        if mask & ~_EPOLLIN:
            ready |= _WRITABLE
        return ready

    def reopen(self) -> None:
        epolling.close_handle(self._handle)
        self._handle = epolling.open_handle()

    def close(self) -> None:
        if self._open:
            self._open = False
            epolling.close_handle(self._handle)
            epolling.free_room(self._room)


def _as_mask(readiness: int) -> int:
    mask = 0
    if readiness & _READABLE:
        mask |= _EPOLLIN
    if readiness & _WRITABLE:
        mask |= _EPOLLOUT
    return mask
