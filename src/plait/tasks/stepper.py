"""A coroutine and the context in which it takes its steps: its own, or one that it borrows for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plait.native import contexts, coroutine, methods, sharing
from plait.tasks.future import Future

if TYPE_CHECKING:
    from contextvars import Context


class Stepper(Future):
    """What a task is besides a future. See `plait.schedule.shared_context`."""

    __slots__ = ("_coro", "_runs_in", "_shares_context")

    _coro: Any
    _runs_in: Context  # or the snapshot of it, while it shares one
    _shares_context: bool

    def set_context(self, context: Context | None) -> None:
        """Take the steps in `context`; when that is None, with the variables that are current now."""
        shared = self._scheduler._shared
        self._shares_context = context is None and shared is not None
        if context is not None:
            self._runs_in = context
        elif shared is not None:
            self._runs_in = shared.snapshot()
        else:
            self._runs_in = contexts.copy_current()

    def get_context(self) -> Context:
        """The context in which the coroutine runs."""
        if self._shares_context:
            self._shares_context = False
            self._runs_in = sharing.borrowed_by(self._scheduler._shared._state, self, self._runs_in)  # type: ignore[union-attr]
        return self._runs_in

    @property
    def _context(self) -> Context:
        return self.get_context()

    def take_step(self, cell: list[Any]) -> Any:
        """Send None into the coroutine: `coroutine.resume`, in the context."""
        if not self._shares_context:
            yielded = coroutine.resume(self._coro, self._runs_in, cell)
            if yielded is cell:
                self = None  # type: ignore[assignment]  # interpreted, the exception holds this frame
            return yielded
        state = self._scheduler._shared._state  # type: ignore[union-attr]
        yielded = sharing.resume(state, self, self._runs_in, self._coro, cell)
        if sharing.has_kept(state):
            self._keep_context(state)
        return yielded

    def take_step_with(self, error: BaseException, cell: list[Any]) -> Any:
        """Raise `error` in the coroutine: `coroutine.throw`, in the context."""
        try:
            if not self._shares_context:
                return coroutine.throw(self._coro, self._runs_in, error, cell)
            state = self._scheduler._shared._state  # type: ignore[union-attr]
            yielded = sharing.throw(state, self, self._runs_in, self._coro, error, cell)
            if sharing.has_kept(state):
                self._keep_context(state)
            return yielded
        finally:
            self = error = None  # type: ignore[assignment]  # it may hold this frame

    def _keep_context(self, state: Any) -> None:
        """A variable was set in the borrowed context, or somebody has it: from now on it is this one's own."""
        kept = sharing.take_kept(state)
        self._shares_context = False
        self._runs_in = kept  # last, as what is dropped may have a finalizer that asks for the context


methods.guard(Stepper)
