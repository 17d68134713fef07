# cython: boundscheck=False, wraparound=False
"""Who wants to know about which descriptor.

Readers and writers are called as long as their descriptor is ready. Operations on sockets wait for it once, and may be
left behind when somebody closes the socket and its number goes to another: the poller is told anew for each of them, and
what it was told before is not relied on.
"""

from __future__ import annotations

import contextlib
import errno
import os
from typing import TYPE_CHECKING, Any

from plait.base.runnable import Runnable
from plait.native import borrowed
from plait.poll.closed_poller import ClosedPoller

if TYPE_CHECKING:
    from plait.poll.poller import Poller
    from plait.schedule.ready_queue import ReadyQueue
    from plait.tasks.future import Future

_READABLE = 1
_WRITABLE = 2


class Watch:
    """What to run when a descriptor is readable, what when it is writable, and the transports that use it: one or two.

    `receiver` and `sender` are finished the next time that it is. If there has been any, the watch is loose: nobody knows
    what the poller looks for. What is held is not looked for: it is being called at this moment.
    """

    __slots__ = ("held", "is_loose", "is_watched", "owner", "partner", "reader", "receiver", "sender", "writer")

    def __init__(self) -> None:
        self.reader: Runnable | None = None
        self.writer: Runnable | None = None
        self.owner: Any = borrowed.nobody()
        self.partner: Any = borrowed.nobody()  # the second of two owners
        self.receiver: Future | None = None
        self.sender: Future | None = None
        self.held = 0
        self.is_loose = False
        self.is_watched = False

    def readiness(self) -> int:
        """What the poller is to look for."""
        ready = 0
        if self.reader is not None:
            ready = _READABLE
        if self.writer is not None:
            ready |= _WRITABLE
        ready &= ~self.held
        if self.receiver is not None and not self.receiver.is_settled():
            ready |= _READABLE
        if self.sender is not None and not self.sender.is_settled():
            ready |= _WRITABLE
        return ready

    def other_than(self, owner: Any) -> Any:
        """The transport that uses the descriptor beside `owner`, or None."""
        first = borrowed.lender(self.owner)
        return borrowed.lender(self.partner) if first is owner or first is None else first

    def finish(self, readiness: int) -> None:
        """Finish the futures that wait for this readiness."""
        if readiness & _READABLE and self.receiver is not None:
            if not self.receiver.is_settled():
                self.receiver.finish(None)
            self.receiver = None
        if readiness & _WRITABLE and self.sender is not None:
            if not self.sender.is_settled():
                self.sender.finish(None)
            self.sender = None


