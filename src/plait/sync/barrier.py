"""A meeting point: tasks wait until as many as it needs are there, then all go on."""

from __future__ import annotations

import enum
from types import TracebackType
from typing import Any

from plait.base.errors import BrokenBarrierError
from plait.sync.condition import Condition


class _State(enum.Enum):
    FILLING = "filling"
    DRAINING = "draining"
    RESETTING = "resetting"
    BROKEN = "broken"


class Barrier:
    """See `asyncio.Barrier`."""

    def __init__(self, parties: int) -> None:
        if parties < 1:
            raise ValueError("parties must be >= 1")
        self._parties = parties
        self._condition = Condition()
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
        async with self._condition:
            await self._enter()
            try:
                index = self._count
                self._count += 1
                if index + 1 == self._parties:
                    self._release()
                else:
                    await self._until_full()
                return index
            finally:
                self._count -= 1
                self._leave()

    async def _enter(self) -> None:
        """Those of the round before go first."""
        await self._condition.wait_for(lambda: self._state not in (_State.DRAINING, _State.RESETTING))
        self._refuse_if_broken()

    def _release(self) -> None:
        self._state = _State.DRAINING
        self._condition.notify_all()

    async def _until_full(self) -> None:
        await self._condition.wait_for(lambda: self._state is not _State.FILLING)
        if self._state in (_State.BROKEN, _State.RESETTING):
            raise BrokenBarrierError("Abort or reset of barrier")

    def _leave(self) -> None:
        if self._count == 0:
            if self._state in (_State.RESETTING, _State.DRAINING):
                self._state = _State.FILLING
            self._condition.notify_all()

    def _refuse_if_broken(self) -> None:
        if self._state is _State.BROKEN:
            raise BrokenBarrierError("Barrier aborted")

    async def reset(self) -> None:
        """Make it as new; those who wait get BrokenBarrierError."""
        async with self._condition:
            if self._count > 0:
                if self._state is not _State.RESETTING:
                    self._state = _State.RESETTING
            else:
                self._state = _State.FILLING
            self._condition.notify_all()

    async def abort(self) -> None:
        """Break it for good: those who wait, and all who come, get BrokenBarrierError."""
        async with self._condition:
            self._state = _State.BROKEN
            self._condition.notify_all()

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
