"""What ends an inner run before its work is done: cancellation, timeouts, Ctrl+C, exits, and waiting for itself."""

import asyncio
import os
import signal
import time
from typing import Any

import pytest

import plait


async def nothing(turns: int = 1) -> None:
    for _ in range(turns):
        await plait.sleep(0)


async def for_ever(story: list[str] | None = None) -> None:
    try:
        await asyncio.get_running_loop().create_future()
    except asyncio.CancelledError:
        if story is not None:
            story.append("cancelled")
        raise


def test_to_cancel_the_outer_task_cancels_the_inner_work() -> None:
    async def main() -> None:
        story: list[str] = []

        async def outer() -> None:
            try:
                plait.run(for_ever(story))
            finally:
                story.append("outer")

        task = plait.create_task(outer())
        await nothing(0)
        asyncio.get_running_loop().call_soon(asyncio.get_running_loop().call_soon, task.cancel, "why")
        with pytest.raises(asyncio.CancelledError):
            await task
        assert story == ["cancelled", "outer"]
        assert task.cancelling() == 1

    plait.run(main())


def test_through_all_levels() -> None:
    async def level(number: int) -> None:
        if number:
            plait.run(level(number - 1))
        await for_ever()

    async def main() -> None:
        task = plait.create_task(level(5))
        asyncio.get_running_loop().call_later(0.001, task.cancel)
        with pytest.raises(asyncio.CancelledError):
            await task
        await nothing(3)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    plait.run(main())


def test_inner_work_that_refuses_goes_on_and_the_outer_task_too() -> None:
    async def refuse() -> str:
        try:
            await for_ever()
        except asyncio.CancelledError:
            await nothing()
        return "refused"

    async def main() -> None:
        async def outer() -> str:
            result = plait.run(refuse())
            await nothing()
            return str(result)

        task = plait.create_task(outer())
        asyncio.get_running_loop().call_later(0.001, task.cancel)
        assert await task == "refused"

    plait.run(main())


def test_a_timeout_of_the_outer_task_reaches_the_inner_work() -> None:
    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with plait.timeout(0.002):
                plait.run(for_ever())
        await nothing()
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0

    plait.run(main())


def test_a_task_of_asyncios_passes_it_on_too() -> None:
    async def main() -> None:
        story: list[str] = []

        async def outer() -> None:
            plait.run(for_ever(story))

        task = asyncio.tasks.Task(outer(), loop=asyncio.get_running_loop())
        asyncio.get_running_loop().call_later(0.001, task.cancel)
        with pytest.raises(asyncio.CancelledError):
            await task
        assert story == ["cancelled"]

    plait.run(main())


def test_inner_work_that_is_cancelled_by_others() -> None:
    async def main() -> None:
        inner = plait.create_task(for_ever())
        asyncio.get_running_loop().call_later(0.001, inner.cancel)
        with pytest.raises(asyncio.CancelledError):
            asyncio.get_running_loop().run_until_complete(inner)
        await nothing()

    plait.run(main())


def test_an_exit_in_any_task_comes_out_of_each_run() -> None:
    story: list[str] = []

    async def leave() -> None:
        await nothing(3)
        raise SystemExit(3)

    async def main() -> None:
        nonlocal task
        task = plait.create_task(leave())
        try:
            plait.run(for_ever(story))
        except SystemExit:
            story.append("exit")
            raise

    task: Any = None
    with pytest.raises(SystemExit):
        plait.run(main())
    assert isinstance(task.exception(), SystemExit)
    assert story == ["exit", "cancelled"]


# What can never be done.


def test_to_wait_for_the_caller_is_refused() -> None:
    async def main() -> None:
        me = asyncio.current_task()
        assert me is not None

        async def wait_for_me() -> Any:
            return await me

        with pytest.raises(RuntimeError, match="waits for a task that itself has to wait") as caught:
            asyncio.get_running_loop().run_until_complete(me)
        assert "wait_for=<a run inside its step>" in str(caught.value)
        with pytest.raises(RuntimeError, match="waits for a task that itself has to wait"):
            plait.run(wait_for_me())
        for _ in range(3):
            await nothing()

    plait.run(main())


@pytest.mark.parametrize("kind", [plait.Task, asyncio.tasks.Task])
def test_a_task_whose_caller_was_waited_for_goes_on_when_that_is_done(kind: Any) -> None:
    async def main() -> None:
        waiting = []

        async def outer() -> str:
            me = asyncio.current_task()

            async def inner() -> Any:
                waiting.append(asyncio.current_task())
                assert me is not None
                return await me

            with pytest.raises(RuntimeError, match="waits for a task that itself has to wait"):
                plait.run(inner())
            return "outer"

        assert await kind(outer(), loop=asyncio.get_running_loop()) == "outer"
        assert await waiting[0] == "outer"

    plait.run(main())


