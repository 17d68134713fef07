"""plait's futures, tasks and locks on a stock loop, and stock ones on plait's: they work, and see each other."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from types import ModuleType
from typing import Any

import pytest

import plait

LONG = 3600.0  # seconds; nobody waits for so long

Main = Callable[[], Coroutine[Any, Any, Any]]


def run_plait_on_stock(main: Main) -> Any:
    return asyncio.run(main())


def run_stock_on_plait(main: Main) -> Any:
    return asyncio.run(main(), loop_factory=plait.new_event_loop)


if not hasattr(asyncio, "EventLoop"):  # before 3.12, `run` takes no factory

    def run_stock_on_plait(main: Main) -> Any:
        with asyncio.Runner(loop_factory=plait.new_event_loop) as runner:
            return runner.run(main())


@pytest.fixture(params=["plait on a stock loop", "asyncio on a loop of plait's", "plait at home"])
def world(request: pytest.FixtureRequest) -> tuple[ModuleType, Callable[[Main], Any]]:
    """Whose primitives are used, and what runs a main function."""
    worlds: dict[str, tuple[ModuleType, Callable[[Main], Any]]] = {
        "plait on a stock loop": (plait, run_plait_on_stock),
        "asyncio on a loop of plait's": (asyncio, run_stock_on_plait),
        "plait at home": (plait, lambda main: plait.run(main())),
    }
    return worlds[request.param]


@pytest.fixture
def aio(world: tuple[ModuleType, Callable[[Main], Any]]) -> ModuleType:
    return world[0]


@pytest.fixture
def run(world: tuple[ModuleType, Callable[[Main], Any]]) -> Callable[[Main], Any]:
    return world[1]


class Broken(Exception):
    """Raised by a coroutine."""


async def give(value: Any, turns: int = 1) -> Any:
    for _ in range(turns):
        await asyncio.sleep(0)
    return value


async def fail(turns: int = 1) -> None:
    await give(None, turns)
    raise Broken


async def never() -> None:
    await asyncio.get_running_loop().create_future()


def spawn(aio: ModuleType, coro: Coroutine[Any, Any, Any], **options: Any) -> Any:
    """A task of `aio`'s own type, on whatever loop runs."""
    return aio.Task(coro, loop=asyncio.get_running_loop(), **options)


# Futures


