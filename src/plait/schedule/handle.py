"""One callback with its arguments and its context: what ``call_soon`` returns."""

from __future__ import annotations

import asyncio
from asyncio import format_helpers
from contextvars import Context
from typing import TYPE_CHECKING, Any

from plait.base import origin
from plait.base.runnable import Runnable
from plait.native import calling, collector, contexts, lifetime, methods, pool, sharing

if TYPE_CHECKING:
    from collections.abc import Callable

    from plait.schedule.shared_context import SharedContext

# Since some release of 3.12.
_CAN_HIDE_ARGUMENTS = "debug" in format_helpers._format_callback_source.__code__.co_varnames


class Handle(Runnable):
    """A callback that is to run once, unless it is cancelled. See `asyncio.Handle`."""

    __slots__ = (
        "__weakref__",
        "_args",
        "_callback",
        "_cancelled",
        "_debugged",
        "_loop",
        "_runs_in",
        "_shared",
    )

    _callback: Callable[..., Any] | None
    _args: tuple[Any, ...] | None
    _loop: Any
    _runs_in: Context  # or, if it shares one, the snapshot of it
    _shared: SharedContext | None
    _cancelled: bool
    _debugged: list[Any] | None  # in debug mode: the stack that created it, and how it looked before it was cancelled

    def __init__(
        self, callback: Callable[..., Any], args: tuple[Any, ...], loop: Any, context: Context | None = None
    ) -> None:
        self.prepare(callback, args, loop, context, None)
        if loop is not None and loop.get_debug():
            self.trace_source()

    def prepare(
        self,
        callback: Callable[..., Any],
        args: tuple[Any, ...],
        loop: Any,
        context: Context | None,
        shared: SharedContext | None,
    ) -> None:
        """What the constructor does; a handle made with ``__new__`` calls it and so saves a Python call."""
        self._callback = callback
        self._args = args
        self._loop = loop
        self._shared = None
        if context is not None:
            if not isinstance(context, Context):
                raise TypeError(f"an instance of contextvars.Context was expected as context, got {context!r}")
            self._runs_in = context
        elif shared is None:
            self._runs_in = contexts.copy_current()
        else:
            self._shared = shared
            self._runs_in = shared.snapshot()
        self._cancelled = False
        self._debugged = None

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # libraries ask ``isinstance(h, asyncio.Handle)``
        return asyncio.Handle

    def sink(self) -> None:
        """Have the garbage collector pass over this, as a queue of a running loop holds it until `surface` is called."""
        collector.skip(self)

    def surface(self) -> None:
        """Undo `sink`: from now on others may be all that holds this."""
        collector.visit(self)

    def trace_source(self) -> None:
        """Keep the stack that created this, for debug mode's reports."""
        self._debugged = [origin.stack(), None]

    @property
    def _source_traceback(self) -> Any:
        return None if self._debugged is None else self._debugged[0]

    def get_context(self) -> Context:
        """The context in which the callback runs."""
        if self._shared is not None:
            self._runs_in = sharing.borrowed_by(self._shared._state, self, self._runs_in)
            self._shared = None
        return self._runs_in

    @property
    def _context(self) -> Context:
        return self.get_context()

    def cancelled(self) -> bool:
        """Whether the callback was cancelled."""
        return self._cancelled

    def cancel(self) -> None:
        """Do not run the callback; forget it and its arguments."""
        if not self._cancelled:
            self._cancelled = True
            self._forget()
            self.surface()

    def _forget(self) -> None:
        if self._debugged is not None:
            self._debugged[1] = _describe(self._callback, self._args, self._loop)  # debug mode may yet report on it
        self._callback = None
        self._args = None

    def run(self) -> Any:
        """Call the callback; report what it raises to the loop's exception handler."""
        error = None
        if self._cancelled:
            pass
        elif self._shared is None:
            error = calling.attempt(self._callback, self._args, self._runs_in)  # type: ignore[arg-type]
        else:
            error = sharing.attempt(self._shared._state, self, self._runs_in, self._callback, self._args)  # type: ignore[arg-type]
            self._keep_context()
        if error is not None:
            self._fail(error)
        elif lifetime.is_held(self, 2):  # besides by the caller, and by this frame, as it gives `self` another value
            self.surface()
        self = error = None  # type: ignore[assignment]  # an exception holds this frame

    def _keep_context(self) -> None:
        """If a variable was set in the context, or somebody has that, it is the handle's own from now on."""
        shared = self._shared
        if shared is not None and sharing.has_kept(shared._state):
            kept = sharing.take_kept(shared._state)
            self._shared = None
            self._runs_in = kept  # last, as what is dropped may have a finalizer that asks for the context

    def is_quiet(self) -> bool:
        args = self._args
        if args is None or len(args) != 1 or args[0] is not None:
            return False  # what is dropped may have a finalizer
        return calling.is_method_of(self._callback, _quiet_function, _quiet_kind)

    def _run(self) -> None:
        self.run()

    def _fail(self, error: BaseException) -> None:
        """Report what the callback raised, unless it is for whoever runs the loop."""
        self.surface()
        if isinstance(error, (SystemExit, KeyboardInterrupt)):
            raise error
        if self.is_quiet():
            self._loop.leave_tasks()  # the exception handler is not
        description = format_helpers._format_callback_source(self._callback, self._args)  # type: ignore[arg-type]
        context = {"message": f"Exception in callback {description}", "exception": error, "handle": self}
        if self._source_traceback:
            context["source_traceback"] = self._source_traceback
        self._loop.call_exception_handler(context)

    def _repr_parts(self) -> list[str]:
        parts = ["Handle"]
        if self._cancelled:
            parts.append("cancelled")
        if self._debugged is not None and self._debugged[1] is not None:
            parts.append(self._debugged[1])
        elif self._callback is not None:
            parts.append(_describe(self._callback, self._args, self._loop))
        if self._source_traceback:
            frame = self._source_traceback[-1]
            parts.append(f"created at {frame.filename}:{frame.lineno}")
        return parts

    def __repr__(self) -> str:
        return f"<{' '.join(self._repr_parts())}>"


methods.guard(Handle)


def _describe(callback: Any, args: Any, loop: Any) -> str:
    """The callback and where it is defined; in debug mode with its arguments."""
    options = {"debug": bool(loop.get_debug())} if loop is not None and _CAN_HIDE_ARGUMENTS else {}
    return format_helpers._format_callback_source(callback, args, **options)


pool.keep_freed(Handle)


_quiet_function: Any = None
_quiet_kind: Any = None


def let_be_quiet(function: Any, kind: type) -> None:
    """Have callbacks be quiet, in the sense of `Runnable.is_quiet`, that call the method `function` of a `kind` with None."""
    global _quiet_function, _quiet_kind
    _quiet_function, _quiet_kind = function, kind
