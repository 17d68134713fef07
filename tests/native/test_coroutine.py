"""Driving a coroutine one step, in its context."""

from __future__ import annotations

import contextvars
import gc
import sys
import traceback
from collections.abc import Generator
from contextvars import ContextVar
from types import ModuleType
from typing import Any

import pytest

variable: ContextVar[str] = ContextVar("variable", default="outside")

VALUES = [None, 0, "text", (), (1, 2), [1], ValueError("a value"), StopIteration(1), ValueError, object()]


class Pause:
    """Awaited, it yields one thing."""

    def __init__(self, thing: Any = None) -> None:
        self.thing = thing

    def __await__(self) -> Generator[Any, Any, Any]:
        return (yield self.thing)


class Duck:
    """A coroutine by its methods only. It yields once, then returns what it was given."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self.started = False

    def send(self, _sent: None) -> str:
        if self.started:
            raise StopIteration(self.value)
        self.started = True
        return "yielded"

    def throw(self, error: BaseException) -> Any:
        raise StopIteration(error)


class Failure(Exception):
    pass


@pytest.fixture
def cell() -> list[Any]:
    return [None, None]


@pytest.fixture
def context() -> contextvars.Context:
    context = contextvars.copy_context()
    context.run(variable.set, "inside")
    return context


async def pausing(thing: Any = None, value: Any = None) -> Any:
    await Pause(thing)
    return value


def outcome(cell: list[Any], got: Any) -> Any:
    """What the coroutine returned; fails when it yielded instead."""
    assert got is cell
    value, error = cell
    assert error is None
    return value


def failure(cell: list[Any], got: Any) -> BaseException:
    """What the coroutine raised; fails when it did not."""
    assert got is cell
    value, error = cell
    assert isinstance(error, BaseException)
    assert value is None
    cell[1] = None
    return error


def test_resume_gives_what_was_yielded(native: ModuleType, context: contextvars.Context, cell: list[Any]) -> None:
    thing = object()
    coro = pausing(thing)
    assert native.coroutine.resume(coro, context, cell) is thing
    assert native.coroutine.resume(coro, context, cell) is cell


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_resume_gives_what_was_returned(
    native: ModuleType, context: contextvars.Context, cell: list[Any], value: Any
) -> None:
    coro = pausing(value=value)
    native.coroutine.resume(coro, context, cell)
    assert outcome(cell, native.coroutine.resume(coro, context, cell)) is value


def test_resume_raises_what_was_raised(native: ModuleType, context: contextvars.Context, cell: list[Any]) -> None:
    error = Failure()

    async def failing() -> None:
        raise error

    assert failure(cell, native.coroutine.resume(failing(), context, cell)) is error
    assert [entry.name for entry in traceback.extract_tb(error.__traceback__)][-1] == "failing"


def test_resume_runs_in_the_context_and_leaves_it(
    native: ModuleType, context: contextvars.Context, cell: list[Any]
) -> None:
    async def changing() -> str:
        before = variable.get()
        variable.set("changed")
        return before

    assert outcome(cell, native.coroutine.resume(changing(), context, cell)) == "inside"
    assert (variable.get(), context[variable]) == ("outside", "changed")


def test_context_is_left_after_an_error(native: ModuleType, context: contextvars.Context, cell: list[Any]) -> None:
    async def failing() -> None:
        raise Failure

    assert isinstance(failure(cell, native.coroutine.resume(failing(), context, cell)), Failure)
    assert variable.get() == "outside"
    context.run(variable.set, "can be entered again")


def test_context_that_is_entered_already_is_refused(
    native: ModuleType, context: contextvars.Context, cell: list[Any]
) -> None:
    coro = pausing()
    for step in (native.coroutine.resume, lambda *args: native.coroutine.throw(args[0], args[1], Failure(), args[2])):
        error = failure(cell, context.run(step, coro, context, cell))
        with pytest.raises(RuntimeError, match="already entered"):
            raise error
    coro.close()


def test_duck_is_driven_by_its_methods(native: ModuleType, context: contextvars.Context, cell: list[Any]) -> None:
    duck = Duck((1, 2))
    assert native.coroutine.resume(duck, context, cell) == "yielded"
    assert outcome(cell, native.coroutine.resume(duck, context, cell)) == (1, 2)
    error = Failure()
    assert outcome(cell, native.coroutine.throw(duck, context, error, cell)) is error


def test_generator_is_driven(native: ModuleType, context: contextvars.Context, cell: list[Any]) -> None:
    def counting() -> Generator[int, Any, str]:
        yield 1
        return "end"

    coro = counting()
    assert native.coroutine.resume(coro, context, cell) == 1
    assert outcome(cell, native.coroutine.resume(coro, context, cell)) == "end"


def test_ended_coroutine_is_refused(native: ModuleType, context: contextvars.Context, cell: list[Any]) -> None:
    coro = pausing()
    coro.close()
    resumed = failure(cell, native.coroutine.resume(coro, context, cell))
    thrown = failure(cell, native.coroutine.throw(coro, context, Failure(), cell))
    for error in (resumed, thrown):
        with pytest.raises(RuntimeError, match="cannot reuse already awaited coroutine"):
            raise error


def test_throw_raises_what_is_not_caught(native: ModuleType, context: contextvars.Context, cell: list[Any]) -> None:
    coro = pausing()
    native.coroutine.resume(coro, context, cell)
    error = Failure()
    assert failure(cell, native.coroutine.throw(coro, context, error, cell)) is error
    assert variable.get() == "outside"


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_throw_gives_what_was_returned(
    native: ModuleType, context: contextvars.Context, cell: list[Any], value: Any
) -> None:
    async def catching() -> Any:
        try:
            await Pause()
        except Failure:
            return value

    coro = catching()
    native.coroutine.resume(coro, context, cell)
    assert outcome(cell, native.coroutine.throw(coro, context, Failure(), cell)) is value


def test_throw_gives_what_was_yielded(native: ModuleType, context: contextvars.Context, cell: list[Any]) -> None:
    async def catching() -> None:
        try:
            await Pause()
        except Failure:
            assert variable.get() == "inside"
            await Pause("another")

    coro = catching()
    native.coroutine.resume(coro, context, cell)
    assert native.coroutine.throw(coro, context, Failure(), cell) == "another"
    coro.close()


def test_throw_into_a_coroutine_that_has_not_begun(
    native: ModuleType, context: contextvars.Context, cell: list[Any]
) -> None:
    error = Failure()
    assert failure(cell, native.coroutine.throw(pausing(), context, error, cell)) is error


def test_steps_keep_no_references(native: ModuleType, context: contextvars.Context, cell: list[Any]) -> None:
    thing, value, error = object(), object(), Failure()

    def run_once() -> None:
        coro = pausing(thing, value)
        native.coroutine.resume(coro, context, cell)
        native.coroutine.resume(coro, context, cell)
        native.coroutine.throw(Duck(None), context, error, cell)
        cell[0] = None

    run_once()
    kept = (thing, value, error, context, cell)
    before = [sys.getrefcount(each) for each in kept]
    for _ in range(100):
        run_once()
    gc.collect()
    assert [sys.getrefcount(each) for each in kept] == before
