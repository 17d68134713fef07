"""A run on the loop that runs already: the loop goes on, and what it is in the midst of is found again as it was left."""

import asyncio
import contextvars
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

import plait

color = contextvars.ContextVar("color", default="none")


async def give(value: Any, turns: int = 1) -> Any:
    for _ in range(turns):
        await plait.sleep(0)
    return value


def running() -> Any:
    return asyncio.get_running_loop()


def by_run(coro: Any) -> Any:
    return plait.run(coro)


def by_loop(coro: Any) -> Any:
    return running().run_until_complete(coro)


each_way = pytest.mark.parametrize("nest", [by_run, by_loop])


@each_way
def test_the_result_and_the_exception_come_out(nest: Callable[[Any], Any]) -> None:
    async def fail() -> None:
        await plait.sleep(0)
        raise LookupError("inner")

    async def main() -> None:
        assert nest(give(5)) == 5
        with pytest.raises(LookupError, match="inner"):
            nest(fail())
        assert await give(6) == 6

    plait.run(main())


@each_way
def test_other_tasks_go_on_meanwhile(nest: Callable[[Any], Any]) -> None:
    async def main() -> list[str]:
        story = []
        asked, answered = plait.Event(), plait.Event()

        async def other() -> None:
            await asked.wait()
            story.append("asked")
            answered.set()

        async def inner() -> None:
            asked.set()
            await answered.wait()
            story.append("answered")

        task = plait.create_task(other())
        nest(inner())
        assert task.done()
        return story

    assert plait.run(main()) == ["asked", "answered"]


def test_it_is_the_same_loop() -> None:
    async def inner() -> Any:
        return running()

    async def main() -> None:
        assert plait.run(inner()) is running()

    plait.run(main())


@each_way
def test_the_current_task_is_the_inner_then_the_outer_one(nest: Callable[[Any], Any]) -> None:
    async def who() -> tuple[Any, Any]:
        await plait.sleep(0)
        return asyncio.current_task(), plait.current_task()

    async def main() -> None:
        me = asyncio.current_task()
        inner, same = nest(who())
        assert inner is same
        assert inner is not me
        assert asyncio.current_task() is me
        assert plait.current_task() is me
        await plait.sleep(0)
        assert asyncio.current_task() is me

    plait.run(main())


def test_a_task_of_asyncios_can_be_the_outer_one() -> None:
    async def outer() -> str:
        me = asyncio.current_task()
        assert plait.run(give(1, turns=3)) == 1
        assert asyncio.current_task() is me
        await asyncio.sleep(0)
        assert asyncio.current_task() is me
        return "done"

    async def main() -> None:
        stock = [asyncio.tasks.Task(outer(), loop=running()) for _ in range(3)]
        assert await plait.gather(*stock) == ["done"] * 3

    plait.run(main())


def test_a_callback_can_run_the_loop() -> None:
    async def main() -> None:
        done = running().create_future()

        def callback() -> None:
            assert asyncio.current_task() is None
            result = plait.run(give("inner", turns=3))
            assert asyncio.current_task() is None
            done.set_result(result)

        running().call_soon(callback)
        assert await done == "inner"

    plait.run(main())


def test_an_eager_task_can_run_the_loop() -> None:
    async def eager() -> Any:
        me = asyncio.current_task()
        plait.run(give(None, turns=3))
        assert asyncio.current_task() is me
        return await give("eager")

    async def main() -> None:
        me = asyncio.current_task()
        task = running().create_task(eager(), eager_start=True)
        assert asyncio.current_task() is me
        assert await task == "eager"

    plait.run(main())


@each_way
def test_the_context_is_restored_exactly(nest: Callable[[Any], Any]) -> None:
    async def inner() -> str:
        await plait.sleep(0)
        seen = color.get()
        color.set("inner")
        return seen

    async def main() -> None:
        color.set("outer")
        assert nest(inner()) == "outer"
        assert color.get() == "outer"
        token = color.set("changed")
        nest(inner())
        color.reset(token)
        assert color.get() == "outer"

    plait.run(main())
    assert color.get() == "none"


def test_tasks_that_share_the_context_of_the_outer_one_go_on() -> None:
    async def outer() -> str:
        color.set("outer's")
        plait.run(give(None, turns=5))
        return color.get()

    async def other() -> str:
        seen = color.get()
        await plait.sleep(0)
        color.set("other's")
        return seen

    async def main() -> None:
        context = contextvars.copy_context()
        first, second = (plait.create_task(coro(), context=context) for coro in (outer, other))
        assert await second == "outer's"
        assert await first == "other's"

    plait.run(main())


