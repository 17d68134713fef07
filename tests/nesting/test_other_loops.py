"""A run on a loop of its own, inside a running loop of any kind, which waits and is found again as it was."""

import asyncio
import contextvars
import gc
import importlib
import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

import plait

color = contextvars.ContextVar("color", default="none")


HAS_UVLOOP = importlib.util.find_spec("uvloop") is not None


def stock_loop() -> Any:
    return asyncio.new_event_loop()


def uvloops_loop() -> Any:
    return importlib.import_module("uvloop").new_event_loop()


@pytest.fixture(autouse=True, scope="module")
def _uvloop_has_opened_what_it_keeps() -> None:
    if HAS_UVLOOP:
        run_on(uvloops_loop, where(0))


def plaits_loop() -> Any:
    return plait.new_event_loop()


def run_on(make_loop: Callable[[], Any], coro: Any) -> Any:
    with asyncio.Runner(loop_factory=make_loop) as runner:
        return runner.run(coro)


if_uvloop = pytest.param(uvloops_loop, marks=pytest.mark.skipif(not HAS_UVLOOP, reason="uvloop is not installed"))
each_other_loop = pytest.mark.parametrize("make_loop", [stock_loop, if_uvloop])
each_loop = pytest.mark.parametrize("make_loop", [stock_loop, if_uvloop, plaits_loop])


async def where(turns: int = 3) -> tuple[Any, Any]:
    for _ in range(turns):
        await plait.sleep(0)
    return asyncio.get_running_loop(), asyncio.current_task()


@each_other_loop
def test_run_makes_a_loop_of_its_own(make_loop: Callable[[], Any]) -> None:
    async def main() -> None:
        loop, me = asyncio.get_running_loop(), asyncio.current_task()
        color.set("outer")
        inner_loop, inner_task = plait.run(where())
        assert isinstance(inner_loop, plait.EventLoop)
        assert inner_loop.is_closed()
        assert inner_task is not me
        assert asyncio.get_running_loop() is loop
        assert asyncio.current_task() is me
        assert asyncio.current_task(loop) is me
        assert color.get() == "outer"
        await asyncio.sleep(0)
        await asyncio.gather(asyncio.sleep(0), asyncio.sleep(0.001))
        assert asyncio.current_task() is me

    run_on(make_loop, main())


@each_loop
def test_a_loop_that_does_not_run_can_be_run(make_loop: Callable[[], Any]) -> None:
    async def main() -> None:
        loop, me = asyncio.get_running_loop(), asyncio.current_task()
        other = plait.new_event_loop()
        assert other.run_until_complete(where())[0] is other
        with pytest.raises(LookupError):
            other.run_until_complete(fail())
        with pytest.raises(RuntimeError, match="while another loop is running"):
            other.run_forever()
        other.close()
        with pytest.raises(RuntimeError, match="Event loop is closed"):
            other.run_until_complete(other)
        assert asyncio.get_running_loop() is loop
        assert asyncio.current_task() is me
        task = asyncio.create_task(where())
        assert await task == (loop, task)

    async def fail() -> None:
        raise LookupError

    run_on(make_loop, main())


@each_loop
def test_a_loop_factory_is_heeded(make_loop: Callable[[], Any]) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        inner_loop, _ = plait.run(where(), loop_factory=stock_loop)
        assert type(inner_loop) is type(stock)
        assert inner_loop is not loop
        assert asyncio.get_running_loop() is loop

    stock = stock_loop()
    run_on(make_loop, main())
    stock.close()


@each_other_loop
def test_asyncios_refusal_can_be_had(make_loop: Callable[[], Any]) -> None:
    async def main() -> None:
        with pytest.raises(RuntimeError, match="cannot be called from a running event loop"):
            plait.run(where(), nested=False)

    run_on(make_loop, main())


@each_loop
def test_ctrl_c_reaches_the_inner_work(make_loop: Callable[[], Any]) -> None:
    story = []

    async def inner() -> None:
        asyncio.get_running_loop().call_later(0.002, os.kill, os.getpid(), signal.SIGINT)
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            story.append("cancelled")
            raise

    async def main() -> None:
        handler = signal.getsignal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            plait.run(inner())
        assert signal.getsignal(signal.SIGINT) is handler
        await asyncio.sleep(0)
        story.append("goes on")

    run_on(make_loop, main())
    assert story == ["cancelled", "goes on"]


