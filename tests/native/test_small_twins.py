"""The twins that are one short function or two."""

from __future__ import annotations

import collections
import contextvars
import functools
import gc
import inspect
import os
import sys
import threading
import time
import traceback
import types
import weakref
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import plait.native

VALUES = [None, 0, "text", (), (1, 2), [1], ValueError("a value"), StopIteration(1), ValueError, object()]
MODULES = sorted(path.stem for path in Path(plait.native.__file__).parent.glob("*.pxd"))

INTERPRETED = 1 << 9  # the flag of a class that a class statement made

TICK_SECONDS = 0.1  # the coarse clock is at most so old; systems tick every 1 to 10 ms
SWITCH_SECONDS = 1.0  # a stalled machine may come back so late between two readings of a clock

variable: ContextVar[str] = ContextVar("variable", default="outside")


@pytest.mark.parametrize("name", MODULES)
def test_every_function_is_among_the_twins_tested(native: ModuleType, name: str) -> None:
    module = getattr(native, name, None)
    functions = inspect.getmembers(sys.modules[f"plait.native.{name}"], callable)
    own = [function for function, value in functions if is_public_function(function, value, name)]
    assert [function for function in own if not hasattr(module, function)] == []


def is_public_function(name: str, value: Any, module: str) -> bool:
    listed = getattr(sys.modules[f"plait.native.{module}"], "__all__", ())
    return name in listed or (value.__module__ == f"plait.native.{module}" and not name.startswith("_"))


# attributes


def test_any_attribute_can_be_set(native: ModuleType) -> None:
    one, other = native.Open(), native.Open()
    assert not hasattr(one, "anything")
    one.anything = "set"
    assert one.anything == "set"
    assert not hasattr(other, "anything")
    del one.anything
    assert not hasattr(one, "anything")


def test_subclass_has_any_attribute(native: ModuleType) -> None:
    class Derived(native.Open):  # type: ignore[misc]
        pass

    derived = Derived()
    derived.anything = "set"
    assert derived.anything == "set"


def test_attributes_end_with_their_object(native: ModuleType) -> None:
    owner, value = native.Open(), Thing()
    owner.anything = value
    seen = weakref.ref(value)
    del value
    assert seen() is not None
    del owner
    assert seen() is None


def test_circle_through_an_attribute_is_collected(native: ModuleType) -> None:
    owner = native.Open()
    owner.itself = owner
    seen = weakref.ref(owner)
    del owner
    gc.collect()
    assert seen() is None


class Thing:
    pass


# plain calls


@pytest.mark.parametrize("named", [{}, {"a": 1}, {"a": 1, "b": [2]}])
@pytest.mark.parametrize("values", [(), (1,), (1, "two"), (None, 2, ())])
def test_calls_of_every_form_arrive_as_they_are(native: ModuleType, values: Any, named: Any) -> None:
    assert native.Callee()(*values, **named) == (values, named)
    assert list(map(native.Callee(), values)) == [((value,), {}) for value in values]
    if values:
        assert native.called(*values, **named) == (values[0], values[1:], named)
    else:
        with pytest.raises(TypeError):
            native.called(**named)


def test_error_of_a_plain_call_is_raised(native: ModuleType) -> None:
    with pytest.raises(ValueError, match=r"\(1, 2\)"):
        native.called("wrong", 1, 2)


@pytest.mark.parametrize("named", [{}, {"context": 1}, {"".join(["con", "text"]): 2}, {"context": 1, "other": 2}])
@pytest.mark.parametrize("values", [("one",), (1, "two"), (None, 2, ())])
def test_calls_in_a_context_arrive_as_they_are(native: ModuleType, values: Any, named: Any) -> None:
    expected = values[0], values[1:], named.get("context"), named.get("other")
    assert native.Caller().call(*values, **named) == expected
    assert native.Caller.call(native.Caller(), *values, **named) == expected


def test_wrong_calls_in_a_context_are_refused(native: ModuleType) -> None:
    caller = native.Caller()
    with pytest.raises(TypeError, match="unexpected keyword"):
        caller.call(1, text=2)
    with pytest.raises(TypeError):
        caller.call(context=1)
    with pytest.raises(TypeError):
        native.Caller.call(context=1)
    with pytest.raises(ValueError, match=r"\(\)"):
        caller.call("wrong", context=3)


