"""What a thread is in the midst of, set aside and taken up again."""

from __future__ import annotations

import contextvars
import sys
from contextvars import ContextVar, copy_context
from types import ModuleType

import pytest

variable: ContextVar[str] = ContextVar("variable", default="outside")


def test_contexts_can_be_entered_meanwhile(native: ModuleType) -> None:
    outer, inner = copy_context(), contextvars.Context()

    def within() -> None:
        variable.set("outer")
        inner.run(deeper)
        assert variable.get() == "outer"

    def deeper() -> None:
        variable.set("inner")
        aside = native.aside.set_aside()
        seen = variable.get()
        outer.run(variable.set, "changed in outer")
        assert inner.run(variable.get) == "inner"
        inner.run(variable.set, "changed in inner")
        native.aside.take_up(aside)
        assert seen == "outside"
        assert variable.get() == "changed in inner"
        with pytest.raises(RuntimeError, match="already entered"):
            outer.run(variable.get)
        outer_copy = native.aside.set_aside()
        outer.run(variable.set, "outer")
        native.aside.take_up(outer_copy)

    outer.run(within)
    assert variable.get() == "outside"


def test_where_no_context_is_entered_nothing_changes(native: ModuleType) -> None:
    native.aside.take_up(native.aside.set_aside())
    assert variable.get() == "outside"


def test_they_nest(native: ModuleType) -> None:
    def within(depth: int) -> None:
        variable.set(str(depth))
        aside = native.aside.set_aside()
        if depth < 5:
            copy_context().run(within, depth + 1)
        native.aside.take_up(aside)
        assert variable.get() == str(depth)

    copy_context().run(within, 0)


def test_the_handled_exception_is_handled_again(native: ModuleType) -> None:
    try:
        raise KeyError
    except KeyError as error:
        aside = native.aside.set_aside()
        seen = sys.exception()
        native.aside.take_up(aside)
        assert sys.exception() is error  # noqa: PT017
        assert seen is (None if native.aside.__class__ is type else error)  # noqa: PT017
    assert sys.exception() is None


def test_exceptions_in_between_leave_no_trace(native: ModuleType) -> None:
    def raise_and_handle() -> BaseException | None:
        try:
            raise ValueError
        except ValueError as error:
            return error.__context__

    try:
        raise KeyError
    except KeyError as error:
        aside = native.aside.set_aside()
        raise_and_handle()
        native.aside.take_up(aside)
        assert sys.exception() is error  # noqa: PT017
