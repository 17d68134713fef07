"""A result that arrives later.

A future is pending, then cancelled or finished, once. Whoever waits on it is a `Runnable`: a task, a done-callback, a
combinator. There is a field for one, since nearly always there is no second: several are joined.
"""

from __future__ import annotations

import asyncio
from types import GenericAlias
from typing import TYPE_CHECKING, Any

from plait.base import origin
from plait.base.errors import CancelledError, InvalidStateError
from plait.base.runnable import Runnable
from plait.native import attributes, bound_methods, contexts, iteration, lifetime, methods, plain_calls, pool
from plait.schedule import failure, foreign, handle
from plait.schedule.handle import Handle
from plait.tasks import reprs, thrown, unheard, waiters
from plait.tasks.done_callback import DoneCallback
from plait.tasks.waiters import Waiters

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from contextvars import Context
    from types import TracebackType

    from plait.schedule.scheduler import Scheduler

_PENDING = 0
_CANCELLED = 1
_FINISHED = 2

_STATE_NAMES = ("PENDING", "CANCELLED", "FINISHED")


class Future(Runnable):
    """See `asyncio.Future`. Here any thread may settle one: the call is then carried out by the loop's own thread."""

    __slots__ = (
        "__dict__",
        "__weakref__",
        "_asyncio_future_blocking",
        "_attributes",
        "_cancel_message",
        "_failed",
        "_outcome",
        "_phase",
        "_scheduler",
        "_unretrieved",
        "_waiter",
    )

    _source_traceback: Any = None  # the stack that created it, of futures made in debug mode

    __class_getitem__ = classmethod(GenericAlias)  # type: ignore[var-annotated]

    def __init__(self, *, loop: Any = None) -> None:
        self.must_be_new()
        self._unretrieved = False  # what __del__ asks, should there be no loop
        self.begin(foreign.choose_scheduler(loop))

    def must_be_new(self) -> None:
        """A constructor is called once."""
        if getattr(self, "_scheduler", None) is not None:
            raise RuntimeError(f"{type(self).__name__} object is already initialized")

    def begin(self, scheduler: Scheduler) -> None:
        """What the constructor does; a future made with ``__new__`` calls it and so saves a Python call."""
        self._scheduler = scheduler
        self._outcome: Any = None
        self._waiter: Any = None
        self._phase = _PENDING
        self._asyncio_future_blocking = self._failed = self._unretrieved = False
        self._cancel_message: Any = None
        if scheduler._debug:
            self._source_traceback = origin.stack()

    # What others ask.

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # libraries ask ``isinstance(f, asyncio.Future)``
        return asyncio.Future

    def get_loop(self) -> Any:
        """The loop on which this is settled."""
        return self.home().loop()

    @property
    def _loop(self) -> Any:
        return self.home().loop()

    def home(self) -> Scheduler:
        """The scheduler; RuntimeError when a subclass has not called the constructor."""
        if self._scheduler is None:
            raise RuntimeError("Future object is not initialized.")
        return self._scheduler

    @property
    def _log_traceback(self) -> bool:
        return bool(self._unretrieved)

    @_log_traceback.setter
    def _log_traceback(self, value: bool) -> None:
        if value:
            raise ValueError("_log_traceback can only be set to False")
        self._unretrieved = False

    @property
    def _state(self) -> str:
        return _STATE_NAMES[self._phase]

    @property
    def _result(self) -> Any:
        return None if self._failed or self._phase != _FINISHED else self._outcome

    @property
    def _exception(self) -> BaseException | None:
        return self._outcome[0] if self._failed else None

    @property
    def _callbacks(self) -> list[tuple[Any, Any]] | None:
        return [reprs.as_callback(waiter) for waiter in waiters.list_waiters(self._waiter)] or None

    @property
    def _asyncio_awaited_by(self) -> set[Any] | None:  # what ``asyncio.capture_call_graph()`` asks, since Python 3.14
        from plait.tasks import awaited_by

        return awaited_by.awaited_by(self)

    def is_settled(self) -> bool:
        """`done`, for compiled callers."""
        return self._phase != _PENDING

    def has_result(self) -> bool:
        """Whether there is a result, not an exception."""
        return self._phase == _FINISHED and not self._failed

    def done(self) -> bool:
        """Whether there is a result or an exception, or it was cancelled."""
        return self._phase != _PENDING

    def cancelled(self) -> bool:
        """Whether it was cancelled."""
        return self._phase == _CANCELLED

    def result(self) -> Any:
        """The result; raises the exception, CancelledError, or InvalidStateError while there is none."""
        return self.take()

    def exception(self) -> BaseException | None:
        """The exception, or None; raises CancelledError, or InvalidStateError while there is no outcome."""
        if self._phase == _CANCELLED:
            raise self._make_cancelled_error()
        if self._phase == _PENDING:
            raise InvalidStateError("Exception is not set.")
        self._unretrieved = False
        return self._outcome[0] if self._failed else None

    def take(self) -> Any:
        """`result`, for compiled callers."""
        if self._phase == _FINISHED:
            if not self._failed:
                return self._outcome
            self._unretrieved = False
            raise self._outcome[0].with_traceback(self._outcome[1])
        if self._phase == _CANCELLED:
            raise self._make_cancelled_error()
        raise InvalidStateError("Result is not ready.")

    def _make_cancelled_error(self) -> BaseException:
        """The exception that a waiter gets; the one that cancelled a task keeps its traceback."""
        error: BaseException | None = self._outcome
        if error is not None and not self._failed and self._phase == _CANCELLED:
            self._outcome = None
            return error
        return CancelledError() if self._cancel_message is None else CancelledError(self._cancel_message)

    # What settles it.

    def set_result(self, result: Any) -> None:
        """Finish with a result and wake who waits. From another thread: the loop is asked to do so."""
        if self.home().is_foreign_thread():
            self._route(self.set_result, result)
            return
        self._must_be_pending()
        self.finish(result)

    def set_exception(self, exception: BaseException | type[BaseException]) -> None:
        """Finish with an exception and wake who waits. From another thread: the loop is asked to do so."""
        if self.home().is_foreign_thread():
            self._route(self.set_exception, exception)
            return
        self._must_be_pending()
        self.fail(thrown.as_settled(exception))

    def cancel(self, msg: Any = None) -> bool:
        """Cancel, a task by a CancelledError in its coroutine's next step; False when it was done already."""
        self._unretrieved = False
        if self._phase != _PENDING:
            return False
        if self.home().is_foreign_thread():
            self._route(self.cancel, msg)
        else:
            self._cancel_pending(msg)
        return True

    def _cancel_pending(self, msg: Any) -> None:
        self._cancel_message = msg
        self.abandon(None)

    def finish(self, result: Any) -> None:
        """`set_result` without its checks."""
        self._phase = _FINISHED
        self._outcome = result
        self._wake_waiters()

    def fail(self, error: BaseException) -> None:
        """`set_exception` without its checks; reported unless somebody asks for it."""
        self._phase = _FINISHED
        self._outcome = (error, error.__traceback__)
        self._failed = self._unretrieved = True
        unheard.note(self)
        self._wake_waiters()

    def abandon(self, error: BaseException | None) -> None:
        """`cancel` without its checks; `error` is the CancelledError that did it, if there was one."""
        self._phase = _CANCELLED
        self._outcome = error
        self._wake_waiters()

    def _must_be_pending(self) -> None:
        if self._phase != _PENDING:
            raise InvalidStateError(reprs.settled_already(self))

    def _route(self, method: Callable[..., Any], *args: Any) -> None:
        """Have the loop's thread make this call."""
        self._scheduler.push_threadsafe(Handle(method, args, self._scheduler.loop(), None))

    # Who waits.

    def add_waiter(self, waiter: Runnable) -> None:
        """Have ``waiter.wake(self)`` called when this is settled, at once if it is."""
        if self._phase != _PENDING:
            waiter.wake(self)
        elif self._waiter is None:
            self._waiter = waiter
        elif type(self._waiter) is Waiters:
            several: Waiters = self._waiter
            several.waiting.append(waiter)
        else:
            self._waiter = Waiters([self._waiter, waiter])

    def remove_waiter(self, waiter: Runnable) -> None:
        """Undo `add_waiter`, if it is still there."""
        waiting = waiters.list_waiters(self._waiter)
        if waiter in waiting:
            waiting.remove(waiter)
            self._waiter = waiters.join(waiting)

    def _wake_waiters(self) -> None:
        waiter = self._waiter
        if waiter is not None:
            self._waiter = None
            waiter.wake(self)

    def add_done_callback(self, fn: Callable[[Any], Any], /, *, context: Context | None = None) -> None:
        """Have ``fn(self)`` called by the loop, soon after this is done."""
        self._add_callback(fn, context)

    def _add_callback(self, fn: Callable[[Any], Any], context: Context | None) -> None:
        if not callable(fn):
            raise failure.not_callable(fn, "add_done_callback")
        if self.home().is_foreign_thread():
            self._route(self._add_callback, fn, context or contexts.copy_current())
            return
        callback = pool.new(DoneCallback)
        callback.prepare(fn, (), self._scheduler.loop(), context, self._scheduler._shared)
        callback._scheduler = self._scheduler
        self.add_waiter(callback)

    def remove_done_callback(self, fn: Callable[[Any], Any], /) -> int:
        """Undo `add_done_callback` for each callback equal to `fn`; returns how many."""
        self.home()
        waiting = waiters.list_waiters(self._waiter)
        kept = [waiter for waiter in waiting if not (isinstance(waiter, DoneCallback) and waiter._callback == fn)]
        self._waiter = waiters.join(kept)
        return len(waiting) - len(kept)

    def __await__(self) -> Generator[Any, None, Any]:
        return self._iterate()  # type: ignore[no-any-return]

    def __iter__(self) -> Generator[Any, None, Any]:
        return self._iterate()  # type: ignore[no-any-return]

    def _iterate(self) -> Any:
        self.home()
        iterator = pool.new(FutureIterator)
        iterator._future = self
        return iterator

    def __dealloc__(self) -> None:
        attributes.forget(self._attributes)  # type: ignore[attr-defined]

    def __del__(self) -> None:
        if self._unretrieved:
            self._report_from_finalizer()

    def _report_from_finalizer(self) -> None:
        try:
            self._report_lost()
        except BaseException:
            if not lifetime.is_interpreter_ending():
                raise

    def _report_lost(self) -> None:
        self._unretrieved = False
        failure.report(
            self._scheduler.loop(),
            f"{type(self).__name__} exception was never retrieved",
            exception=self._exception,
            future=self,
            source_traceback=self._source_traceback or self._creation_stack(),
        )

    def _creation_stack(self) -> Any:
        return None

    def __repr__(self) -> str:
        return reprs.future_repr(self)