# methods


def test_guarded_methods_take_what_they_should(native: ModuleType) -> None:
    class Derived(native.Guarded):  # type: ignore[name-defined,misc]
        pass

    for guarded in (native.Guarded(), Derived()):
        assert guarded.alone() == native.Guarded.alone(guarded) == "alone"
        assert guarded.with_one(1) == native.Guarded.with_one(guarded, 1) == 1
        assert guarded.with_any(1, 2, last=3) == native.Guarded.with_any(guarded, 1, 2, last=3) == (1, (2,), 3)
        with pytest.raises(StopIteration, match="later"):
            guarded.later().send(None)


def test_guarded_methods_refuse_the_wrong_number_of_arguments(native: ModuleType) -> None:
    for wrong in (native.Guarded.alone, native.Guarded.with_one, native.Guarded().with_one):
        with pytest.raises(TypeError):
            wrong()
    with pytest.raises(TypeError):
        native.Guarded().alone(named=1)


@pytest.mark.parametrize("wrong", [1, None, "text", object()])
def test_guarded_methods_refuse_another_self(native: ModuleType, wrong: Any) -> None:
    if native.Guarded.__flags__ & INTERPRETED:
        pytest.skip("an interpreted method takes any self")
    for method in (native.Guarded.alone, native.Guarded.with_one, native.Guarded.with_any, native.Guarded.later):
        with pytest.raises(TypeError, match=f"for '[^']*Guarded' objects doesn't apply to a '{type(wrong).__name__}'"):
            method(wrong, 1)


# heap


ONE_FIXTURE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # it is a module
TIMES = st.integers(0, 9).map(float) | st.floats(allow_nan=False)


@ONE_FIXTURE
@given(times=st.lists(TIMES, min_size=1, max_size=60))
def test_a_heap_gives_its_items_by_time_then_order(native: ModuleType, times: list[float]) -> None:
    keys, items = filled_heap(native, times)
    came = []
    while items:
        assert native.heap.first_time(keys) == min(times[order] for order in items)
        came.append(native.heap.pop(keys, items))
    assert came == sorted(range(len(times)), key=lambda order: (times[order], order))
    native.heap.free(keys)


