"""A hand-written coroutine: what compiled code returns where asyncio has an ``async def``.

It can be awaited, or made a task of, as any coroutine can. Its body is three methods, each of which returns the future to
wait for next, or None when the operation has ended with `_value`: `start`, `resumed` when that future has its result, and
`interrupted` when an exception, a cancellation above all, came instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.native import iteration, lifetime, pool
from plait.tasks import never_awaited, thrown

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import TracebackType

    from plait.tasks.future import Future

_NEW = 0
_WAITING = 1
_ENDED = 2


class Operation:
    """Base of the awaitables that plait's primitives return."""

    __slots__ = ("__weakref__", "_awaited", "_progress", "_value")

    _awaited: Any
    _value: Any

    def begin(self) -> None:
        """What every operation sets when it is made, with `pool.new`."""
        self._progress = _NEW

    def take_over(self) -> None:
        """It is nobody's to await: its steps are taken by other means."""
        self._progress = _ENDED

    def value(self) -> Any:
        """What it has ended with."""
        return self._value

    def start(self) -> Future | None:
        """Take the first step."""
        raise NotImplementedError

    def resumed(self) -> Future | None:
        """The awaited future has its result."""
        return None

    def interrupted(self, error: BaseException) -> Future | None:
        """`error` came up at the await: clean up and raise it, or handle it."""
        try:
            raise error
        finally:
            del error  # its traceback refers to this frame: leave no cycle

    def __await__(self) -> Generator[Any, None, Any]:
        if self._progress != _NEW:
            raise RuntimeError(f"cannot reuse already awaited {self.label()}()")
        return self

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> Any:
        progress = self._progress
        self._progress = _ENDED
        if progress == _NEW:
            future = self.start()
        elif progress == _WAITING:
            future = self._continue()
        else:
            raise RuntimeError(f"cannot reuse already awaited {self.label()}()")
        if future is not None:
            return self._wait(future)
        self._awaited = None
        iteration.stop(self._value)
        raise StopIteration

    def _wait(self, future: Future) -> Future:
        self._awaited = future
        self._progress = _WAITING
        future._asyncio_future_blocking = True
        return future

    def _continue(self) -> Future | None:
        if self._awaited.has_result():
            return self.resumed()
        try:
            self._awaited.take()
        except BaseException as error:
            return self.interrupted(error)
        return self.resumed()

    def send(self, value: Any) -> Any:
        """Go on; operations do not take values."""
        return self.__next__()

    def throw(self, kind: Any, value: Any = None, traceback: TracebackType | None = None) -> Any:
        """Raise an exception at the await."""
        error = thrown.as_thrown(kind, value, traceback)
        progress = self._progress
        self._progress = _ENDED
        if progress != _WAITING:
            raise error
        future = self.interrupted(error)
        if future is not None:
            return self._wait(future)
        self._awaited = None
        raise StopIteration(self._value)

    def close(self) -> None:
        """Await no more."""
        progress = self._progress
        self._progress = _ENDED
        if progress == _WAITING:
            self._close()

    def _close(self) -> None:
        try:
            future = self.interrupted(GeneratorExit())
        except GeneratorExit:
            return
        if future is not None:
            raise RuntimeError("coroutine ignored GeneratorExit")

    def __dealloc__(self) -> None:
        if self._progress == _NEW:
            _warn_never_awaited(never_awaited.qualified(type(self).__module__, self.label()))

    def label(self) -> str:
        """The name of the function that returned this."""
        return type(self).__name__.lower()

    @property
    def cr_await(self) -> Any:
        """What this waits for; for the tools that walk the chain of awaits."""
        return self._awaited

    @property
    def cr_frame(self) -> None:
        """There is no Python frame."""
        return None

    @property
    def cr_running(self) -> bool:
        """An operation never runs Python code of others."""
        return False

    @property
    def cr_code(self) -> None:
        """There is no Python code."""
        return None


lifetime.call_when_freed(Operation)


def progress_place() -> int:
    """What `pool.keep_freed_if_set` needs to know of operations, whose end needs no warning once they were awaited."""
    some = Operation()
    some.take_over()
    return pool.place(some, some._progress)


def _warn_never_awaited(name: str) -> None:
    try:
        never_awaited.warn(name)
    except Warning as error:  # it is to be one, and this is no place to raise it
        lifetime.ignore(error.with_traceback(None), never_awaited.Dropped(name))
