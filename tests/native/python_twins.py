"""The Python functions of `plait.native`, and the classes of `c_twins.pyx` written with them."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from plait.native import (
    aside,
    attributes,
    batch,
    borrowed,
    bound_methods,
    calling,
    clocks,
    collector,
    contexts,
    coroutine,
    deques,
    epolling,
    frame,
    heap,
    iteration,
    lifetime,
    locks,
    messages,
    methods,
    octets,
    plain_calls,
    pool,
    sharing,
    sockets,
    thread,
    thread_value,
    wakeup,
    window,
)

__all__ = [
    "Awaited",
    "Callee",
    "Caller",
    "Door",
    "Ending",
    "Flagged",
    "Guarded",
    "Mortal",
    "Mourned",
    "Open",
    "Pooled",
    "aside",
    "attributes",
    "batch",
    "borrowed",
    "bound_methods",
    "called",
    "calling",
    "clocks",
    "collector",
    "contexts",
    "coroutine",
    "deques",
    "epolling",
    "frame",
    "heap",
    "iteration",
    "lifetime",
    "locks",
    "messages",
    "methods",
    "octets",
    "plain_calls",
    "pool",
    "sharing",
    "sockets",
    "thread",
    "thread_value",
    "wakeup",
    "window",
]


class Closed:
    """It has the attributes that it declares, and no others."""

    __slots__ = ()


class Open(Closed):
    """It has any attribute."""

    __slots__ = ("__dict__", "__weakref__", "_attributes", "declared")


attributes.allow(Open, Closed)


class Callee(Closed):
    """Tells what it was called with."""

    __slots__ = ("_vectorcall",)

    def __call__(self, *values: Any, **named: Any) -> Any:
        return values, named


plain_calls.take_one(Callee, Closed, lambda _callee, value: ((value,), {}))


def called(first: Any, /, *rest: Any, **named: Any) -> Any:
    """What it was called with."""
    if first == "wrong":
        raise ValueError(rest)
    return first, rest, named


plain_calls.take_first(called, called)


class Guarded:
    """Its methods refuse what is not one, as far as the interpreter sees to it."""

    def alone(self) -> str:
        return "alone"

    def with_one(self, value: Any) -> Any:
        return value

    def with_any(self, first: Any, *rest: Any, last: Any = None) -> Any:
        return first, rest, last

    async def later(self) -> str:
        return "later"


methods.guard(Guarded)


class Caller:
    """Tells what its method was called with."""

    def call(self, first: Any, *rest: Any, context: Any = None, other: Any = None) -> Any:
        if first == "wrong":
            raise ValueError(rest)
        return first, rest, context, other


plain_calls.take_in_context(Caller.__dict__["call"], lambda _caller, first, context: (first, (), context, None))


class Pooled:
    """Its memory is kept when it is freed."""

    __slots__ = ("__weakref__", "number", "thing")


pool.keep_freed(Pooled)


class Flagged:
    """Its last words are heard unless its flag is set."""

    __slots__ = ("flag", "last_words")

    flag: int
    last_words: Any

    def __del__(self) -> None:
        if not self.flag:
            self.last_words()


class Mourned:
    """Its last words are heard, if it has any."""

    __slots__ = ("last_words",)

    def __del__(self) -> None:
        if self.last_words is not None:
            self.last_words()


pool.keep_freed_if(Mourned, lambda mourned: mourned.last_words is None)


class Awaited:
    """It is awaited while it is not ready, then gives a value, or raises the value that is an exception."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self.ready: Any = False

    def __await__(self) -> Generator[Any, None, Any]:
        while not awaited_ready(self):
            yield self
        if isinstance(self.value, BaseException):
            raise self.value
        return self.value


def awaited_ready(awaited: Awaited) -> bool:
    if isinstance(awaited.ready, BaseException):
        raise awaited.ready
    return bool(awaited.ready)


iteration.await_itself(Awaited, lambda awaited: not awaited_ready(awaited), lambda awaited: awaited.value)


class Ending:
    """An iterator that ends at once, with a value."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __await__(self) -> Ending:
        return self

    def __iter__(self) -> Ending:
        return self

    def __next__(self) -> Any:
        iteration.stop(self.value)
        raise StopIteration


class Mortal:
    """Calls a function when it is freed."""

    def __init__(self, farewell: Callable[[], object]) -> None:
        self.farewell = farewell

    def __dealloc__(self) -> None:
        self.farewell()


class Door:
    """Tells who came in and how they left."""

    __slots__ = ("__weakref__", "seen")

    seen: Any

    def __aenter__(self) -> Door:
        """Come in."""
        self.seen = "in"
        return self

    def __aexit__(self, kind: Any, error: Any, traceback: Any) -> Door:
        self.seen = kind, error
        return self


bound_methods.reuse(Door, "__aenter__")
bound_methods.reuse(Door, "__aexit__")