def test_contexts_entered_by_hand_are_entered_again() -> None:
    async def main() -> None:
        color.set("task")
        copy = contextvars.copy_context()

        def inside() -> str:
            color.set("by hand")
            copies = [copy.copy().run(plait.run, give(None, turns=2)) for _ in range(2)]
            assert copies == [None, None]
            return color.get()

        assert copy.run(inside) == "by hand"
        assert color.get() == "task"

    plait.run(main())


def test_the_exception_that_is_handled_is_restored(error_log: Any) -> None:
    async def main() -> None:
        try:
            raise KeyError("outer")
        except KeyError as error:
            plait.run(give(None, turns=2))
            assert sys.exception() is error  # noqa: PT017
            with pytest.raises(ValueError, match="inner") as caught:
                plait.run(fail())
            assert sys.exception() is error  # noqa: PT017
            assert caught.value.__context__ is error  # noqa: PT017
        assert sys.exception() is None

    async def fail() -> None:
        raise ValueError("inner")

    plait.run(main())


@pytest.mark.skipif(plait.build_info()["mode"] == "interpreted", reason="the interpreter has no function for it")
def test_others_are_not_in_the_midst_of_handling_it() -> None:
    async def fail() -> None:
        await plait.sleep(0)
        assert sys.exception() is None
        raise ValueError("of another task")

    async def main() -> BaseException:
        task = plait.create_task(fail())
        try:
            raise KeyError("outer")
        except KeyError:
            plait.run(give(None, turns=5))
        error = task.exception()
        assert error is not None
        return error

    assert plait.run(main()).__context__ is None


def test_several_levels() -> None:
    async def level(number: int) -> int:
        await plait.sleep(0)
        me = asyncio.current_task()
        below = plait.run(level(number - 1)) if number else 0
        assert asyncio.current_task() is me
        await plait.sleep(0)
        return below + 1

    async def main() -> None:
        assert plait.run(level(30)) == 31
        assert await plait.gather(level(3), level(4), level(5)) == [4, 5, 6]

    plait.run(main())


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.parametrize("frames", range(16))
def test_too_many_levels_are_a_recursion_error_and_the_loop_goes_on(frames: int) -> None:
    """Whatever the loop is in the midst of when the stack's end is reached, which depends on the frames below."""

    async def level() -> None:
        await plait.sleep(0)
        plait.run(level())

    async def main() -> None:
        with pytest.raises(RecursionError):
            plait.run(level())
        assert plait.run(give(1, turns=3)) == 1
        assert asyncio.all_tasks() == {asyncio.current_task()}

    def run_deeper(frames: int) -> None:
        if frames > 0:
            run_deeper(frames - 1)
        else:
            plait.run(main())

    run_deeper(frames)


def test_the_innermost_ends_first() -> None:
    """Two tasks run the loop: the one that began first waits for the other, though its work is done long before."""

    async def main() -> list[str]:
        story = []
        go_on = plait.Event()

        async def first() -> None:
            plait.run(give(None, turns=3))
            story.append("first")

        async def second() -> None:
            plait.run(go_on.wait())
            story.append("second")

        async def third() -> None:
            await give(None, turns=10)
            story.append("third")
            go_on.set()

        await plait.gather(first(), second(), third())
        return story

    assert plait.run(main()) == ["third", "second", "first"]


def test_the_outermost_waits_for_the_inner_one() -> None:
    story = []

    async def main() -> str:
        running().call_soon(callback)
        return "main"

    def callback() -> None:
        plait.run(give(None, turns=5))
        story.append("inner")

    assert plait.run(main()) == "main"
    assert story == ["inner"]


def test_a_future_that_is_done_is_not_waited_for() -> None:
    async def main() -> None:
        future = running().create_future()
        future.set_result(3)
        ran = []
        running().call_soon(ran.append, 1)
        assert running().run_until_complete(future) == 3
        assert ran == []

    plait.run(main())


def test_a_future_and_a_task_of_the_outer_work() -> None:
    async def main() -> None:
        future = running().create_future()
        running().call_later(0.001, future.set_result, "later")
        assert running().run_until_complete(future) == "later"
        task = plait.create_task(give(4, turns=4))
        assert running().run_until_complete(task) == 4

    plait.run(main())


