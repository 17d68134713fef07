# cython: nonecheck=True
"""Await a function that takes callbacks."""

from __future__ import annotations

from functools import partial, wraps
from typing import TYPE_CHECKING, Any, NamedTuple

from plait.base.errors import CallbackError
from plait.bridge import suspension
from plait.bridge.suspension import Resume, Suspension
from plait.native import calling, plain_calls, pool
from plait.tasks import coroutine_kinds, operation, thrown

if TYPE_CHECKING:
    from plait.tasks.operation import Operation

_RESULT = 0
_ERROR_FIRST = 1
_SEPARATE = 2

_FORMS = ("result", "error_first", "separate")


class Called(NamedTuple):
    """The arguments of a callback that was called with keywords."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]


def from_callback(function: Any, /, *args: Any, form: Any = None, names: Any = None, **kwargs: Any) -> Operation:
    """Call ``function(*args, callback, **kwargs)`` and wait for what `callback` is called with, in whatever thread.

    form "result" (the default): ``callback(result)``; no result is None, several are a tuple, keywords make a `Called`.
    form "error_first": ``callback(error, result)``, an error if `error` is true.
    form "separate": two callbacks, ``on_result(result)`` and ``on_error(error)``, the default if there are two `names`.
    names: a keyword, or two, by which the function takes the callbacks; None: they are its last positional arguments.
    An error that is no exception is raised as `CallbackError`. What the function returns is dropped; where it has to be
    held or closed, use `suspend`. Dropped callbacks, repeated ones, late ones: see `suspend`.
    """
    form = _form_of(form, names)
    return _with_names(_call_plainly(function, args), kwargs, form, names)


def _call_plainly(function: Any, args: Any) -> CallbackCall:
    """``from_callback(function, *args)``."""
    if not callable(function):
        raise TypeError(f"from_callback() needs a function that takes a callback, got {function!r}")
    call = pool.new(CallbackCall)
    call.begin()
    call._function = function
    call._args = args
    call._form = _RESULT
    return call


def _with_names(call: CallbackCall, kwargs: dict[str, Any], form: int, names: Any) -> CallbackCall:
    call._form = form
    call._names = names
    if kwargs or names is not None or form == _SEPARATE:
        call._kwargs = kwargs
    return call


def promisify(function: Any = None, /, *, form: Any = None, names: Any = None) -> Any:
    """Make a function that takes a callback one to be awaited; also as ``@promisify(form=…, names=…)``. See `from_callback`."""
    if function is None:
        return partial(promisify, form=form, names=names)
    if not callable(function):
        raise TypeError(f"promisify() needs a function that takes a callback, got {function!r}")
    if coroutine_kinds.is_coroutine_function(function):
        raise TypeError(f"{function!r} is a coroutine function, and can be awaited as it is")
    form = _form_of(form, names)

    @wraps(function, updated=())
    def awaitable(*args: Any, **kwargs: Any) -> Operation:
        return _with_names(_call_plainly(function, args), kwargs, form, names)

    return coroutine_kinds.mark_coroutine_function(awaitable)


def _form_of(form: Any, names: Any) -> int:
    """The form, checked against the names, as its place in `_FORMS`."""
    several = names is not None and not isinstance(names, str)
    if form is None:
        form = "separate" if several else "result"
    if form not in _FORMS:
        raise ValueError(f"form must be one of {', '.join(_FORMS)}, not {form!r}")
    if names is not None and (form == "separate") is not several:
        raise ValueError(f"form {form!r} takes {'two names' if form == 'separate' else 'one name'}, not {names!r}")
    if several and len(names) != 2:
        raise ValueError(f"names must be the keyword of one callback, or of two: on_result, on_error; not {names!r}")
    return _FORMS.index(form)


class CallbackCall(Suspension):
    """``from_callback(function, …)``."""

    __slots__ = ("_args", "_form", "_kwargs", "_names")

    _args: tuple[Any, ...]
    _kwargs: dict[str, Any]  # None: the callback is the last positional argument, and there are no keywords
    _names: Any
    _form: int

    def label(self) -> str:
        return "from_callback"

    def launch(self) -> Any:
        args = self._args
        self._args = None  # type: ignore[assignment]
        if self._kwargs is not None:
            return self._launch_by_name(args)
        if args:
            return self._function(*args, self.make_callback())
        return calling.call_with(self._function, self.make_callback())

    def _launch_by_name(self, args: tuple[Any, ...]) -> Any:
        kwargs = self._kwargs
        names = self._names
        callback = self.make_callback()
        self._kwargs = None  # type: ignore[assignment]
        callbacks = (callback, callback.failed) if self._form == _SEPARATE else (callback,)
        del callback
        if names is None:
            return self._function(*args, *callbacks, **kwargs)
        kwargs.update(zip((names,) if isinstance(names, str) else names, callbacks, strict=True))
        del callbacks
        return self._function(*args, **kwargs)

    def make_callback(self) -> ResultCallback:
        """What the function is to call."""
        callback = pool.new(ResultCallback)
        callback.prepare(self)
        callback._error_first = self._form == _ERROR_FIRST
        plain_calls.mark(callback._vectorcall)
        return callback


class ResultCallback(Resume):
    """A callback in the form that the function expects."""

    __slots__ = ("_error_first", "_vectorcall")

    _error_first: bool
    _vectorcall: None

    def __call__(self, *values: Any, **named: Any) -> None:
        if named:
            self.settle(Called(values, named), False)
        elif self._error_first:
            self._settle_error_first(values)
        else:
            self.settle(_only(values), False)

    def _settle_error_first(self, values: tuple[Any, ...]) -> None:
        if values and values[0]:
            self.settle(_as_error(values[:1]), True)
        else:
            self.settle(_only(values[1:]), False)

    def failed(self, *values: Any, **named: Any) -> None:
        """The second of two separate callbacks."""
        self.settle(_as_error((*values, named) if named else values), True)


def _call_back(callback: Any, value: Any) -> None:
    """``callback(value)``."""
    own: ResultCallback = callback
    if own._error_first:
        own._settle_error_first((value,))
    else:
        own.settle(value, False)


def _only(values: tuple[Any, ...]) -> Any:
    """The one value of a callback; None for none, all if there are several."""
    count = len(values)
    if count == 1:
        return values[0]
    return values if count else None


def _as_error(values: tuple[Any, ...]) -> BaseException:
    """What an error callback was called with, as an exception."""
    for value in values:
        if isinstance(value, BaseException) or (isinstance(value, type) and issubclass(value, BaseException)):
            return thrown.as_settled(value)
    return CallbackError(*values)


pool.keep_freed_if_set(CallbackCall, operation.progress_place())
pool.keep_freed_if(ResultCallback, suspension.is_used)
coroutine_kinds.mark_coroutine_function(from_callback)
plain_calls.take_one(ResultCallback, Resume, _call_back)
plain_calls.take_first(from_callback, _call_plainly)