class WatchTable:
    """Descriptors and their watches; tells the poller of each change."""

    __slots__ = ("_count", "_poller", "_watches")

    def __init__(self, poller: Poller) -> None:
        self._poller = poller
        self._watches: list[Watch | None] = []  # by descriptor: the system gives the lowest number that is free
        self._count = 0  # of the descriptors that the poller is to look at

    def set_reader(self, fd: int, reader: Runnable | None) -> Runnable | None:
        """Run `reader` (None: nothing) when `fd` is readable; returns the one before."""
        watch = self._find(fd)
        if watch is None:
            self._add(fd, reader, None)
            return None
        looked_for = watch.readiness()
        before = watch.reader
        if before is not reader:
            watch.held &= ~_READABLE
        watch.reader = reader
        self._update(fd, watch, looked_for)
        return before

    def set_writer(self, fd: int, writer: Runnable | None) -> Runnable | None:
        """Run `writer` (None: nothing) when `fd` is writable; returns the one before."""
        watch = self._find(fd)
        if watch is None:
            self._add(fd, None, writer)
            return None
        looked_for = watch.readiness()
        before = watch.writer
        if before is not writer:
            watch.held &= ~_WRITABLE
        watch.writer = writer
        self._update(fd, watch, looked_for)
        return before

    def push_ready(self, fd: int, readiness: int, ready: ReadyQueue) -> None:
        """Push what waits for this readiness of `fd`."""
        watch = self._find(fd)
        if watch is None:
            return
        if readiness & _READABLE and watch.reader is not None:
            ready.push(watch.reader)
        if readiness & _WRITABLE and watch.writer is not None:
            ready.push(watch.writer)
        if watch.is_loose:
            self._end_waiting(fd, watch, readiness)

    def await_readable(self, fd: int, future: Future) -> None:
        """Finish `future` when `fd` is readable; who has waited before it looks again then."""
        watch = self._loosen(fd)
        _finish_after(future, watch.receiver)
        watch.receiver = future
        self._begin_waiting(fd, watch)

    def await_writable(self, fd: int, future: Future) -> None:
        """Finish `future` when `fd` is writable; who has waited before it looks again then."""
        watch = self._loosen(fd)
        _finish_after(future, watch.sender)
        watch.sender = future
        self._begin_waiting(fd, watch)

    def lend(self, fd: int, owner: Any) -> None:
        """Know the descriptor as that of the transport `owner`, which is not kept alive, until `take_back`."""
        watch = self._find(fd)
        if watch is None:
            watch = self._put(fd, Watch())
        if borrowed.lender(watch.owner) is None:
            watch.owner = borrowed.lend(owner)
        else:
            watch.partner = borrowed.lend(owner)

    def take_back(self, fd: int, owner: Any) -> Any:
        """`owner` does not use the descriptor any more. If nobody does, nothing waits for it; else returns who does."""
        watch = self._find(fd)
        if watch is None:
            return None
        other = watch.other_than(owner)
        if other is not None:
            watch.owner = borrowed.lend(other)
            watch.partner = borrowed.nobody()
            return other
        self._watches[fd] = None
        if watch.is_watched or watch.is_loose:
            self._set_watched(watch, False)
            self._poller.unwatch(fd)
        watch.finish(_READABLE | _WRITABLE)
        return None

    def reader(self, fd: int) -> Runnable | None:
        """What runs when `fd` is readable."""
        watch = self._find(fd)
        return None if watch is None else watch.reader

    def is_lent(self, fd: int) -> bool:
        """Whether a transport uses this descriptor."""
        watch = self._find(fd)
        return watch is not None and borrowed.lender(watch.owner) is not None

    def sharers(self, fd: int) -> list[Any]:
        """The transports that use this descriptor, two at most."""
        watch = self._find(fd)
        if watch is None:
            return []
        owners = (borrowed.lender(watch.owner), borrowed.lender(watch.partner))
        return [owner for owner in owners if owner is not None]

    def owners(self) -> list[Any]:
        """The transports that have a descriptor."""
        found: list[Any] = []
        for fd in range(len(self._watches)):
            found.extend(self.sharers(fd))
        return found

    def hold(self, runnable: Runnable) -> bool:
        """Do not look for what `runnable` waits for until `let_go`; returns whether it waits for any descriptor."""
        is_found = False
        for fd in range(len(self._watches)):
            watch = self._find(fd)
            if watch is None:
                continue
            held = (_READABLE if watch.reader is runnable else 0) | (_WRITABLE if watch.writer is runnable else 0)
            if held:
                is_found = True
                self._hold(fd, watch, held)
        return is_found

    def _hold(self, fd: int, watch: Watch, held: int) -> None:
        watch.held |= held
        if watch.readiness() == 0:
            watch.is_loose = False
            self._set_watched(watch, False)
            self._poller.unwatch(fd)
        else:
            self._renew(fd, watch)

    def let_go(self) -> None:
        """Look again for what was held."""
        for fd in range(len(self._watches)):
            watch = self._find(fd)
            if watch is None or watch.held == 0:
                continue
            looked_for = watch.readiness()
            watch.held = 0
            try:  # noqa: SIM105  (as long as it would be with a context manager)
                self._update(fd, watch, looked_for)
            except OSError:  # somebody has closed the descriptor
                pass

    def watch_again(self) -> None:
        """Tell the poller, which is another one now, all that it was told."""
        for fd in range(len(self._watches)):
            watch = self._find(fd)
            if watch is not None and watch.is_watched:
                with contextlib.suppress(OSError):  # somebody has closed the descriptor
                    self._renew(fd, watch)

    def clear(self) -> None:
        """Forget all for good, and leave the poller alone: it is closed next."""
        self._poller = ClosedPoller()  # another loop's may get its descriptor
        self._watches.clear()
        self._count = 0

    def _find(self, fd: int) -> Watch | None:
        return self._watches[fd] if 0 <= fd < len(self._watches) else None

    def _put(self, fd: int, watch: Watch) -> Watch:
        if fd < 0:  # of a closed file
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        missing = fd + 1 - len(self._watches)
        if missing > 0:
            self._watches.extend([None] * missing)
        self._watches[fd] = watch
        return watch

    def _add(self, fd: int, reader: Runnable | None, writer: Runnable | None) -> None:
        if reader is None and writer is None:
            return
        watch = Watch()
        watch.reader = reader
        watch.writer = writer
        self._poller.watch(fd, watch.readiness())
        self._put(fd, watch)
        self._set_watched(watch, True)

    def _update(self, fd: int, watch: Watch, before: int) -> None:
        """Tell the poller what to look for, if it is not what it was."""
        readiness = watch.readiness()
        if readiness == 0:
            if before or watch.is_loose:
                self._forget(fd, watch)
        elif before == 0 or watch.is_loose:
            self._begin(fd, watch, readiness)
        elif readiness != before:
            self._change(fd, readiness, before)

    def _begin(self, fd: int, watch: Watch, readiness: int) -> None:
        try:
            if watch.is_loose:
                self._renew(fd, watch)
            else:
                self._poller.watch(fd, readiness)
                self._set_watched(watch, True)
        except BaseException:
            watch.reader = watch.writer = None
            raise

    def _change(self, fd: int, readiness: int, before: int) -> None:
        try:
            self._poller.change(fd, readiness)
        except OSError:
            if readiness & ~before:
                raise
            # Somebody else has closed the descriptor; so nothing is looked for that is no longer wanted.

    def _forget(self, fd: int, watch: Watch) -> None:
        if borrowed.lender(watch.owner) is None:
            self._watches[fd] = None
        watch.is_loose = False
        self._set_watched(watch, False)
        self._poller.unwatch(fd)

    def _set_watched(self, watch: Watch, is_watched: bool) -> None:
        if watch.is_watched != is_watched:
            watch.is_watched = is_watched
            self._count += 1 if is_watched else -1

    # Loose watches.

    def _loosen(self, fd: int) -> Watch:
        watch = self._find(fd)
        if watch is None:
            watch = self._put(fd, Watch())
        watch.is_loose = True
        return watch

    def _begin_waiting(self, fd: int, watch: Watch) -> None:
        try:
            self._renew(fd, watch)
        except BaseException:
            watch.finish(_READABLE | _WRITABLE)  # it is as bad for who has waited before: let them see
            if not watch.readiness():
                self._forget(fd, watch)
            raise

    def _end_waiting(self, fd: int, watch: Watch, readiness: int) -> None:
        watch.finish(readiness)
        if not watch.readiness():
            self._set_watched(watch, False)  # the poller looks once, and has
            return
        try:
            self._renew(fd, watch)
        except OSError:  # closed by another thread since the poll
            watch.finish(_READABLE | _WRITABLE)

    def _renew(self, fd: int, watch: Watch) -> None:
        is_called = watch.reader is not None or watch.writer is not None
        self._poller.renew(fd, watch.readiness(), not is_called)
        self._set_watched(watch, True)
        watch.is_loose = not is_called or watch.receiver is not None or watch.sender is not None


class _Follower(Runnable):
    """Finishes a future when another is settled."""

    __slots__ = ("_future",)

    def __init__(self, future: Future) -> None:
        self._future = future

    def wake(self, future: Any) -> Any:
        if not self._future.is_settled():
            self._future.finish(None)


def _finish_after(first: Future, then: Future | None) -> None:
    if then is not None and not then.is_settled():
        first.add_waiter(_Follower(then))
