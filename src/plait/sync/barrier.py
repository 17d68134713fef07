"""A meeting point: tasks wait until as many as it needs are there, then all go on."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from plait.base import numeric
from plait.base.errors import BrokenBarrierError
from plait.sync.event import Event

if TYPE_CHECKING:
    from types import TracebackType


class _State(enum.Enum):
    FILLING = "filling"
    DRAINING = "draining"
    RESETTING = "resetting"
    BROKEN = "broken"


class Barrier:
    """See `asyncio.Barrier`."""

    def __init__(self, parties: int) -> None:
        numeric.must_be_number(parties, "Barrier", "how many tasks it waits for")
        if parties < 1:
            raise ValueError("parties must be >= 1")
        self._parties = parties
        self._changed = Event()  # set, and replaced by a new one, when those who wait are to look at the state again
        self._state = _State.FILLING
        self._count = 0

    @property
    def parties(self) -> int:
        """How many tasks it takes."""
        return self._parties

    @property
    def n_waiting(self) -> int:
        """How many are there."""
        return self._count if self._state is _State.FILLING else 0

    @property
    def broken(self) -> bool:
        """Whether `abort` was called."""
        return self._state is _State.BROKEN

    async def wait(self) -> int:
        """Wait for the others; gives each a different number from 0 to parties - 1."""
        await self._enter()
        try:
            index = self._count
            self._count += 1
            if index + 1 == self._parties:
                self._change(_State.DRAINING)
            else:
                await self._until_full()
            return index
        finally:
            self._count -= 1
            self._leave()

    async def _enter(self) -> None:
        """Those of the round before go first."""
        while self._state in (_State.DRAINING, _State.RESETTING):
            await self._changed.wait()
        if self._state is _State.BROKEN:
            raise BrokenBarrierError("Barrier aborted")

    async def _until_full(self) -> None:
        while self._state is _State.FILLING:
            await self._changed.wait()
        if self._state in (_State.BROKEN, _State.RESETTING):
            raise BrokenBarrierError("Abort or reset of barrier")

    def _leave(self) -> None:
        if self._count == 0 and self._state in (_State.RESETTING, _State.DRAINING):
            self._change(_State.FILLING)

    def _change(self, state: _State) -> None:
        self._state = state
        changed, self._changed = self._changed, Event()
        changed.set()

    async def reset(self) -> None:
        """Make it as new; those who wait get BrokenBarrierError."""
        self._change(_State.RESETTING if self._count > 0 else _State.FILLING)

    async def abort(self) -> None:
        """Break it for good: those who wait, and all who come, get BrokenBarrierError."""
        self._change(_State.BROKEN)

    async def __aenter__(self) -> int:
        return await self.wait()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        return None

    def __repr__(self) -> str:
        waiting = "" if self.broken else f", waiters:{self.n_waiting}/{self.parties}"
        where = f"{type(self).__module__}.{type(self).__qualname__} object at {id(self):#x}"
        return f"<{where} [{self._state.value}{waiting}]>"
