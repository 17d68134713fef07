"""What a task waits for, and how it is cancelled meanwhile."""

from __future__ import annotations

from typing import Any

from plait.base import limits
from plait.base.errors import CancelledError
from plait.native import methods
from plait.tasks import reprs
from plait.tasks.future import Future
from plait.tasks.stepper import Stepper

_LONGEST_CANCELLATION = limits.LONGEST_CANCELLATION

_asking = 0  # tasks that ask what they wait for to be cancelled, just now


class Awaiter(Stepper):
    """What a task is besides a stepper."""

    __slots__ = ("_asks", "_cancels", "_must_cancel", "_throws", "_waits_on")

    def begin_waiting(self) -> None:
        """What the constructor does."""
        self._waits_on: Any = None
        self._cancels = 0
        self._must_cancel = False
        self._throws = False  # its outcome at its next step
        self._asks = False  # what it waits for, to be cancelled, just now

    @property
    def _fut_waiter(self) -> Any:
        return self._waits_on

    @property
    def _num_cancels_requested(self) -> int:
        return self._cancels

    # Cancellation.

    def _cancel_pending(self, msg: Any) -> None:
        awaited = self._waits_on
        if self._asks:
            self._leave_circle(awaited)
        else:
            self._cancels += 1
            if awaited is not None and self._ask(awaited, msg):
                return
        self._must_cancel = True
        self._cancel_message = msg

    def _ask(self, awaited: Any, msg: Any) -> bool:
        """Have what this waits for be cancelled; returns whether it agrees."""
        global _asking
        if _asking >= _LONGEST_CANCELLATION:
            raise RecursionError(f"cannot cancel {_asking} tasks and more, each of which waits for the next")
        self._asks = True
        _asking += 1
        try:
            return bool(awaited.cancel(msg=msg))
        finally:
            _asking -= 1
            self._asks = False

    def _leave_circle(self, awaited: Any) -> None:
        """What this waits for waits for this: wait no more, and take the next step, which raises CancelledError, soon."""
        if awaited.done():
            return
        if isinstance(awaited, Future):
            own: Future = awaited
            own.remove_waiter(self)
        elif hasattr(awaited, "remove_done_callback"):
            awaited.remove_done_callback(self._wakeup)
        else:
            return  # a run inside the step: there is none to take before it ends
        self._waits_on = None
        self._scheduler.push(self)

    def cancelling(self) -> int:
        """How many cancellations were requested and not taken back."""
        return self._cancels

    def uncancel(self) -> int:
        """Take one request for cancellation back; returns how many are left."""
        if self._cancels > 0:
            self._cancels -= 1
            if self._cancels == 0:
                self._must_cancel = False
        return self._cancels

    # Waiting.

    def _wait_for(self, future: Future) -> None:
        """Wait for a future that is plait's."""
        if not future._asyncio_future_blocking:
            self._throw_soon(reprs.without_await(self, future))
        elif future._scheduler is not self._scheduler:
            self._refuse_other_loop(future)
        elif future is self:
            self._throw_soon(reprs.awaits_itself(self))
        else:
            future._asyncio_future_blocking = False
            self._waits_on = future
            future.add_waiter(self)
            if self._must_cancel and future.cancel(self._cancel_message):
                self._must_cancel = False

    def _wait_for_foreign(self, yielded: Any) -> None:
        """Wait for a future that is not plait's, but speaks asyncio's protocol."""
        blocking = getattr(yielded, "_asyncio_future_blocking", None)
        if blocking is None:
            self._throw_soon(reprs.bad_yield(self, yielded))
        elif not blocking:
            self._throw_soon(reprs.without_await(self, yielded))
        elif yielded is self:
            self._throw_soon(reprs.awaits_itself(self))
        elif yielded.get_loop() is not self._scheduler.loop():
            self._refuse_other_loop(yielded)
        else:
            yielded._asyncio_future_blocking = False
            yielded.add_done_callback(self._wakeup)
            self._waits_on = yielded
            if self._must_cancel and yielded.cancel(msg=self._cancel_message):
                self._must_cancel = False

    def _wakeup(self, future: Any) -> None:
        try:
            future.result()
        except BaseException as error:
            self._outcome = error
            self._throws = True
        self.run()

    def _refuse_other_loop(self, future: Any) -> None:
        future._asyncio_future_blocking = False
        self._throw_soon(reprs.other_loop(self, future))

    def _throw_soon(self, message: str) -> None:
        self._outcome = RuntimeError(message)
        self._throws = True
        self._scheduler.push(self)

    def wake(self, future: Any) -> Any:
        self._scheduler.push(self)

    def _take_error(self) -> BaseException:
        """What the next step is to raise in the coroutine."""
        error: BaseException | None = None
        if self._throws:
            error = self._outcome
            self._outcome = None
            self._throws = False
        if self._must_cancel:
            self._must_cancel = False
            if not isinstance(error, CancelledError):
                error = self._make_cancelled_error()
        assert error is not None
        return error


methods.guard(Awaiter)


def is_plain(yielded: Any) -> bool:
    """Whether it is a future of plait's with the ways of one: a subclass may have its own ``add_done_callback``."""
    return isinstance(yielded, Future) and type(yielded).add_done_callback is _add_done_callback


_add_done_callback = Future.add_done_callback
