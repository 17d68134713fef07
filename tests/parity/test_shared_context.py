"""Tasks and callbacks see the context variables that they should, whichever of them share a context."""

from __future__ import annotations

import gc
import random
import sys
import threading
import weakref
from contextvars import ContextVar, copy_context
from types import ModuleType
from typing import Any

import pytest

VARIABLES: list[ContextVar[Any]] = [ContextVar(f"variable_{number}", default=None) for number in range(3)]
variable = VARIABLES[0]


def seen() -> list[Any]:
    return [each.get() for each in VARIABLES]


class Program:
    """A tree of tasks and callbacks, the same on every loop, that set, reset and look at variables."""

    def __init__(self, aio: ModuleType, seed: int) -> None:
        self.aio = aio
        self.random = random.Random(seed)
        self.log: list[tuple[str, list[Any]]] = []
        self.left = 150

    def note(self, who: str) -> None:
        self.log.append((who, seen()))

    async def task(self, name: str) -> None:
        loop = self.aio.get_running_loop()
        children = []
        for step in range(self.random.randrange(1, 6)):
            self.note(name)
            if self.left <= 0:
                break
            self.left -= 1
            act, each = self.random.randrange(10), self.random.choice(VARIABLES)
            label = f"{name}.{step}"
            if act == 0:
                each.set(label)
            elif act == 1:
                token = each.set(label)
                self.note(name)
                each.reset(token)
            elif act == 2:
                loop.call_soon(self.callback, label)
            elif act == 3:
                loop.call_later(0, self.callback, label)
            elif act == 4:
                future = loop.create_future()
                future.add_done_callback(lambda _, label=label: self.callback(label))
                loop.call_soon(future.set_result, None)
                await future
            elif act == 5:
                children.append(loop.create_task(self.task(label), context=copy_context()))
            elif act in (6, 7):
                children.append(loop.create_task(self.task(label)))
            elif act == 8:
                copy_context().run(self.callback, label)
            else:
                await self.aio.sleep(0)
        if children:
            await self.aio.wait(children)
        self.note(name)

    def callback(self, name: str) -> None:
        self.note(name)
        if self.random.random() < 0.3:
            self.random.choice(VARIABLES).set(name)
            self.note(name)
        if self.random.random() < 0.3:
            self.aio.get_running_loop().call_soon(self.callback, name + "'")


async def run_program(aio: ModuleType, seed: int) -> list[tuple[str, list[Any]]]:
    program = Program(aio, seed)
    await aio.create_task(program.task("main"))
    for _ in range(20):
        await aio.sleep(0)
    return program.log


@pytest.mark.parametrize("seed", range(60))
def test_variables_are_those_of_asyncio(aio: ModuleType, seed: int) -> None:
    import asyncio

    assert aio.run(run_program(aio, seed)) == asyncio.run(run_program(asyncio, seed))


@pytest.mark.stock_since(3, 12)
async def test_a_task_asked_for_its_context_while_it_runs_goes_on_in_it(aio: ModuleType) -> None:
    async def work() -> None:
        task = aio.current_task()
        own = task.get_context()
        variable.set("first")
        assert own[variable] == "first"
        await aio.sleep(0)
        assert task.get_context() is own
        variable.set("second")
        assert own[variable] == "second"

    await aio.create_task(work())


@pytest.mark.stock_since(3, 12)
async def test_a_task_asked_for_its_context_before_it_runs_runs_in_it(aio: ModuleType) -> None:
    async def work() -> Any:
        await aio.sleep(0)
        return variable.get()

    tasks = [aio.create_task(work()) for _ in range(3)]
    tasks[0].get_context().run(variable.set, "given")
    await aio.sleep(0)
    tasks[1].get_context().run(variable.set, "given between steps")
    assert [await task for task in tasks] == ["given", "given between steps", None]


async def test_a_token_is_of_the_task_that_has_it(aio: ModuleType) -> None:
    async def work() -> None:
        token = variable.set("inside")
        await aio.sleep(0)
        variable.reset(token)
        assert variable.get() is None

    await aio.gather(*(work() for _ in range(3)))

    async def make() -> Any:
        return variable.set("inside")

    token = await aio.create_task(make())
    with pytest.raises(ValueError, match="different Context"):
        variable.reset(token)


