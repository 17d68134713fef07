"""The course of a map: items are taken as there is room, calls end, results wait to be asked for."""

from __future__ import annotations

import asyncio
import contextlib
import operator
from collections import deque
from typing import TYPE_CHECKING, Any

from plait.base.errors import WorkLost
from plait.bridge.mapping.call import Call
from plait.bridge.mapping.crossing import Crossing
from plait.bridge.mapping.progress import Progress, progress_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from plait.bridge.mapping.engines import Engine


class Run:
    """Holds the calls that were begun and not yet handed out: those that the engine has, and as many again that are done."""

    def __init__(self, engine: Engine, items: Any, ordered: bool, retries: int, progress: Any) -> None:
        self._engine = engine
        self._items = items
        self._ordered = ordered
        self._retries = retries
        self._progress = progress_for(progress, _length(items))
        self._loop = asyncio.get_running_loop()
        self._next_index = 0
        self._begun: deque[Call] = deque()
        """In order, those that were not handed out. Only when ordered."""
        self._done: deque[Call] = deque()
        """As they were done, those that were not handed out. Only when not ordered."""
        self._held = 0
        self._with_engine: set[Call] = set()
        self._no_more = False
        self._source_error: BaseException | None = None
        self._consumer: asyncio.Future[None] | None = None
        self._feeder: asyncio.Task[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self.is_stopped = False
        engine.open(Crossing(self._loop, self._ended, self._after))
        self._iterator: Any = None
        if hasattr(items, "__aiter__"):
            self._feeder = self._loop.create_task(self._feed(aiter(items)))
        else:
            self._iterator = iter(items)
            self._fill()

    # Items go in.

    def _has_room(self) -> bool:
        depth = self._engine.depth
        return len(self._with_engine) < depth and self._held < 2 * depth

    def _fill(self) -> None:
        if self._iterator is None:
            if self._room is not None and not self._room.done() and self._has_room():
                self._room.set_result(None)
            return
        while not self._no_more and self._has_room():
            try:
                item = next(self._iterator)
            except StopIteration:
                self._no_more = True
            except BaseException as error:
                self._no_more = True
                self._source_error = error
            else:
                self._begin(item)

    async def _feed(self, items: AsyncIterator[Any]) -> None:
        try:
            async for item in items:
                if self.is_stopped:
                    return
                self._begin(item)
                self._wake_consumer()  # a call that could not be started is done already
                while not self._has_room():
                    self._room = self._loop.create_future()
                    await self._room
        except BaseException as error:
            self._source_error = error
            if not isinstance(error, Exception):
                raise
        finally:
            self._no_more = True
            self._wake_consumer()

    def _begin(self, item: Any) -> None:
        call = Call(self._next_index, item)
        self._next_index += 1
        self._held += 1
        if self._ordered:
            self._begun.append(call)
        self._start(call)

    def _start(self, call: Call) -> None:
        call.tries += 1
        self._with_engine.add(call)
        try:
            self._engine.start(call)
        except Exception as error:
            call.error = error
            self._close_call(call)

    # Results come out.

    def _ended(self, call: Call) -> None:
        if self.is_stopped:
            self._report_late(call)
            return
        self._take(call)
        if isinstance(call.error, Exception) and call.tries <= self._retries:
            self._with_engine.discard(call)
            call.error = None
            self._start(call)
        else:
            self._close_call(call)

    def _take(self, call: Call) -> None:
        try:
            self._engine.take(call)
        except Exception as error:
            call.error = error
        call.work = None
        if isinstance(call.error, _MISLEADING):
            call.error = told_apart(call.error)

    def _close_call(self, call: Call) -> None:
        self._with_engine.discard(call)
        call.is_done = True
        if not self._ordered:
            self._done.append(call)
        try:
            self._progress.advance(1)
        except Exception as error:
            self._source_error, self._no_more = error, True
            self._progress = Progress()

    def _after(self) -> None:
        if not self.is_stopped:
            self._fill()
            self._wake_consumer()

    def _wake_consumer(self) -> None:
        consumer = self._consumer
        if consumer is not None and not consumer.done() and (self._is_ready() or self.is_over()):
            consumer.set_result(None)

    def _is_ready(self) -> bool:
        return self._begun[0].is_done if self._ordered and self._begun else bool(self._done)

    def is_over(self) -> bool:
        """Whether nothing comes any more."""
        return self._no_more and self._held == 0

    def source_error(self) -> BaseException | None:
        """What the iterable of the items has raised, or the function that shows progress."""
        error, self._source_error = self._source_error, None
        return told_apart(error) if isinstance(error, _MISLEADING) else error

    def next_done(self) -> Call | None:
        """The next call to hand out, if it is done; its item and its result are the caller's then."""
        if not self._is_ready():
            return None
        call = self._begun.popleft() if self._ordered else self._done.popleft()
        self._held -= 1
        self._fill()
        return call

    async def wait(self) -> None:
        """Until `next_done` has one, or nothing comes any more."""
        if self._consumer is not None:
            raise RuntimeError("two tasks iterate over one map(): give each result to a queue, or make two maps")
        self._consumer = self._loop.create_future()
        try:
            await self._consumer
        finally:
            self._consumer = None

    # The end.

    def stop(self) -> None:
        """Stop what is under way, forget what nobody has asked for."""
        if self.is_stopped:
            return
        self.is_stopped = self._no_more = True
        for call in self._with_engine:
            self._engine.stop(call)
        self._engine.close()
        if self._feeder is not None:
            self._feeder.cancel()
        self._progress.close()
        self._begun.clear()
        self._done.clear()
        self._held = 0
        self._wake_consumer()  # another task may have stopped it

    def stop_soon(self) -> None:
        """`stop()` by the loop: callable from any thread and from finalizers, which may run while a lock is held."""
        with contextlib.suppress(RuntimeError):  # the loop is closed, and what is under way ends by itself
            self._loop.call_soon_threadsafe(self.stop)

    async def wait_stopped(self) -> None:
        """Wait for what ends for sure."""
        if self._feeder is not None:
            await asyncio.wait([self._feeder])
        await self._engine.wait_closed()

    def _report_late(self, call: Call) -> None:
        """The map was over while something still worked: nobody is there for its error, but being lost is what was asked."""
        if call.work is not None and call.work.cancelled():
            return
        self._take(call)
        error = call.error
        if isinstance(error, Exception) and not isinstance(error, WorkLost):
            message = f"{call.described()} failed after its map() was stopped"
            self._loop.call_exception_handler({"message": message, "exception": error})


def told_apart(error: BaseException) -> RuntimeError:
    """The caller of the iterator must not take it for the end, or for a cancellation of its own."""
    plain = RuntimeError(f"{type(error).__name__} was raised, which means something else to who iterates: {error}")
    plain.__cause__ = error
    return plain


_MISLEADING = (StopIteration, StopAsyncIteration, asyncio.CancelledError)


def _length(items: Any) -> int | None:
    try:
        length = operator.length_hint(items, -1)
    except Exception:
        return None
    return None if length < 0 else length