def test_future_is_of_the_running_loop(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    async def main() -> None:
        assert aio.Future().get_loop() is asyncio.get_running_loop()

    run(main)


def test_future_wakes_who_waits(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    async def main() -> Any:
        future = aio.Future()
        asyncio.get_running_loop().call_soon(future.set_result, "value")
        return await future

    assert run(main) == "value"


def test_future_raises_where_it_is_awaited(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    async def main() -> None:
        future = aio.Future()
        asyncio.get_running_loop().call_soon(future.set_exception, Broken())
        with pytest.raises(Broken):
            await future

    run(main)


def test_cancelled_future_cancels_who_waits(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    async def main() -> None:
        future = aio.Future()
        asyncio.get_running_loop().call_soon(future.cancel, "why")
        with pytest.raises(asyncio.CancelledError):
            await future
        assert future.cancelled()

    run(main)


def test_callbacks_of_a_future_run_in_order_and_not_at_once(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    async def main() -> None:
        called: list[int] = []
        future = aio.Future()
        for number in range(3):
            future.add_done_callback(lambda _, number=number: called.append(number))
        future.set_result(None)
        assert called == []
        await give(None)
        assert called == [0, 1, 2]

    run(main)


def test_future_set_by_another_thread_through_the_loop(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    async def main() -> Any:
        loop, future = asyncio.get_running_loop(), aio.Future()
        await asyncio.to_thread(loop.call_soon_threadsafe, future.set_result, "from a thread")
        return await future

    assert run(main) == "from a thread"


# Tasks


def test_task_gives_its_result(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    async def main() -> Any:
        return await spawn(aio, give("value", 3))

    assert run(main) == "value"


def test_task_raises_its_exception(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    async def main() -> None:
        task = spawn(aio, fail())
        with pytest.raises(Broken):
            await task
        assert isinstance(task.exception(), Broken)

    run(main)


def test_task_awaits_futures_and_tasks_of_either_kind(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    async def body(futures: list[Any]) -> list[Any]:
        return [await future for future in futures]

    async def main() -> None:
        futures = [asyncio.Future(), plait.Future(), asyncio.get_running_loop().create_future()]
        tasks = [spawn(asyncio, give(3)), spawn(plait, give(4))]
        bodies = [spawn(kind, body([*futures, *tasks])) for kind in (asyncio, plait)]
        await give(None, 2)
        for number, future in enumerate(futures):
            future.set_result(number)
        assert await asyncio.gather(*bodies) == [[0, 1, 2, 3, 4]] * 2

    run(main)


@pytest.mark.parametrize("waiting", [asyncio, plait])
def test_cancelling_a_task_cancels_what_it_awaits(
    aio: ModuleType, run: Callable[[Main], Any], waiting: ModuleType
) -> None:
    async def main() -> None:
        inner = spawn(waiting, never())
        outer = spawn(aio, await_(inner))
        await give(None, 2)
        assert outer.cancel("why")
        with pytest.raises(asyncio.CancelledError):
            await outer
        assert outer.cancelled()
        assert inner.cancelled()

    run(main)


async def await_(thing: Any) -> Any:
    return await thing


def test_task_cancelled_before_it_began_does_nothing(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    async def main() -> None:
        began: list[int] = []

        async def body() -> None:
            began.append(1)

        task = spawn(aio, body())
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert began == []

    run(main)


def test_task_may_refuse_its_cancellation(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    async def stubborn() -> str:
        try:
            await never()
        except asyncio.CancelledError:
            asyncio.current_task().uncancel()
        return "stayed"

    async def main() -> Any:
        task = spawn(aio, stubborn())
        await give(None)
        task.cancel()
        return await task

    assert run(main) == "stayed"


def test_all_tasks_and_current_task_see_it(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    async def body(seen: list[Any]) -> None:
        seen.append(asyncio.current_task())
        await asyncio.sleep(0)
        seen.append(asyncio.current_task())

    async def main() -> None:
        seen: list[Any] = []
        me = asyncio.current_task()
        task = spawn(aio, body(seen))
        assert asyncio.all_tasks() == plait.all_tasks() == {me, task}
        await give(None, 4)
        assert seen == [task, task]
        assert asyncio.current_task() is plait.current_task() is me
        assert asyncio.all_tasks() == {me}

    run(main)


def test_no_task_is_current_in_a_callback(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    async def main() -> None:
        loop, seen = asyncio.get_running_loop(), []
        task = spawn(aio, give(None, 3))
        for _ in range(3):
            loop.call_soon(lambda: seen.append(asyncio.current_task(loop)))
            await give(None)
        await task
        assert seen == [None, None, None]

    run(main)


def test_tasks_of_both_kinds_take_turns_and_know_who_they_are(run: Callable[[Main], Any]) -> None:
    async def body(turns: list[Any]) -> None:
        for _ in range(3):
            turns.append(asyncio.current_task())
            await asyncio.sleep(0)

    async def main() -> None:
        turns: list[Any] = []
        tasks = [spawn(kind, body(turns)) for kind in (plait, asyncio, plait, asyncio)]
        assert asyncio.all_tasks() == {*tasks, asyncio.current_task()}
        await asyncio.gather(*tasks)
        assert turns == tasks * 3

    run(main)


def test_what_is_left_at_the_end_is_cancelled(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    left: list[Any] = []

    async def main() -> None:
        left.append(spawn(aio, never()))
        await give(None)

    run(main)
    assert left[0].cancelled()


def test_main_may_be_awaited_as_a_task(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    async def main() -> Any:
        me = asyncio.current_task()
        child = spawn(aio, await_(asyncio.shield(me)))
        await give(None, 2)
        child.cancel()
        with pytest.raises(asyncio.CancelledError):
            await child
        return "main is well"

    assert run(main) == "main is well"


# Functions over them


def test_gather_gives_all_results_in_order(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    async def main() -> Any:
        return await aio.gather(give(1, 3), spawn(asyncio, give(2)), spawn(plait, give(3)), give(4, 0))

    assert run(main) == [1, 2, 3, 4]


def test_gather_raises_the_first_exception_or_returns_it(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    async def main() -> None:
        with pytest.raises(Broken):
            await aio.gather(give(1), fail())
        first, second = await aio.gather(give(1), fail(), return_exceptions=True)
        assert first == 1
        assert isinstance(second, Broken)

    run(main)


def test_cancelled_gather_cancels_its_children(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    async def main() -> None:
        children = [spawn(asyncio, never()), spawn(plait, never())]
        together = aio.gather(*children)
        await give(None)
        together.cancel()
        with pytest.raises(asyncio.CancelledError):
            await together
        assert all(child.cancelled() for child in children)

    run(main)


def test_wait_for_and_shield_and_wait(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    async def main() -> None:
        assert await aio.wait_for(give(1), LONG) == 1
        with pytest.raises(TimeoutError):
            await aio.wait_for(never(), 0)
        assert await aio.shield(spawn(aio, give(2))) == 2
        tasks = {spawn(asyncio, give(3)), spawn(plait, give(4))}
        done, pending = await aio.wait(tasks)
        assert done == tasks
        assert pending == set()

    run(main)


def test_sleep_ends(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    async def main() -> Any:
        return [await aio.sleep(0, "turn"), await aio.sleep(1e-9, "moment")]

    assert run(main) == ["turn", "moment"]


def test_cancelled_sleep_leaves(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    async def main() -> None:
        task = spawn(aio, await_(aio.sleep(LONG)))
        await give(None)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(main)


@pytest.mark.parametrize("delay", [-1, 0, 1e-9])
def test_timeout_expires(aio: ModuleType, run: Callable[[Main], Any], delay: float) -> None:
    async def body() -> bool:
        with pytest.raises(TimeoutError):
            async with aio.timeout(delay) as scope:
                await never()
        assert asyncio.current_task().cancelling() == 0
        return scope.expired()

    async def main() -> None:
        assert await body()
        assert await spawn(asyncio, body())
        assert await spawn(plait, body())

    run(main)


def test_timeout_that_is_not_reached_does_nothing(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    async def main() -> None:
        async with aio.timeout(LONG) as scope:
            assert await give(1) == 1
        assert not scope.expired()

    run(main)


def test_timeout_moved_to_the_past_expires(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        with pytest.raises(TimeoutError):  # noqa: PT012
            async with aio.timeout(LONG) as scope:
                scope.reschedule(loop.time())
                await never()

    run(main)


def test_task_group_waits_for_all(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    async def main() -> None:
        async with aio.TaskGroup() as group:
            tasks = [group.create_task(give(number, number)) for number in range(4)]
        assert [task.result() for task in tasks] == [0, 1, 2, 3]

    run(main)


def test_task_group_cancels_the_others_when_one_fails(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    others: list[Any] = []

    async def body() -> None:
        with pytest.raises(BaseExceptionGroup) as caught:  # noqa: PT012
            async with aio.TaskGroup() as group:
                others.append(group.create_task(never()))
                group.create_task(fail())
        assert [type(error) for error in caught.value.exceptions] == [Broken]
        if aio is plait or sys.version_info >= (3, 13):  # stock asyncio forgot to take it back
            assert asyncio.current_task().cancelling() == 0

    async def main() -> None:
        await body()
        await spawn(asyncio, body())
        await spawn(plait, body())

    run(main)
    assert [task.cancelled() for task in others] == [True, True, True]


# Primitives


def test_lock_excludes_and_is_fair(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    async def body(lock: Any, log: list[tuple[str, int]], number: int) -> None:
        async with lock:
            log.append(("in", number))
            await give(None, 2)
            log.append(("out", number))

    async def main() -> None:
        lock, log = aio.Lock(), []
        await asyncio.gather(*(spawn((asyncio, plait)[n % 2], body(lock, log, n)) for n in range(4)))
        assert log == [(step, number) for number in range(4) for step in ("in", "out")]
        assert not lock.locked()

    run(main)


def test_cancelled_waiter_does_not_keep_the_lock(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    async def main() -> None:
        lock = aio.Lock()
        await lock.acquire()
        first, second, third = (spawn(aio, await_(lock.acquire())) for _ in range(3))
        await give(None)
        first.cancel()  # while it waits
        await give(None)
        lock.release()
        second.cancel()  # after it was granted, before it ran
        assert await third is True
        assert first.cancelled()
        assert second.cancelled()
        lock.release()
        assert not lock.locked()

    run(main)


def test_other_primitives_wake_who_waits(aio: ModuleType, run: Callable[[Main], Any]) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        event, semaphore, queue, condition = aio.Event(), aio.Semaphore(0), aio.Queue(1), aio.Condition()
        loop.call_soon(event.set)
        await event.wait()
        loop.call_soon(semaphore.release)
        await semaphore.acquire()
        putters = [spawn(aio, queue.put(number)) for number in range(3)]
        assert [await queue.get() for _ in range(3)] == [0, 1, 2]
        await asyncio.gather(*putters)
        async with condition:
            waker = spawn(aio, notify(condition))
            await condition.wait()
        await waker

    run(main)


async def notify(condition: Any) -> None:
    async with condition:
        condition.notify()


@pytest.mark.parametrize(
    "run", [pytest.param(asyncio.run, id="a stock loop"), pytest.param(plait.run, id="plait's loop")]
)
def test_eager_start_runs_to_the_first_wait_and_gives_the_caller_back(run: Callable[..., Any]) -> None:
    async def body(log: list[Any]) -> str:
        log.append(asyncio.current_task())
        await asyncio.sleep(0)
        log.append(asyncio.current_task())
        return "value"

    async def main() -> None:
        log: list[Any] = []
        me = asyncio.current_task()
        task = plait.Task(body(log), loop=asyncio.get_running_loop(), eager_start=True)
        assert log == [task]
        assert asyncio.current_task() is me
        assert await task == "value"
        assert log == [task, task]

    run(main())
