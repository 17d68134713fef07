"""What threads have done comes to the loop: many at a time for one wake-up, and in the order in which they were done."""

from __future__ import annotations

import contextlib
from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable


class Crossing:
    """Calls ``receive(thing)`` in the loop for each that any thread sends, then ``after()`` once."""

    __slots__ = ("_after", "_is_due", "_loop", "_receive", "_things")

    def __init__(
        self, loop: asyncio.AbstractEventLoop, receive: Callable[[Any], None], after: Callable[[], None]
    ) -> None:
        self._loop = loop
        self._receive = receive
        self._after = after
        self._things: deque[Any] = deque()
        self._is_due = False

    def send(self, thing: Any) -> None:
        """Callable from any thread."""
        self._things.append(thing)
        if not self._is_due:  # two threads may both see that: one wake-up too many does no harm
            self._is_due = True
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is there to receive it
                self._loop.call_soon_threadsafe(self._deliver)

    def send_in_loop(self, thing: Any) -> None:
        """The same, in the loop's thread: nobody has to be woken."""
        self._things.append(thing)
        if not self._is_due:
            self._is_due = True
            self._loop.call_soon(self._deliver)

    def _deliver(self) -> None:
        self._is_due = False  # before looking: what is sent from now on makes a wake-up of its own
        things = self._things
        while things:
            self._receive(things.popleft())
        self._after()
