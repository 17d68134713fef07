"""Who wants to know about which descriptor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.native import borrowed

if TYPE_CHECKING:
    from plait.poll.poller import Poller
    from plait.schedule.ready_queue import ReadyQueue
    from plait.schedule.runnable import Runnable

_READABLE = 1
_WRITABLE = 2


class Watch:
    """What to run when a descriptor is readable, what when it is writable, and the transport whose descriptor it is."""

    __slots__ = ("owner", "reader", "writer")

    def __init__(self) -> None:
        self.reader: Runnable | None = None
        self.writer: Runnable | None = None
        self.owner: Any = borrowed.nobody()

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
        self._count = 0  # of the descriptors that the poller looks at

    def set_reader(self, fd: int, reader: Runnable | None) -> Runnable | None:
        """Run `reader` (None: nothing) when `fd` is readable; returns the one before."""
        watch = self._watches.get(fd)
        if watch is None:
            self._add(fd, reader, None)
            return None
        looked_for = watch.readiness()
        before = watch.reader
        watch.reader = reader
        self._update(fd, watch, looked_for)
        return before

    def set_writer(self, fd: int, writer: Runnable | None) -> Runnable | None:
        """Run `writer` (None: nothing) when `fd` is writable; returns the one before."""
        watch = self._watches.get(fd)
        if watch is None:
            self._add(fd, None, writer)
            return None
        looked_for = watch.readiness()
        before = watch.writer
        watch.writer = writer
        self._update(fd, watch, looked_for)
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

    def lend(self, fd: int, owner: Any) -> None:
        """Know the descriptor as that of the transport `owner`, which is not kept alive, until `take_back`."""
        watch = self._watches.get(fd)
        if watch is None:
            watch = self._watches[fd] = Watch()
        watch.owner = borrowed.lend(owner)

    def take_back(self, fd: int) -> None:
        """The descriptor is nobody's, and nothing waits for it any more."""
        watch = self._watches.pop(fd, None)
        if watch is not None and watch.readiness():
            self._count -= 1
            self._poller.unwatch(fd)

    def owner(self, fd: int) -> Any:
        """The transport whose descriptor this is, or None."""
        watch = self._watches.get(fd)
        return None if watch is None else borrowed.lender(watch.owner)

    def owners(self) -> list[Any]:
        """The transports that have a descriptor."""
        found = []
        for fd in list(self._watches):
            owner = self.owner(fd)
            if owner is not None:
                found.append(owner)
        return found

    def clear(self) -> None:
        """Forget all, and leave the poller alone: it is closed next."""
        self._watches.clear()
        self._count = 0

    def _add(self, fd: int, reader: Runnable | None, writer: Runnable | None) -> None:
        if reader is None and writer is None:
            return
        watch = Watch()
        watch.reader = reader
        watch.writer = writer
        self._poller.watch(fd, watch.readiness())
        self._watches[fd] = watch
        self._count += 1

    def _update(self, fd: int, watch: Watch, before: int) -> None:
        """Tell the poller what to look for, if it is not what it was."""
        readiness = watch.readiness()
        if readiness == before:
            return
        if before == 0:
            self._begin(fd, watch, readiness)
        elif readiness:
            self._poller.change(fd, readiness)
        else:
            self._forget(fd, watch)

    def _begin(self, fd: int, watch: Watch, readiness: int) -> None:
        try:
            self._poller.watch(fd, readiness)
        except BaseException:
            watch.reader = watch.writer = None
            raise
        self._count += 1

    def _forget(self, fd: int, watch: Watch) -> None:
        if borrowed.lender(watch.owner) is None:
            del self._watches[fd]
        self._count -= 1
        self._poller.unwatch(fd)
