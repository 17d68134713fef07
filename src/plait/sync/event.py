# cython: nonecheck=True
"""A flag that tasks can wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.native import locks, methods, pool
from plait.sync import first_face
from plait.sync.waiter_queue import Waiter, WaiterQueue
from plait.tasks import coroutine_kinds, operation

if TYPE_CHECKING:
    from plait.sync.faces import EventSync
    from plait.sync.mutex import Mutex
    from plait.tasks.future import Future


class Event:
    """See `asyncio.Event`."""

    __slots__ = ("__weakref__", "_value", "_waiters")

    def __init__(self) -> None:
        self._value = False
        self._waiters = WaiterQueue()
        if not locks.is_implied():
            self.share()

    def is_set(self) -> bool:
        """Whether the flag is up."""
        return self._value

    def set(self) -> None:
        """Raise the flag and wake all who wait; callable from any thread."""
        if self._waiters._mutex is not None:
            self._set_alone(self._waiters._mutex)
        elif not self._value:
            self._value = True
            self._waiters.grant_all()

    def _set_alone(self, mutex: Mutex) -> None:
        mutex.enter()
        try:
            if not self._value:
                self._value = True
                self._waiters.grant_all()
        finally:
            mutex.leave()

    def clear(self) -> None:
        """Lower the flag; callable from any thread."""
        self._value = False

    @property
    def sync(self) -> EventSync:
        """The same event for threads: waited for by a call that blocks, in the terms of `threading.Event`."""
        return first_face.face(self, "EventSync", "plait.sync.faces")  # type: ignore[no-any-return]

    def share(self) -> Mutex:
        """Let threads take part, and tasks of any loop, from now on."""
        return self._waiters.share()

    def wait(self) -> Any:
        """Wait until the flag is up; gives True."""
        return self._make_wait()

    def _make_wait(self) -> Wait:
        operation = pool.new(Wait)
        return operation.prepare(self)

    def __repr__(self) -> str:
        state = "set" if self._value else "unset"
        waiting = "" if self._waiters.is_empty() else f", waiters:{self._waiters.size()}"
        return f"<{type(self).__module__}.{type(self).__qualname__} object at {id(self):#x} [{state}{waiting}]>"


methods.guard(Event)


class Wait(Waiter):
    """``event.wait()``."""

    __slots__ = ("_event",)

    def prepare(self, event: Event) -> Wait:
        """What the constructor would do."""
        self.begin()
        self._event = event
        self._value = True
        return self

    def home(self) -> WaiterQueue:
        return self._event._waiters

    def start(self) -> Future | None:
        event = self._event
        if event._waiters._mutex is not None and not event._waiters.excludes_others():
            return self.start_alone()
        return None if event._value else self.wait_in(event._waiters, event)


pool.keep_freed_if_set(Wait, operation.progress_place())
coroutine_kinds.mark_coroutine_function(Event.wait)