def _is_spent(future: Any) -> bool:
    own: Future = future
    return not own._unretrieved


class FutureIterator:
    """The iterator behind ``await future``: yields the future once, then returns its result."""

    __slots__ = ("_future",)

    _future: Any

    def __iter__(self) -> FutureIterator:
        return self

    def __next__(self) -> Any:
        future = self._future
        if future is None:
            raise StopIteration
        if _must_wait(future):
            return future
        self._future = None
        iteration.stop(_take(future))
        raise StopIteration

    def send(self, value: Any) -> Any:
        """Go on; futures do not take values."""
        return self.__next__()

    def throw(self, kind: Any, value: Any = None, traceback: TracebackType | None = None) -> Any:
        """Raise an exception at the await."""
        self._future = None
        raise thrown.as_thrown(kind, value, traceback)

    def close(self) -> None:
        """Await no more."""
        self._future = None


def _must_wait(future: Any) -> bool:
    own: Future = future
    if own._phase != _PENDING:
        return False
    if own._asyncio_future_blocking:  # still: no task took note that it has to wait
        raise RuntimeError("await wasn't used with future: the task was resumed before its future was done")
    own._asyncio_future_blocking = True
    return True


def _take(future: Any) -> Any:
    own: Future = future
    return own.take()


def _add_plainly(future: Any, fn: Any, context: Any) -> Any:
    own: Future = future
    own._add_callback(fn, context)


methods.guard(Future)
attributes.allow(Future, Runnable)
iteration.await_itself(Future, _must_wait, _take)
pool.keep_freed_if(Future, _is_spent)
pool.keep_freed(FutureIterator)
plain_calls.take_in_context(Future.__dict__["add_done_callback"], _add_plainly)
bound_methods.reuse(Future, "set_result")
handle.let_be_quiet(Future.__dict__["set_result"], Future)
