"""Contexts that serve one after the other who sets no variable; `plait.schedule.shared_context` tells why.

All functions take what `make` returned. Only compiled code sees which contexts are alike: interpreted, nothing is shared, each
borrower keeps its copy, and so do those that set a variable, or that somebody has asked for their context, compiled.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import Context, copy_context
from typing import TYPE_CHECKING, Any

from plait.native import calling, coroutine

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator


class _Sharing:
    """What is lent now, the innermost last, and what was not given back."""

    __slots__ = ("kept", "loans")

    def __init__(self) -> None:
        self.loans: list[tuple[object, Context]] = []
        self.kept: Context | None = None


def can_share() -> bool:
    """Whether this makes sense."""
    return False


def make() -> _Sharing:
    """To be freed by `free`."""
    return _Sharing()


def free(sharing: _Sharing) -> None:
    """It is not used any more."""


def begin(sharing: _Sharing) -> None:
    """A run of the loop begins, in the current context. Only during a run does anything stay for the next borrower."""


def end(sharing: _Sharing) -> None:
    """`forget`, and the run ends."""


def forget(sharing: _Sharing) -> None:
    """Leave the context that may have stayed entered for the next borrower, and keep no values of variables alive."""


def snapshot(sharing: _Sharing) -> Context:
    """A context with the variables of the current one, which nobody is to enter and others may have as well."""
    return copy_context()


def borrowed_by(sharing: _Sharing, borrower: object, snapshot: Context) -> Context:
    """The context in which `borrower` runs now; if it does not, a copy of `snapshot`."""
    for other, context in reversed(sharing.loans):
        if other is borrower:
            return context
    return snapshot.copy()


def has_kept(sharing: _Sharing) -> bool:
    """Whether the last `attempt`, `resume` or `throw` made a context the borrower's own. To be asked after each."""
    return sharing.kept is not None


def take_kept(sharing: _Sharing) -> Context:
    """That context."""
    kept, sharing.kept = sharing.kept, None
    assert kept is not None
    return kept


def attempt(
    sharing: _Sharing, borrower: object, snapshot: Context, function: Callable[..., Any], args: tuple[Any, ...]
) -> BaseException | None:
    """`calling.attempt` in a context that is borrowed."""
    with _loan(sharing, borrower, snapshot) as context:
        return calling.attempt(function, args, context)


def resume(
    sharing: _Sharing, borrower: object, snapshot: Context, coro: Coroutine[Any, Any, Any], cell: list[Any]
) -> Any:
    """`coroutine.resume` in a context that is borrowed."""
    with _loan(sharing, borrower, snapshot) as context:
        return coroutine.resume(coro, context, cell)


def throw(
    sharing: _Sharing,
    borrower: object,
    snapshot: Context,
    coro: Coroutine[Any, Any, Any],
    error: BaseException,
    cell: list[Any],
) -> Any:
    """`coroutine.throw` in a context that is borrowed."""
    with _loan(sharing, borrower, snapshot) as context:
        return coroutine.throw(coro, context, error, cell)


@contextmanager
def _loan(sharing: _Sharing, borrower: object, snapshot: Context) -> Iterator[Context]:
    context = snapshot.copy()
    sharing.loans.append((borrower, context))
    yield context
    sharing.loans.pop()
    sharing.kept = context