@ONE_FIXTURE
@given(times=st.lists(TIMES, min_size=1, max_size=60), now=TIMES)
def test_what_is_due_is_taken_by_time_then_order(native: ModuleType, times: list[float], now: float) -> None:
    keys, items = filled_heap(native, times)
    expected = sorted((order for order in items if times[order] <= now), key=lambda order: (times[order], order))
    due = native.heap.take_due(keys, items, now)
    assert due == expected or (due == [] and len(expected) < len(times) // 8)
    left = [native.heap.pop(keys, items) for _ in range(len(items))]
    assert due + left == sorted(range(len(times)), key=lambda order: (times[order], order))
    native.heap.free(keys)


def test_nothing_is_due_of_an_empty_heap(native: ModuleType) -> None:
    assert native.heap.take_due(native.heap.make(), [], 1.0) == []


@ONE_FIXTURE
@given(times=st.lists(TIMES, min_size=1, max_size=60))
def test_without_its_last_item_a_heap_is_one(native: ModuleType, times: list[float]) -> None:
    keys, items = filled_heap(native, times)
    last = items[-1]
    assert native.heap.pop_last(keys, items) == last
    left = sorted((times[order], order) for order in items)
    assert [native.heap.pop(keys, items) for _ in left] == [order for _, order in left]
    native.heap.free(keys)


def test_a_heap_counts_references_as_its_list_does(native: ModuleType) -> None:
    things = [object() for _ in range(40)]
    before = [sys.getrefcount(thing) for thing in things]
    keys, items = native.heap.make(), []
    for order, thing in enumerate(things):
        keys = native.heap.push(keys, items, float(order * 7 % 11), order, thing)
    for _ in range(10):
        native.heap.pop(keys, items)
        native.heap.pop_last(keys, items)
    items.clear()
    del thing
    native.heap.free(keys)
    assert [sys.getrefcount(thing) for thing in things] == before


def test_a_heap_that_a_burst_has_left_is_one(native: ModuleType) -> None:
    keys, items = filled_heap(native, [float(number * 7 % 1001) for number in range(1000)])
    for _ in range(995):
        native.heap.pop(keys, items)
    for number in range(1000, 1005):
        keys = native.heap.push(keys, items, float(number % 3), number, number)
    assert [native.heap.pop(keys, items) for _ in range(5)] == [1002, 1000, 1003, 1001, 1004]
    assert [native.heap.first_time(keys) for _ in range(5) if native.heap.pop(keys, items) is None] == []
    native.heap.free(keys)


@pytest.mark.parametrize("failing", range(5))
def test_a_heap_without_memory_for_one_more_is_as_it_was(c_twins: ModuleType, failing: int) -> None:
    memory = pytest.importorskip("_testcapi")
    keys, items = filled_heap(c_twins, [float(number) for number in range(32)])  # both the keys and the list are full
    push, arguments, give_memory = c_twins.heap.push, (keys, items, 0.5, 32, 32), memory.remove_mem_hooks
    memory.set_nomemory(failing, failing + 1)
    try:
        push(*arguments)
    except MemoryError:
        pass
    finally:
        give_memory()
    expected = [*range(32)] if len(items) == 32 else [0, 32, *range(1, 32)]
    assert [c_twins.heap.pop(keys, items) for _ in expected] == expected
    assert items == []
    c_twins.heap.free(keys)


def filled_heap(native: ModuleType, times: list[float]) -> tuple[Any, list[int]]:
    """A heap of the numbers from 0 on, which are their own order, each with one of the times."""
    keys: Any = native.heap.make()
    items: list[int] = []
    for order, time_ in enumerate(times):
        keys = native.heap.push(keys, items, time_, order, order)
    return keys, items


# collector


def test_the_collector_does_not_look_into_what_it_skips(native: ModuleType) -> None:
    thing: Any = Thing()
    thing.itself = thing
    seen = weakref.ref(thing)
    assert not native.collector.is_skipped(thing)
    native.collector.skip(thing)
    native.collector.skip(thing)
    skips = native.collector.is_skipped(thing)
    assert skips != gc.is_tracked(thing)
    native.collector.visit(thing)
    native.collector.visit(thing)
    assert gc.is_tracked(thing)
    assert not native.collector.is_skipped(thing)
    native.collector.skip(thing)
    del thing
    gc.collect()
    assert (seen() is not None) == skips
    thing = seen()
    if thing is not None:
        native.collector.visit(thing)
        del thing
        gc.collect()
        assert seen() is None


@pytest.mark.parametrize("thing", [None, 1.5, "text"])
def test_what_the_collector_never_looks_at_is_left_alone(native: ModuleType, thing: object) -> None:
    native.collector.visit(thing)
    assert not native.collector.is_skipped(thing)
    assert not gc.is_tracked(thing)


# deques


def test_deque_is_first_in_first_out(native: ModuleType) -> None:
    items: collections.deque[Any] = collections.deque()
    native.deques.append(items, "first")
    native.deques.append(items, "second")
    assert [native.deques.popleft(items), native.deques.popleft(items)] == ["first", "second"]
    with pytest.raises(IndexError):
        native.deques.popleft(items)


def test_subclass_of_deque_has_its_own_ways(native: ModuleType) -> None:
    class Shouting(collections.deque[str]):
        def append(self, item: str) -> None:
            super().append(item.upper())

        def popleft(self) -> str:
            return super().popleft() + "!"

    items = Shouting()
    native.deques.append(items, "item")
    assert native.deques.popleft(items) == "ITEM!"
    native.deques.append(collections.deque(), "plain")


def test_a_runnable_is_taken_from_a_deque_as_it_is(native: ModuleType) -> None:
    items = collections.deque(["first", "second"])
    assert native.deques.pop_runnable(items) == "first"
    assert list(items) == ["second"]


def test_what_is_no_deque_is_refused(native: ModuleType) -> None:
    with pytest.raises(AttributeError):
        native.deques.popleft(())


# batch


def test_take_gives_the_item_and_leaves_none(native: ModuleType) -> None:
    items: list[Any] = ["first", "second"]
    assert native.batch.take(items, 0) == "first"
    assert items == [None, "second"]


def test_to_look_at_an_item_leaves_it(native: ModuleType) -> None:
    items = list(range(20))
    assert [native.batch.look_at(items, index) for index in range(20)] == items == list(range(20))


def test_take_passes_its_reference_on(native: ModuleType) -> None:
    thing = object()
    before = sys.getrefcount(thing)
    items: list[Any] = [thing]
    native.batch.take(items, 0)
    assert sys.getrefcount(thing) == before


@pytest.mark.parametrize(("room", "start"), [(8, 0), (8, 3), (4, 2), (2, 3)])
def test_a_ring_is_poured_out_in_order(native: ModuleType, room: int, start: int) -> None:
    ring = list("abcd")
    other: list[Any] = [None] * room
    native.batch.pour(ring, start, other)
    poured = [*"abcd"[start:], *"abcd"[:start]][:room]
    assert other == poured + [None] * (room - len(poured))
    assert sorted(filter(None, ring)) == sorted(set("abcd") - set(poured))


# borrowed


def test_what_is_lent_is_not_kept_alive(native: ModuleType) -> None:
    class Thing:
        pass

    thing = Thing()
    loan, alive = native.borrowed.lend(thing), weakref.ref(thing)
    assert native.borrowed.lender(loan) is thing
    del thing
    assert alive() is None


def test_nobody_lends_nothing(native: ModuleType) -> None:
    assert native.borrowed.lender(native.borrowed.nobody()) is None


def test_what_is_noted_is_not_counted(native: ModuleType) -> None:
    thing = object()
    note = native.borrowed.note(thing)
    assert native.borrowed.noted(note) is thing
    assert native.borrowed.noted(native.borrowed.nobody()) is None


# bound_methods


def test_bound_methods_that_are_used_again_are_bound_to_whom_they_should(native: ModuleType) -> None:
    doors = [native.Door() for _ in range(40)]
    for _ in range(3):  # some come from the store, some do not
        enter = [door.__aenter__ for door in doors]
        leave = [door.__aexit__ for door in doors]
        assert [method() for method in enter] == doors
        assert [method.__self__ for method in leave] == doors
        assert [method(ValueError, door, None) for method, door in zip(leave, doors, strict=True)] == doors
        assert [door.seen for door in doors] == [(ValueError, door) for door in doors]


def test_a_bound_method_looks_like_one(native: ModuleType) -> None:
    method = native.Door().__aenter__
    assert inspect.ismethod(method)
    assert (method.__name__, method.__doc__) == ("__aenter__", "Come in.")
    assert method.__func__ is native.Door.__aenter__
    assert "Door.__aenter__" in repr(method)
    assert method() is method.__self__
    with pytest.raises(TypeError):
        method("too many")


def test_bound_methods_are_equal_if_function_and_instance_are(native: ModuleType) -> None:
    door = native.Door()
    method = door.__aenter__
    same = types.MethodType(native.Door.__aenter__, door)
    for other in (door.__aenter__, same):
        assert method == other
        assert other == method
        assert hash(method) == hash(other)
    assert weakref.WeakMethod(method)() == method
    for other in (native.Door().__aenter__, door.__aexit__, door, None):
        assert method != other


def test_the_class_gives_the_function(native: ModuleType) -> None:
    door = native.Door()
    assert native.Door.__aenter__(door) is door
    assert native.Door.__dict__["__aenter__"](door) is door
    assert native.Door.__aenter__.__doc__ == native.Door.__dict__["__aenter__"].__doc__ == "Come in."


def test_a_subclass_calls_and_overrides_it(native: ModuleType) -> None:
    class Revolving(native.Door):  # type: ignore[misc]  # it is Any
        def __aenter__(self) -> Any:
            return super().__aenter__(), "twice"

    door = Revolving()
    assert door.__aenter__() == (door, "twice")
    assert door.__aexit__(None, None, None) is door


def test_a_bound_method_keeps_nothing_after_its_end_and_is_collected_in_a_cycle(native: ModuleType) -> None:
    door, other = native.Door(), native.Door()
    freed, collected = weakref.ref(door), weakref.ref(other)
    method = door.__aenter__
    of_method = weakref.ref(method)
    del method
    assert of_method() is None
    del door
    assert freed() is None
    other.seen = other.__aexit__
    del other
    gc.collect()
    assert collected() is None


# calling


def test_call_runs_in_the_context(native: ModuleType) -> None:
    def change(value: str, *more: int) -> tuple[str, tuple[int, ...]]:
        before = variable.get()
        variable.set(value)
        return before, more

    context = contextvars.copy_context()
    assert native.calling.call(change, ("inside", 1, 2), context) == ("outside", (1, 2))
    assert (variable.get(), context[variable]) == ("outside", "inside")


def test_call_raises_what_was_raised_and_leaves_the_context(native: ModuleType) -> None:
    context = contextvars.copy_context()
    error = ValueError()

    def fail() -> None:
        variable.set("inside")
        raise error

    with pytest.raises(ValueError) as caught:  # noqa: PT011  (it is the same object)
        native.calling.call(fail, (), context)
    assert caught.value is error
    assert variable.get() == "outside"
    assert native.calling.call(variable.get, (), context) == "inside"


def test_call_refuses_a_context_that_is_entered_already(native: ModuleType) -> None:
    context = contextvars.copy_context()
    with pytest.raises(RuntimeError, match="already entered"):
        context.run(native.calling.call, print, (), context)


def test_call_refuses_what_cannot_be_called(native: ModuleType) -> None:
    with pytest.raises(TypeError, match="not callable"):
        native.calling.call(1, (), contextvars.copy_context())


def test_call_one_passes_one_argument_in_the_context(native: ModuleType) -> None:
    class Thing:
        def method(self, arg: object) -> tuple[object, str]:
            variable.set("inside")
            return arg, variable.get()

    context = contextvars.copy_context()
    for callable_ in (Thing().method, lambda arg: Thing().method(arg)):
        assert native.calling.call_one(callable_, (1, 2), context) == ((1, 2), "inside")
    assert native.calling.call_one(len, [1, 2], context) == 2
    assert variable.get() == "outside"
    assert context[variable] == "inside"


def test_call_one_leaves_the_context_after_an_exception(native: ModuleType) -> None:
    def fail(arg: str) -> None:
        raise ValueError(arg)

    context = contextvars.copy_context()
    with pytest.raises(ValueError, match="an argument"):
        native.calling.call_one(fail, "an argument", context)
    assert native.calling.call_one(len, "abc", context) == 3


def test_attempt_tells_what_was_raised(native: ModuleType) -> None:
    context = contextvars.copy_context()
    error = KeyboardInterrupt()

    def fail(value: str) -> None:
        variable.set(value)
        raise error

    assert native.calling.attempt(fail, ("inside",), context) is error
    assert [entry.name for entry in traceback.extract_tb(error.__traceback__)][-1] == "fail"
    assert (variable.get(), context[variable]) == ("outside", "inside")
    assert native.calling.attempt(variable.set, ("again",), context) is None
    assert context[variable] == "again"


def test_attempt_tells_that_a_context_is_entered_already(native: ModuleType) -> None:
    context = contextvars.copy_context()
    assert isinstance(context.run(native.calling.attempt, print, (), context), RuntimeError)


# clocks


def test_monotonic_is_the_time_of_the_library(native: ModuleType) -> None:
    before = time.monotonic()
    now = native.clocks.monotonic()
    assert before <= now <= time.monotonic()


def test_coarse_is_monotonic_of_the_last_tick(native: ModuleType) -> None:
    now, coarse = time.monotonic(), native.clocks.coarse()
    assert now - TICK_SECONDS <= coarse <= now + SWITCH_SECONDS
    assert coarse <= native.clocks.coarse()


# contexts


def test_copy_current_is_a_copy(native: ModuleType) -> None:
    def change() -> contextvars.Context:
        variable.set("inside")
        context: contextvars.Context = native.contexts.copy_current()
        variable.set("later")
        return context

    context = contextvars.copy_context().run(change)
    assert type(context) is contextvars.Context
    assert context[variable] == "inside"


# frame


def test_caller_is_the_python_function_that_asks(native: ModuleType) -> None:
    code, instruction = native.frame.caller_code(), native.frame.caller_instruction()
    line = inspect.currentframe().f_lineno - 1  # type: ignore[union-attr]
    assert code is test_caller_is_the_python_function_that_asks.__code__
    assert line_of(code, instruction) == line


def test_caller_may_be_a_generator(native: ModuleType) -> None:
    def generate() -> Iterator[CodeType]:
        yield native.frame.caller_code()

    assert next(generate()) is generate.__code__


def line_of(code: CodeType, instruction: int) -> int | None:
    return next(line for start, end, line in code.co_lines() if start <= instruction < end)


# iteration


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_stop_ends_with_the_value(native: ModuleType, value: Any) -> None:
    with pytest.raises(StopIteration) as caught:
        next(native.Ending(value))
    assert caught.value.value is value


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_stop_gives_an_await_its_value(native: ModuleType, value: Any) -> None:
    async def waiting() -> Any:
        return await native.Ending(value)

    coro = waiting()
    with pytest.raises(StopIteration) as caught:
        coro.send(None)
    assert caught.value.value is value


def test_stopped_iterator_is_empty(native: ModuleType) -> None:
    assert list(native.Ending(None)) == []
    assert list(native.Ending((1, 2))) == []


async def waiting_for(awaited: Any) -> Any:
    return await awaited


@pytest.mark.parametrize("value", [value for value in VALUES if not isinstance(value, StopIteration)], ids=repr)
def test_what_is_awaited_itself_is_yielded_until_it_is_ready(native: ModuleType, value: Any) -> None:
    awaited = native.Awaited(value)
    before = sys.getrefcount(awaited)
    coro = waiting_for(awaited)
    assert coro.send(None) is awaited
    assert coro.send(None) is awaited
    awaited.ready = True
    with pytest.raises((StopIteration, ValueError)) as ended:
        coro.send(None)
    if isinstance(value, BaseException):
        assert ended.value is value
    else:
        assert isinstance(ended.value, StopIteration)
        assert ended.value.value is value
        del coro, ended
        assert sys.getrefcount(awaited) == before


def test_what_is_awaited_itself_may_fail(native: ModuleType) -> None:
    awaited = native.Awaited(None)
    coro = waiting_for(awaited)
    assert coro.send(None) is awaited
    awaited.ready = ValueError("not ready")
    with pytest.raises(ValueError, match="not ready"):
        coro.send(None)


def test_an_exception_is_thrown_in_at_what_is_awaited_itself(native: ModuleType) -> None:
    coro = waiting_for(native.Awaited(None))
    coro.send(None)
    with pytest.raises(KeyError):
        coro.throw(KeyError("in"))
    coro = waiting_for(native.Awaited(None))
    coro.send(None)
    coro.close()
    assert coro.cr_frame is None


# lifetime


def test_dealloc_is_called_when_freed(native: ModuleType) -> None:
    native.lifetime.call_when_freed(native.Mortal)
    farewells: list[str] = []
    mortal = native.Mortal(lambda: farewells.append("bye"))
    assert farewells == []
    del mortal
    assert farewells == ["bye"]


def test_interpreter_is_not_ending(native: ModuleType) -> None:
    assert native.lifetime.is_interpreter_ending() is False


def test_what_is_kept_for_good_is_never_freed(native: ModuleType) -> None:
    thing = Thing()
    remembered = weakref.ref(thing)
    native.lifetime.keep_for_good(thing)
    del thing
    gc.collect()
    assert remembered() is not None


def test_an_ignored_error_is_told_once(native: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    class Fading:
        def __del__(self) -> None:
            native.lifetime.ignore(ValueError("ignored"), "here")

    told: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda args: told.append(f"{args.exc_value!r}"))
    Fading()
    assert told == ["ValueError('ignored')"]


def test_what_has_more_references_is_held(native: ModuleType) -> None:
    thing = Thing()
    holders = [thing] * 100
    assert native.lifetime.is_held(thing, 50)
    assert native.lifetime.is_held(holders, 0)


# octets


@pytest.mark.parametrize(("start", "stop"), [(0, 0), (0, 9), (3, 5), (9, 9)])
def test_part_is_the_slice(native: ModuleType, start: int, stop: int) -> None:
    assert native.octets.part(b"some\0data", start, stop) == b"some\0data"[start:stop]


@pytest.mark.parametrize("sought", [b"a", b"\0", b"\0d", b"ata", b"data!", b"some\0data", b"z"])
@pytest.mark.parametrize("start", [0, 1, 4, 8, 9])
def test_find_is_that_of_bytes(native: ModuleType, sought: bytes, start: int) -> None:
    assert native.octets.find(b"some\0data", sought, start) == b"some\0data".find(sought, start)


# pool


MORE_THAN_A_POOL = 300


def test_object_from_the_pool_is_a_new_one(native: ModuleType) -> None:
    for _ in range(3):
        pooled = [native.Pooled() for _ in range(MORE_THAN_A_POOL)]
        assert all(getattr(one, "thing", None) is None for one in pooled)
        assert len({id(one) for one in pooled}) == MORE_THAN_A_POOL
        for one in pooled:
            one.thing = Thing()
        seen = [weakref.ref(one.thing) for one in pooled]
        del pooled, one
        assert all(ref() is None for ref in seen)


def test_new_object_has_none_in_its_fields_though_it_was_used_before(native: ModuleType) -> None:
    for _ in range(3):
        one = native.pool.new(native.Pooled)
        assert type(one) is native.Pooled
        assert one.thing is None
        one.thing = Thing()
        seen = weakref.ref(one.thing)
        del one
        assert seen() is None


def test_object_that_python_makes_is_new_in_every_field(native: ModuleType) -> None:
    for _ in range(3):
        one = native.pool.new(native.Pooled)
        one.number = 7
        del one
    assert getattr(native.Pooled(), "number", 0) == 0
    assert getattr(native.Pooled.__new__(native.Pooled), "number", 0) == 0


def test_last_words_are_heard_each_time(native: ModuleType) -> None:
    heard: list[str] = []
    for word in ("one", None, "two", None, None, "three"):
        mourned = native.pool.new(native.Mourned)
        mourned.last_words = word and functools.partial(heard.append, word)
        del mourned
    assert heard == ["one", "two", "three"]


def test_last_words_are_heard_unless_a_number_is_set(native: ModuleType) -> None:
    heard: list[int] = []
    for number, flag in enumerate((0, 1, 1, 0, 1, 0)):
        flagged = native.pool.new(native.Flagged)
        flagged.flag = flag
        flagged.last_words = functools.partial(heard.append, number)
        del flagged
    assert heard == [0, 3, 5]


def test_the_collector_passes_over_an_object_that_is_made_so(native: ModuleType) -> None:
    for _ in range(3):
        one, other = native.pool.new_unseen(native.Pooled), native.pool.new(native.Pooled)
        assert one.thing is None
        assert not native.collector.is_skipped(other)
        native.collector.visit(one)
        assert not native.collector.is_skipped(one)
        del one, other


def test_reference_to_a_pooled_object_ends_with_it(native: ModuleType) -> None:
    pooled = native.Pooled()
    seen = weakref.ref(pooled)
    del pooled
    pooled = native.Pooled()
    assert seen() is None
    assert weakref.ref(pooled)() is pooled


def test_circles_of_pooled_objects_are_collected(native: ModuleType) -> None:
    for _ in range(3):
        pooled = [native.Pooled() for _ in range(MORE_THAN_A_POOL)]
        for one in pooled:
            one.thing = one
        seen = [weakref.ref(one) for one in pooled]
        del pooled, one
        gc.collect()
        assert all(ref() is None for ref in seen)


def test_subclass_of_a_pooled_class_has_what_it_adds(native: ModuleType) -> None:
    class Derived(native.Pooled):  # type: ignore[misc]
        pass

    for _ in range(MORE_THAN_A_POOL):
        derived, pooled = Derived(), native.Pooled()
        derived.added = pooled
        assert type(derived) is Derived
        assert type(pooled) is native.Pooled
        assert derived.added is pooled


# thread and thread_value


def in_a_thread(function: Any) -> Any:
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(function()))
    thread.start()
    thread.join()
    [result] = results
    return result