def test_tasks_left_behind_go_on() -> None:
    async def main() -> None:
        async def leave() -> Any:
            return plait.create_task(give("left", turns=4))

        task = plait.run(leave())
        assert not task.done()
        assert await task == "left"

    plait.run(main())


def test_stop_ends_all_runs_the_innermost_first() -> None:
    loop = plait.new_event_loop()
    story = []
    cancelled = []

    async def for_ever() -> None:
        try:
            await loop.create_future()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    def nest() -> None:
        loop.call_soon(nest_again)
        with pytest.raises(RuntimeError, match="Event loop stopped before Future completed"):
            loop.run_until_complete(for_ever())
        story.append("inner")

    def nest_again() -> None:
        loop.call_later(0.001, loop.stop)
        with pytest.raises(RuntimeError, match="Event loop stopped before Future completed"):
            plait.run(for_ever())
        story.append("innermost")

    loop.call_soon(nest)
    loop.run_forever()
    story.append("outermost")
    loop.run_until_complete(give(None, turns=3))
    loop.close()
    assert story == ["innermost", "inner", "outermost"]
    assert cancelled == [True, True]


def test_run_forever_and_runner_run_are_refused() -> None:
    async def main() -> None:
        with pytest.raises(RuntimeError, match="already running"):
            running().run_forever()
        with plait.Runner() as runner, pytest.raises(RuntimeError, match="cannot be called from a running event loop"):
            runner.run(give(1))
        with pytest.raises(RuntimeError, match="cannot be called from a running event loop"):
            plait.run(give(1), nested=False)
        with pytest.raises(RuntimeError, match="Cannot close a running event loop"):
            running().close()

    plait.run(main())


def test_another_thread_is_told_what_to_do() -> None:
    async def main() -> None:
        loop = running()
        errors = []

        def other() -> None:
            coro = give(1)
            try:
                loop.run_until_complete(coro)
            except RuntimeError as error:
                errors.append(str(error))
            coro.close()

        async def inside() -> None:
            await plait.to_thread(other)
            await plait.to_thread(asyncio.run, in_a_loop())

        async def in_a_loop() -> None:
            other()

        plait.run(inside())
        assert len(errors) == 2
        assert "already running" in errors[0]
        assert "run_coroutine_threadsafe" in errors[1]

    plait.run(main())


def test_threads_wake_an_inner_run() -> None:
    async def main() -> None:
        loop = running()
        future = loop.create_future()
        thread = threading.Thread(target=lambda: loop.call_soon_threadsafe(future.set_result, "thread"))
        thread.start()
        assert loop.run_until_complete(future) == "thread"
        thread.join()
        assert plait.run(plait.to_thread(lambda: 5)) == 5  # type: ignore[arg-type]

    plait.run(main())


def test_in_a_thread_that_is_not_the_main_one() -> None:
    async def main() -> tuple[int, bool]:
        me = asyncio.current_task()
        return plait.run(give(5)), asyncio.current_task() is me

    async def outside() -> None:
        results = await plait.gather(*(plait.to_thread(plait.run, main()) for _ in range(3)))
        assert results == [(5, True)] * 3

    plait.run(outside())


def test_bad_input() -> None:
    async def main() -> None:
        with pytest.raises(TypeError, match="a coroutine"):
            plait.run(5)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="awaitable is required"):
            running().run_until_complete(5)
        other = asyncio.new_event_loop()
        with pytest.raises(ValueError, match="belongs to a different loop"):
            running().run_until_complete(other.create_future())
        other.close()
        assert plait.run(give(2)) == 2

    plait.run(main())


def test_debug_for_the_time_of_an_inner_run() -> None:
    async def inner() -> bool:
        return bool(running().get_debug())

    async def main() -> None:
        before = running().get_debug()
        assert plait.run(inner(), debug=True)
        assert not plait.run(inner(), debug=False)
        assert running().get_debug() is before

    plait.run(main(), debug=False)


def test_async_generators_belong_to_the_loop() -> None:
    closed = []

    async def numbers() -> Any:
        try:
            yield 1
            yield 2
        finally:
            closed.append(True)

    async def inner() -> Any:
        generator = numbers()
        async for _ in generator:
            break
        return generator

    async def main() -> Any:
        return plait.run(inner())

    generator = plait.run(main())
    assert closed == [True]
    del generator
