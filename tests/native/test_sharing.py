"""Contexts that serve one after the other who sets no variable."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextvars import Context, ContextVar, copy_context
from types import ModuleType
from typing import Any

import pytest

variable: ContextVar[str] = ContextVar("variable", default="outside")


class Pause:
    """Awaited, it yields once."""

    def __await__(self) -> Generator[Any, Any, Any]:
        return (yield "paused")


class Failure(Exception):
    pass


@pytest.fixture
def shared(native: ModuleType) -> Generator[Any, None, None]:
    copy_context()  # from now on the thread has one
    sharing = native.sharing.make()
    native.sharing.begin(sharing)
    yield sharing
    native.sharing.end(sharing)


def attempt(native: ModuleType, shared: Any, *arguments: Any) -> Any:
    error = native.sharing.attempt(shared, *arguments)
    if native.sharing.has_kept(shared):
        kept.append(native.sharing.take_kept(shared))
        return error
    kept.clear()
    return error


kept: list[Context] = []  # by the last borrower


def inside(value: str) -> Context:
    context = copy_context()
    context.run(variable.set, value)
    return context


def test_a_snapshot_has_the_variables_of_now(native: ModuleType, shared: Any) -> None:
    snapshots = [inside(value).run(native.sharing.snapshot, shared) for value in ("one", "two", "one")]
    assert [snapshot[variable] for snapshot in snapshots] == ["one", "two", "one"]
    assert variable not in native.sharing.snapshot(shared)


def test_snapshots_of_the_same_variables_are_one(native: ModuleType, shared: Any) -> None:
    if not native.sharing.can_share():
        pytest.skip("interpreted, nothing is shared")
    first = native.sharing.snapshot(shared)
    assert copy_context().run(native.sharing.snapshot, shared) is first


def test_a_callback_runs_with_the_variables_of_the_snapshot(native: ModuleType, shared: Any) -> None:
    snapshot = inside("then").run(native.sharing.snapshot, shared)
    seen: list[str] = []
    for _ in range(3):
        assert attempt(native, shared, None, snapshot, lambda: seen.append(variable.get()), ()) is None
    native.sharing.forget(shared)
    assert seen == ["then"] * 3
    assert variable.get() == "outside"


def test_what_a_callback_sets_nobody_else_sees(native: ModuleType, shared: Any) -> None:
    snapshot = native.sharing.snapshot(shared)
    seen: list[str] = []
    for value in ("one", "two"):
        attempt(native, shared, None, snapshot, lambda: seen.append(variable.get()), ())
        attempt(native, shared, None, snapshot, variable.set, (value,))
    native.sharing.forget(shared)
    assert seen == ["outside", "outside"]
    assert variable.get() == "outside"
    assert kept[-1][variable] == "two"


def test_a_callback_that_raises_leaves_the_context(native: ModuleType, shared: Any) -> None:
    def fail() -> None:
        variable.set("inside")
        raise failure

    failure = Failure()
    assert attempt(native, shared, None, native.sharing.snapshot(shared), fail, ()) is failure
    native.sharing.forget(shared)
    assert variable.get() == "outside"


def test_a_coroutine_that_sets_a_variable_keeps_its_context(native: ModuleType, shared: Any) -> None:
    async def work() -> str:
        variable.set("mine")
        await Pause()
        return variable.get()

    cell: list[Any] = [None, None]
    coro, snapshot = work(), native.sharing.snapshot(shared)
    assert native.sharing.resume(shared, coro, snapshot, coro, cell) == "paused"
    own = native.sharing.take_kept(shared)
    native.sharing.forget(shared)
    assert own[variable] == "mine"
    assert variable not in snapshot
    assert own.run(native.coroutine.resume, coro, Context(), cell) is cell


def test_a_coroutine_that_sets_none_gives_the_context_back(native: ModuleType, shared: Any) -> None:
    if not native.sharing.can_share():
        pytest.skip("interpreted, nothing is shared")
    snapshot = native.sharing.snapshot(shared)
    before = count_contexts()
    for _ in range(10):
        coro = Pause().__await__()
        assert native.sharing.resume(shared, coro, snapshot, coro, [None, None]) == "paused"
        assert not native.sharing.has_kept(shared)
    assert count_contexts() == before + 1


def count_contexts() -> int:
    return sum(type(thing) is Context for thing in gc.get_objects())


def test_an_exception_is_thrown_in_a_borrowed_context(native: ModuleType, shared: Any) -> None:
    async def work() -> str:
        try:
            await Pause()
        except Failure:
            return variable.get()
        return "not thrown"

    cell: list[Any] = [None, None]
    coro = work()
    snapshot = inside("then").run(native.sharing.snapshot, shared)
    native.sharing.resume(shared, coro, snapshot, coro, cell)
    if native.sharing.has_kept(shared):
        native.sharing.take_kept(shared)
    assert native.sharing.throw(shared, coro, snapshot, coro, Failure(), cell) is cell
    assert cell == ["then", None]


def test_the_borrower_can_have_its_context(native: ModuleType, shared: Any) -> None:
    def look() -> None:
        own.append(native.sharing.borrowed_by(shared, own, snapshot))
        variable.set("later")

    own: list[Context] = []
    snapshot = inside("then").run(native.sharing.snapshot, shared)
    attempt(native, shared, own, snapshot, look, ())
    native.sharing.forget(shared)
    assert own[0][variable] == "later"
    own[0].run(variable.get)  # it was left
    assert native.sharing.borrowed_by(shared, own, snapshot)[variable] == "then"  # it does not run any more


def test_who_runs_in_the_midst_of_another_has_a_context_apart(native: ModuleType, shared: Any) -> None:
    def outer() -> None:
        attempt(native, shared, "inner", snapshot, inner, ())
        seen.append(variable.get())
        variable.set("outer")
        attempt(native, shared, "inner", snapshot, inner, ())
        seen.append(variable.get())

    def inner() -> None:
        seen.append(variable.get())
        variable.set("inner")

    seen: list[str] = []
    snapshot = native.sharing.snapshot(shared)
    attempt(native, shared, "outer", snapshot, outer, ())
    native.sharing.forget(shared)
    assert seen == ["outside", "outside", "outside", "outer"]


@pytest.mark.parametrize("stayed_entered", [False, True])
def test_who_runs_in_the_midst_of_an_own_context_leaves_it_as_it_was(
    native: ModuleType, shared: Any, stayed_entered: bool
) -> None:
    def look() -> None:
        seen.append(variable.get())

    def outer() -> None:
        attempt(native, shared, None, snapshot, look, ())
        look()

    seen: list[str] = []
    snapshot = native.sharing.snapshot(shared)
    if stayed_entered:
        attempt(native, shared, None, snapshot, int, ())  # so that the shared context is entered below
    inside("own").run(outer)
    attempt(native, shared, None, snapshot, look, ())
    native.sharing.forget(shared)
    assert seen == ["outside", "own", "outside"]


def test_forgetting_frees_the_values(native: ModuleType, shared: Any) -> None:
    class Value(str):
        freed = False

        def __del__(self) -> None:
            type(self).freed = True

    snapshot = inside(Value("then")).run(native.sharing.snapshot, shared)
    attempt(native, shared, None, snapshot, int, ())
    del snapshot
    kept.clear()
    native.sharing.forget(shared)
    assert Value.freed