def test_ident_is_that_of_the_library(native: ModuleType) -> None:
    assert native.thread.ident() == threading.get_ident()
    assert in_a_thread(native.thread.ident) != threading.get_ident()


def test_each_thread_has_a_value_of_its_own(native: ModuleType) -> None:
    thing = object()

    def put_and_get() -> tuple[Any, Any, Any, Any]:
        first = native.thread_value.get()
        native.thread_value.put(thing)
        other = in_a_thread(native.thread_value.get)
        second = native.thread_value.get()
        native.thread_value.put(None)
        return first, other, second, native.thread_value.get()

    assert in_a_thread(put_and_get) == (None, None, thing, None)


# wakeup


@pytest.fixture(params=["eventfd", "pipe"])
def wakeable(request: pytest.FixtureRequest) -> Iterator[tuple[int, int]]:
    """What to read from, and what to write to."""
    if request.param == "pipe":
        ends = os.pipe()
        for end in ends:
            os.set_blocking(end, False)
    elif hasattr(os, "eventfd"):
        ends = (os.eventfd(0, os.EFD_NONBLOCK), -1)
    else:
        pytest.skip("this system has no eventfd")
    yield ends[0], ends[1] if ends[1] >= 0 else ends[0]
    for end in ends:
        if end >= 0:
            os.close(end)