async def test_a_callback_that_asks_for_the_context_of_its_handle_runs_in_it(aio: ModuleType) -> None:
    loop = aio.get_running_loop()
    done = loop.create_future()

    def look() -> None:
        variable.set("inside")
        done.set_result(handle._context[variable])

    handle = loop.call_soon(look)
    assert await done == "inside"


async def test_contexts_that_callbacks_ask_for_die_with_them(aio: ModuleType) -> None:
    def ask(number: int) -> None:
        contexts.append(weakref.ref(handles[number]._context))

    contexts: list[weakref.ref[Any]] = []
    loop = aio.get_running_loop()
    handles = [loop.call_soon(ask, number) for number in range(50)]
    await aio.sleep(0)
    handles.clear()
    await aio.sleep(0.001)  # a loop that polls keeps nothing
    assert [context() for context in contexts] == [None] * 50


async def test_the_exception_handler_sees_what_the_failed_callback_set(aio: ModuleType) -> None:
    seen: list[Any] = []

    def fail() -> None:
        variable.set("inside")
        raise ZeroDivisionError

    loop = aio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: seen.append(variable.get()))
    loop.call_soon(fail)
    loop.call_soon(lambda: seen.append(variable.get()))
    await aio.sleep(0)
    assert seen == ["inside" if handlers_see_contexts(aio) else None, None]


def handlers_see_contexts(aio: ModuleType) -> bool:
    return aio.__name__ == "plait" or sys.version_info >= (3, 12)


@pytest.mark.stock_since(3, 12)
async def test_a_child_that_starts_eagerly_has_variables_of_its_own(aio: ModuleType) -> None:
    async def child() -> Any:
        before = variable.get()
        variable.set("child")
        return before

    async def quiet() -> Any:
        return variable.get()

    async def parent() -> None:
        loop = aio.get_running_loop()
        for value in ("one", "two"):
            eager = [aio.Task(each(), loop=loop, eager_start=True) for each in (child, quiet, child)]
            assert [await task for task in eager] == [variable.get()] * 3
            variable.set(value)
        assert variable.get() == "two"

    await aio.create_task(parent())


async def test_values_die_with_the_task_that_set_them(aio: ModuleType) -> None:
    class Value:
        pass

    async def work() -> weakref.ref[Value]:
        value = Value()
        variable.set(value)
        aio.get_running_loop().call_soon(int)
        await aio.sleep(0)
        return weakref.ref(value)

    value = await aio.create_task(work())
    await aio.sleep(0.001)  # a loop that sleeps keeps nothing
    gc.collect()
    assert value() is None


def test_values_die_with_the_run(aio: ModuleType) -> None:
    class Value:
        pass

    async def main() -> weakref.ref[Value]:
        value = Value()
        variable.set(value)
        loop = aio.get_running_loop()
        await aio.gather(*(aio.sleep(0) for _ in range(3)))
        loop.call_soon(int)
        return weakref.ref(value)

    value = aio.run(main())
    gc.collect()
    assert value() is None


def test_a_run_leaves_the_variables_of_its_thread(aio: ModuleType) -> None:
    async def main() -> None:
        variable.set("inside")
        await aio.gather(*(aio.sleep(0) for _ in range(3)))

    def fail() -> None:
        variable.set("inside")
        raise KeyboardInterrupt

    async def interrupted() -> None:
        aio.get_running_loop().call_soon(fail)
        await aio.get_running_loop().create_future()

    token = variable.set("outside")
    aio.run(main())
    assert variable.get() == "outside"
    with pytest.raises(KeyboardInterrupt):
        aio.run(interrupted())
    assert variable.get() == "outside"
    variable.reset(token)


