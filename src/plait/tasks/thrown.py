"""What may be given for an exception, as one exception."""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType


def as_thrown(kind: Any, value: Any, traceback: TracebackType | None) -> BaseException:
    """The exception that ``throw(kind, value, traceback)`` stands for."""
    if (value is not None or traceback is not None) and sys.version_info >= (3, 12):
        warnings.warn(
            "the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead.",
            DeprecationWarning,
            stacklevel=3,
        )
    if value is not None and isinstance(kind, BaseException):
        raise TypeError("instance exception may not have a separate value")
    error: BaseException = kind if isinstance(kind, BaseException) else _instance(kind, value)
    return error if traceback is None else error.with_traceback(traceback)


def _instance(kind: type[BaseException], value: Any) -> BaseException:
    if isinstance(value, kind):
        return value
    return kind() if value is None else kind(value)


def as_settled(exception: Any) -> BaseException:
    """The exception that ``set_exception(exception)`` stands for."""
    given = exception
    if isinstance(exception, type) and issubclass(exception, BaseException):
        exception = exception()
    if not isinstance(exception, BaseException):
        raise TypeError(
            f"an exception was expected by set_exception(), got {given!r}: give one, or a class of exceptions"
        )
    if isinstance(exception, StopIteration):
        error = RuntimeError("StopIteration interacts badly with generators and cannot be raised into a Future")
        error.__cause__ = exception
        error.__context__ = exception
        return error
    return exception
