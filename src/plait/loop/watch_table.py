"""Who wants to know about which descriptor."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plait.poll.poller import Poller
    from plait.schedule.ready_queue import ReadyQueue
    from plait.schedule.runnable import Runnable

_READABLE = 1
_WRITABLE = 2


class Watch:
    """What to run when a descriptor is readable, and what when it is writable."""

    __slots__ = ("reader", "writer")

    def __init__(self) -> None:
        self.reader: Runnable | None = None
        self.writer: Runnable | None = None

    def readiness(self) -> int:
        """What the poller is to look for."""
        ready = 0
        if self.reader is not None:
            ready |= _READABLE
        if self.writer is not None:
            ready |= _WRITABLE
        return ready


class WatchTable:
    """Descriptors and their watches; tells the poller of each change."""

    __slots__ = ("_count", "_poller", "_watches")

    def __init__(self, poller: Poller) -> None:
        self._poller = poller
        self._watches: dict[int, Watch] = {}
        self._count = 0

    def set_reader(self, fd: int, reader: Runnable | None) -> Runnable | None:
        """Run `reader` (None: nothing) when `fd` is readable; returns the one before."""
        watch = self._watches.get(fd)
        if watch is None:
            self._add(fd, reader, None)
            return None
        before = watch.reader
        watch.reader = reader
        self._update(fd, watch, before is None, reader is None)
        return before

    def set_writer(self, fd: int, writer: Runnable | None) -> Runnable | None:
        """Run `writer` (None: nothing) when `fd` is writable; returns the one before."""
        watch = self._watches.get(fd)
        if watch is None:
            self._add(fd, None, writer)
            return None
        before = watch.writer
        watch.writer = writer
        self._update(fd, watch, before is None, writer is None)
        return before

    def push_ready(self, fd: int, readiness: int, ready: ReadyQueue) -> None:
        """Push what waits for this readiness of `fd`."""
        watch = self._watches.get(fd)
        if watch is None:
            return
        if readiness & _READABLE and watch.reader is not None:
            ready.push(watch.reader)
        if readiness & _WRITABLE and watch.writer is not None:
            ready.push(watch.writer)

    def _add(self, fd: int, reader: Runnable | None, writer: Runnable | None) -> None:
        if reader is None and writer is None:
            return
        watch = Watch()
        watch.reader = reader
        watch.writer = writer
        self._poller.watch(fd, watch.readiness())
        self._watches[fd] = watch
        self._count = len(self._watches)

    def _update(self, fd: int, watch: Watch, was_none: bool, is_none: bool) -> None:
        if was_none == is_none:
            return
        readiness = watch.readiness()
        if readiness:
            self._poller.change(fd, readiness)
        else:
            del self._watches[fd]
            self._count = len(self._watches)
            self._poller.unwatch(fd)