@each_other_loop
@pytest.mark.parametrize("presses", [2, 3])
def test_a_second_ctrl_c_leaves_inner_work_that_always_refuses(
    make_loop: Callable[[], Any], presses: int, error_log: Any
) -> None:
    """What does not refuse may clean up; one more that comes meanwhile only shortens that."""
    story: list[str] = []
    to_come = presses

    def press() -> None:
        nonlocal to_come
        if to_come > 0:
            to_come -= 1
            os.kill(os.getpid(), signal.SIGINT)

    async def refuse() -> None:
        cleaner = asyncio.create_task(clean_up())
        while cleaner is not None:
            asyncio.get_running_loop().call_later(0.005, press)
            try:
                await asyncio.sleep(50)
            except asyncio.CancelledError:
                story.append("refused")

    async def clean_up() -> None:
        try:
            await asyncio.sleep(50)
        finally:
            story.append("cleaned up")

    async def main() -> None:
        handler = signal.getsignal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            plait.run(refuse())
        assert signal.getsignal(signal.SIGINT) is handler
        await asyncio.sleep(0)
        story.append("goes on")

    run_on(make_loop, main())
    assert to_come == 0
    assert story[0] == "refused"
    assert sorted(story[1:-1]) == ["cleaned up", "refused"]
    assert story[-1] == "goes on"
    gc.collect()
    assert ["Task was destroyed but it is pending!" in text for text in error_log.texts] == [True], error_log.texts


@each_other_loop
def test_signal_handlers_are_restored(make_loop: Callable[[], Any]) -> None:
    async def inner() -> None:
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        loop.add_signal_handler(signal.SIGUSR1, future.set_result, "inner")
        signal.raise_signal(signal.SIGUSR1)
        assert await future == "inner"

    async def main() -> None:
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        loop.add_signal_handler(signal.SIGUSR1, future.set_result, "outer")
        plait.run(inner())
        signal.raise_signal(signal.SIGUSR1)
        assert await asyncio.wait_for(future, 5) == "outer"
        loop.remove_signal_handler(signal.SIGUSR1)

    run_on(make_loop, main())


@each_other_loop
def test_async_generators_find_their_loop(make_loop: Callable[[], Any]) -> None:
    closed = []

    async def numbers() -> Any:
        try:
            yield 1
            yield 2
        finally:
            closed.append(asyncio.get_running_loop())

    async def leave() -> Any:
        generator = numbers()
        await generator.__anext__()
        kept.append(generator)
        return asyncio.get_running_loop()

    kept: list[Any] = []

    async def main() -> Any:
        hooks = sys.get_asyncgen_hooks()
        inner_loop = plait.run(leave())
        assert closed == [inner_loop]
        assert sys.get_asyncgen_hooks() == hooks
        return await leave()

    outer_loop = run_on(make_loop, main())
    assert closed[1:] == [outer_loop]


def test_the_first_loop_again_inside_the_second() -> None:
    async def main() -> None:
        first, me = asyncio.get_running_loop(), asyncio.current_task()
        second = plait.new_event_loop()
        seen = []

        async def ticker() -> None:
            for _ in range(3):
                await plait.sleep(0)
                seen.append(asyncio.get_running_loop())

        async def inside() -> None:
            task = asyncio.current_task()
            assert asyncio.get_running_loop() is second
            assert first.run_until_complete(where())[0] is first
            assert asyncio.get_running_loop() is second
            assert asyncio.current_task() is task
            assert plait.run(where())[0] is second

        tick = plait.create_task(ticker())
        second.run_until_complete(inside())
        second.close()
        assert tick.done()
        assert seen == [first] * 3
        assert asyncio.get_running_loop() is first
        assert asyncio.current_task() is me
        assert plait.current_task() is me
        assert (await where())[1] is me

    plait.run(main())


def test_the_policys_loop_stays() -> None:
    async def main() -> None:
        plait.run(where())
        assert asyncio.get_event_loop() is asyncio.get_running_loop()

    loop = stock_loop()
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(main())
        assert asyncio.get_event_loop() is loop
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def test_what_nobody_nests_is_not_imported() -> None:
    source = "import sys, plait\nasync def main(): pass\nplait.run(main())\nprint('plait.loop.nesting' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", source]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "False\n"