async def test_threads_send_their_variables_along(aio: ModuleType) -> None:
    loop = aio.get_running_loop()
    got: list[Any] = []
    all_came = aio.Event()

    def take() -> None:
        got.append(variable.get())
        if len(got) == 400:
            all_came.set()

    def send(name: str) -> None:
        for number in range(100):
            variable.set((name, number))
            loop.call_soon_threadsafe(take)
            if number % 2:
                loop.call_soon_threadsafe(take)
                loop.call_soon_threadsafe(take)

    threads = [threading.Thread(target=send, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    await all_came.wait()
    for thread in threads:
        thread.join()
    for name in "ab":
        expected = [(name, number) for number in range(100) for _ in range(3 if number % 2 else 1)]
        assert [value for value in got if value[0] == name] == expected


async def test_who_runs_between_two_callbacks_does_not_see_their_variables(aio: ModuleType) -> None:
    class Dropped:
        def work(self) -> None:
            seen.append(variable.get())

        def __del__(self) -> None:
            seen.append(variable.get())
            aio.get_running_loop().call_soon(lambda: seen.append(variable.get()))

    seen: list[Any] = []
    variable.set("inside")
    for _ in range(3):
        aio.get_running_loop().call_soon(Dropped().work)
    await aio.sleep(0)
    await aio.sleep(0)
    assert seen == ["inside", None] * 3 + [None] * 3


async def test_a_finalizer_of_a_value_may_schedule_in_another_context(aio: ModuleType) -> None:
    class Value:
        def __del__(self) -> None:
            other.run(loop.call_soon, lambda: seen.append(variable.get()))

    loop = aio.get_running_loop()
    other = copy_context()
    other.run(variable.set, "other")
    seen: list[Any] = []
    VARIABLES[1].set(Value())
    variable.set("mine")
    future = loop.create_future()
    future.add_done_callback(print)
    del future
    VARIABLES[1].set(None)
    loop.call_soon(lambda: seen.append(variable.get()))
    await aio.sleep(0)
    assert sorted(seen) == ["mine", "other"]


async def test_a_handle_has_the_context_in_which_its_callback_ran(aio: ModuleType) -> None:
    handle = aio.get_running_loop().call_soon(variable.set, "inside")
    await aio.sleep(0)
    assert handle._context[variable] == "inside"


@pytest.mark.parametrize("runs", [False, True])
def test_values_die_with_a_loop_that_has_callbacks_left(aio: ModuleType, runs: bool) -> None:
    class Value:
        pass

    def schedule() -> weakref.ref[Value]:
        value = Value()
        variable.set(value)
        loop.call_soon(int)
        return weakref.ref(value)

    loop = aio.new_event_loop()
    if runs:
        loop.run_until_complete(aio.sleep(0))
    value = copy_context().run(schedule)
    loop.close()
    gc.collect()
    assert value() is None


class Dropped:
    """Does something when it is the value of no variable any more."""

    def __init__(self, action: Any) -> None:
        self.action = action

    def __del__(self) -> None:
        self.action()


def start_with(aio: ModuleType, value: Any, coroutine: Any) -> Any:
    """A task in whose context alone a variable has `value`; no snapshot of it is kept for others."""

    def start() -> Any:
        variable.set(value)
        return aio.create_task(coroutine)

    task = copy_context().run(start)
    aio.get_running_loop().call_soon(int)
    return task


@pytest.mark.stock_since(3, 12)
@pytest.mark.parametrize("fails", [False, True])
async def test_a_task_that_runs_while_a_value_is_dropped_leaves_the_outcome_alone(aio: ModuleType, fails: bool) -> None:
    async def inner() -> str:
        return "inner"

    async def outer() -> str:
        variable.set(None)
        if fails:
            raise ValueError("outer")
        return "outer"

    def run_inner() -> None:
        inners.append(aio.Task(inner(), loop=aio.get_running_loop(), eager_start=True))

    inners: list[Any] = []
    task = start_with(aio, Dropped(run_inner), outer())
    if fails:
        with pytest.raises(ValueError, match="outer"):
            await task
    else:
        assert await task == "outer"
    del task
    gc.collect()
    assert [each.result() for each in inners] == ["inner"]


@pytest.mark.stock_since(3, 12)
async def test_who_asks_for_the_context_while_a_value_is_dropped_gets_the_tasks_own(aio: ModuleType) -> None:
    async def work() -> None:
        variable.set(None)
        token = VARIABLES[1].set("own")
        await aio.sleep(0)
        VARIABLES[1].reset(token)

    def ask() -> None:
        asked.append(tasks[0].get_context())

    tasks: list[Any] = []
    asked: list[Any] = []
    tasks.append(start_with(aio, Dropped(ask), work()))
    await tasks[0]
    assert all(context is tasks[0].get_context() for context in asked)
