"""`%load_ext plait` as IPython calls it; the real ones are in `tests/ecosystem/notebooks`."""

import asyncio
import contextvars
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

import plait

color = contextvars.ContextVar("color", default="none")


def stock_runner(coro: Any) -> Any:
    raise AssertionError("the runner from before is not used")


@pytest.fixture
def shell() -> Iterator[Any]:
    shell = SimpleNamespace(loop_runner=stock_runner, autoawait=False)
    yield shell
    plait.unload_ipython_extension(shell)


async def where() -> Any:
    await plait.sleep(0)
    return asyncio.get_running_loop()


def test_cells_await_on_one_loop_of_plaits(shell: Any) -> None:
    plait.load_ipython_extension(shell)
    assert shell.autoawait
    loop = shell.loop_runner(where())
    assert isinstance(loop, plait.EventLoop)
    assert shell.loop_runner(where()) is loop
    plait.load_ipython_extension(shell)
    assert shell.loop_runner(where()) is loop
    plait.unload_ipython_extension(shell)
    assert shell.loop_runner is stock_runner
    assert loop.is_closed()
    plait.unload_ipython_extension(shell)


def test_tasks_go_on_while_other_cells_await(shell: Any) -> None:
    async def leave() -> Any:
        return plait.create_task(plait.sleep(0.001, "left"))  # type: ignore[arg-type]

    async def take(task: Any) -> Any:
        return await task

    plait.load_ipython_extension(shell)
    task = shell.loop_runner(leave())
    assert shell.loop_runner(take(task)) == "left"


def test_what_is_left_is_cancelled_when_it_is_unloaded(shell: Any) -> None:
    async def leave() -> Any:
        return plait.create_task(plait.sleep(1000))  # type: ignore[arg-type]

    plait.load_ipython_extension(shell)
    task = shell.loop_runner(leave())
    plait.unload_ipython_extension(shell)
    assert task.cancelled()


def test_a_cell_sees_the_context_of_the_shell(shell: Any) -> None:
    async def see() -> str:
        return color.get()

    plait.load_ipython_extension(shell)
    token = color.set("shell")
    assert shell.loop_runner(see()) == "shell"
    color.reset(token)
    assert shell.loop_runner(see()) == "none"


def test_in_a_kernel_with_another_loop_that_waits(shell: Any) -> None:
    async def cell() -> None:
        plait.load_ipython_extension(shell)
        loop = asyncio.get_running_loop()
        assert isinstance(shell.loop_runner(where()), plait.EventLoop)
        assert asyncio.get_running_loop() is loop

    asyncio.run(cell())


def test_in_a_kernel_on_plait_there_is_nothing_to_do(shell: Any) -> None:
    async def cell() -> None:
        plait.load_ipython_extension(shell)
        assert shell.loop_runner is stock_runner

    plait.run(cell())


def test_inside_a_program_that_plait_runs(shell: Any) -> None:
    plait.load_ipython_extension(shell)

    async def program() -> None:
        assert shell.loop_runner(where()) is asyncio.get_running_loop()

    plait.run(program())


def test_a_star_does_not_bring_what_ipython_calls() -> None:
    assert not {"load_ipython_extension", "unload_ipython_extension"} & set(plait.__all__)


async def never() -> None:
    await plait.Event().wait()


def test_a_cell_that_unloads_goes_on(shell: Any) -> None:
    async def cell() -> Any:
        plait.unload_ipython_extension(shell)
        assert shell.loop_runner is stock_runner
        left = plait.create_task(never())
        return await where(), left

    plait.load_ipython_extension(shell)
    loop, left = shell.loop_runner(cell())
    assert loop.is_closed()
    assert left.cancelled()


def test_a_cell_that_reloads_goes_on_and_the_next_one_has_a_new_loop(shell: Any) -> None:
    async def cell() -> Any:
        plait.unload_ipython_extension(shell)
        plait.load_ipython_extension(shell)
        return await where()

    plait.load_ipython_extension(shell)
    loop = shell.loop_runner(cell())
    assert loop.is_closed()
    assert shell.loop_runner(where()) is not loop
    plait.unload_ipython_extension(shell)
    assert shell.loop_runner is stock_runner
