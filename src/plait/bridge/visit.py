"""An asynchronous context manager that a thread is in: one task enters and leaves it, in one context."""

from __future__ import annotations

import asyncio
from typing import Any

from plait.base.errors import PortalStopped


class Visit:
    """Timeouts, task groups and tokens of context variables around a `yield` need the same task and context at both ends."""

    def __init__(self, manager: Any, visits: set[Visit]) -> None:
        self._manager = manager
        self._visits = visits  # those under way, this one among them from its beginning to its end
        self._loop: Any = None
        self._value: Any = None  # the future of what the manager gives
        self._left: Any = None  # the future of what the block has raised, or None
        self.task: Any = None
        self.is_stopped = False

    def __repr__(self) -> str:
        return f"<Visit of {self._manager!r}>"

    async def enter(self) -> Any:
        """Begin; returns what the manager gives."""
        self._loop = asyncio.get_running_loop()
        self._value, self._left = self._loop.create_future(), self._loop.create_future()
        self.task = self._loop.create_task(self._live())
        await self._follow(self._value, self.task)
        return self._value.result() if self._value.done() else self.outcome()

    async def leave(self, error: BaseException | None) -> bool:
        """The block has ended; whether the manager swallows `error`."""
        if not self._left.done():
            self._left.set_result(error)
        await self._follow(self.task)
        return self.outcome()

    async def _follow(self, *futures: Any) -> None:
        """Wait for one of them; a cancellation is one of the task, whose outcome tells what came of it."""
        while not any(future.done() for future in futures):
            try:
                await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
            except asyncio.CancelledError:
                self.task.cancel()

    def stop(self) -> None:
        """Interrupt the block: the manager is left now. Nothing if that is under way."""
        self.is_stopped = True
        self._left.cancel()

    def outcome(self) -> bool:
        """What `leave` returns and raises; once the loop is closed, in any thread."""
        if not self.task.done() or (self.task.cancelled() and (self.is_stopped or self._loop.is_closed())):
            raise PortalStopped(f"the portal was stopped while a thread was in {self._manager!r}")
        return self.task.result()  # type: ignore[no-any-return]

    def forget(self) -> None:
        """Let go of what has ended: the errors in it hold frames, which hold this."""
        if self.task is not None and self.task.done():
            self.task = self._left = self._value = None

    # The task.

    async def _live(self) -> bool:
        self._visits.add(self)
        try:
            self._value.set_result(await self._manager.__aenter__())
            return await self._stay()
        finally:
            self._visits.discard(self)

    async def _stay(self) -> bool:
        try:
            error = await self._left
        except BaseException as interruption:  # by the manager's own timeout or task group, or by the stop
            if not await self._exit(interruption):
                raise
            return False  # the error of the block, if it has one, is another
        return await self._exit(error)

    async def _exit(self, error: BaseException | None) -> bool:
        if error is None:
            await self._manager.__aexit__(None, None, None)
            return False
        traceback = error.__traceback__
        try:
            return bool(await self._manager.__aexit__(type(error), error, traceback))
        except BaseException as raised:
            if raised is not error:
                raise
            error.__traceback__ = traceback
            return False  # it goes on where it was raised