def test_to_wait_for_each_other_across_levels_is_refused() -> None:
    async def main() -> None:
        tasks: list[Any] = []

        async def first() -> str:
            plait.run(nothing(5))
            return "first"

        async def second() -> str:
            with pytest.raises(RuntimeError, match="waits for a task that itself has to wait"):
                asyncio.get_running_loop().run_until_complete(tasks[0])
            return "second"

        tasks += [plait.create_task(first()), plait.create_task(second())]
        assert await plait.gather(*tasks) == ["first", "second"]

    plait.run(main())


# Ctrl+C.


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_cancels_the_inner_work_and_raises_in_the_caller() -> None:
    story: list[str] = []

    async def main() -> None:
        asyncio.get_running_loop().call_later(0.002, interrupt)
        handler = signal.getsignal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            plait.run(for_ever(story))
        assert signal.getsignal(signal.SIGINT) is handler
        await nothing()
        story.append("goes on")

    plait.run(main())
    assert story == ["cancelled", "goes on"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_it_reaches_run_until_complete_and_a_loop_that_no_runner_runs() -> None:
    loop = plait.new_event_loop()
    story: list[str] = []

    def nest() -> None:
        loop.call_later(0.002, interrupt)
        with pytest.raises(KeyboardInterrupt):
            loop.run_until_complete(for_ever(story))
        loop.stop()

    loop.call_soon(nest)
    loop.run_forever()
    loop.close()
    assert story == ["cancelled"]


def test_it_cancels_a_future() -> None:
    async def main() -> None:
        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(0.002, interrupt)
        with pytest.raises(KeyboardInterrupt):
            asyncio.get_running_loop().run_until_complete(future)
        assert future.cancelled()

    plait.run(main())


def test_it_ends_the_innermost_run_first_and_then_the_others() -> None:
    story: list[str] = []

    async def second() -> None:
        asyncio.get_running_loop().call_later(0.002, interrupt)
        try:
            plait.run(for_ever(story))
        except KeyboardInterrupt:
            story.append("innermost")
            raise

    async def main() -> None:
        nonlocal task
        task = plait.create_task(second())
        try:
            plait.run(for_ever(story))
        except KeyboardInterrupt:
            story.append("inner")
            raise

    task: Any = None
    with pytest.raises(KeyboardInterrupt):
        plait.run(main())
    assert isinstance(task.exception(), KeyboardInterrupt)
    assert story == ["cancelled", "innermost", "inner", "cancelled"]


def test_a_second_one_leaves_inner_work_that_refuses() -> None:
    """It is raised at the run, and not in a task of others that happens to be running."""

    async def refuse() -> None:
        while not released.done():
            try:
                await released
            except asyncio.CancelledError:
                refused.append(True)

    async def busy() -> None:
        while not released.done():
            if len(refused) < 2:
                interrupt()
            await plait.sleep(0)

    refused: list[bool] = []
    released: Any = None

    async def main() -> None:
        nonlocal released
        released = plait.Future()
        task = plait.create_task(busy())
        with pytest.raises(KeyboardInterrupt):
            plait.run(refuse())
        assert not task.done()
        released.set_result(None)
        await task
        await nothing(3)

    plait.run(main())


def test_a_second_one_interrupts_inner_work_that_blocks() -> None:
    async def block() -> None:
        deadline = time.monotonic() + 10
        interrupt()
        interrupt()
        while time.monotonic() < deadline:
            pass

    async def main() -> None:
        with pytest.raises(KeyboardInterrupt):
            plait.run(block())
        await nothing()

    plait.run(main())


def test_a_third_one_interrupts_whatever_blocks() -> None:
    def block() -> None:
        deadline = time.monotonic() + 10
        for _ in range(3):
            interrupt()
        while time.monotonic() < deadline:
            pass

    async def main() -> None:
        asyncio.get_running_loop().call_soon(block)
        with pytest.raises(KeyboardInterrupt):
            plait.run(for_ever())
        await nothing(3)

    plait.run(main())


def test_a_handler_of_the_programs_own_stays() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        loop.add_signal_handler(signal.SIGINT, future.set_result, "handled")
        loop.call_later(0.002, interrupt)
        try:
            assert loop.run_until_complete(future) == "handled"
        finally:
            loop.remove_signal_handler(signal.SIGINT)

    plait.run(main())