def is_readable(fd: int) -> bool:
    try:
        os.read(fd, 8)
    except BlockingIOError:
        return False
    return True


def test_signal_makes_readable(native: ModuleType, wakeable: tuple[int, int]) -> None:
    reader, writer = wakeable
    assert not is_readable(reader)
    native.wakeup.signal(writer)
    assert is_readable(reader)


@pytest.mark.parametrize("count", [0, 1, 3, 10_000])
def test_drain_makes_unreadable(native: ModuleType, wakeable: tuple[int, int], count: int) -> None:
    """However often it was signalled: after some thousands the pipe is full, which is no error."""
    reader, writer = wakeable
    for _ in range(count):
        native.wakeup.signal(writer)
    native.wakeup.drain(reader)
    assert not is_readable(reader)


# window


@pytest.mark.parametrize("count", [0, 1, 9])
def test_first_is_the_beginning_of_the_same_memory(native: ModuleType, count: int) -> None:
    block = bytearray(b"some\0data")
    window = native.window.first(block, count)
    assert bytes(window) == b"some\0data"[:count]
    block[0:1] = b"S"
    assert bytes(window) == b"Some\0data"[:count]


@pytest.mark.parametrize("count", [0, 1, 87, 88, 99, 100])
def test_filled_is_what_was_written_into_a_room(native: ModuleType, count: int) -> None:
    room = native.window.room(100)
    view = native.window.whole(room)
    view[:] = b"x" * 100
    view[:count] = b"y" * count
    view.release()
    filled = native.window.filled(room, count)
    del room, view
    assert type(filled) is bytes
    assert filled == b"y" * count
    assert hash(filled) == hash(b"y" * count)
    assert filled + b"z" == b"y" * count + b"z"


def test_a_lock_lets_one_thread_in_and_the_others_run(native: ModuleType) -> None:
    lock, log = native.locks.make(), []
    native.locks.acquire(lock)

    def enter() -> None:
        native.locks.acquire(lock)
        log.append("entered")
        native.locks.release(lock)

    threads = [threading.Thread(target=enter) for _ in range(3)]
    for thread in threads:
        thread.start()
    log.append("held")
    native.locks.release(lock)
    for thread in threads:
        thread.join(10)
    assert log == ["held", "entered", "entered", "entered"]
    native.locks.free(lock)


def test_compiled_code_needs_no_lock_of_its_own(native: ModuleType) -> None:
    assert native.locks.is_implied() == (native.__name__.endswith("c_twins"))
