"""The await graph of Python 3.14, `asyncio.capture_call_graph()`, and what it asks futures for."""

import asyncio
import sys
from typing import Any

import pytest

import plait

NEEDS_GRAPH = pytest.mark.skipif(sys.version_info < (3, 14), reason="the call graph came with Python 3.14")


def awaited_by(future: Any) -> Any:
    return future._asyncio_awaited_by


def test_future_tells_who_awaits_it() -> None:
    async def wait_for(future: Any) -> None:
        await future

    async def main() -> None:
        future = asyncio.get_running_loop().create_future()
        assert awaited_by(future) is None
        tasks = [plait.create_task(wait_for(future)), asyncio.Task(wait_for(future))]
        tasks[0].add_done_callback(lambda task: None)
        shielded = plait.shield(future)
        gathered = plait.gather(tasks[0])
        await asyncio.sleep(0)
        assert awaited_by(future) == {*tasks, shielded}
        assert awaited_by(tasks[0]) == {gathered}
        assert awaited_by(shielded) is None
        future.set_result(None)
        await plait.wait([*tasks, shielded, gathered])
        assert awaited_by(future) is None

    plait.run(main())


def test_group_and_wait_lead_to_the_task_that_waits() -> None:
    async def main() -> None:
        me = asyncio.current_task()
        ends = [asyncio.get_running_loop().create_future() for _ in range(2)]

        async def ask(end: Any) -> None:
            assert awaited_by(asyncio.current_task()) == {me}
            end.set_result(None)

        async with plait.TaskGroup() as group:
            group.create_task(ask(ends[0]))
        await plait.wait([plait.create_task(ask(ends[1]))])
        assert all(end.done() for end in ends)

    plait.run(main())


def names(graph: Any) -> list[Any]:
    """The functions on the stack of a task, and those of the tasks that wait for it."""
    return [[entry.frame.f_code.co_name for entry in graph.call_stack], [names(each) for each in graph.awaited_by]]


@NEEDS_GRAPH
def test_graph_goes_through_plaits_tasks() -> None:
    async def ask() -> list[Any]:
        await asyncio.sleep(0)
        return names(asyncio.capture_call_graph())  # type: ignore[attr-defined, unused-ignore]

    async def inner() -> list[Any]:
        return await ask()

    async def main() -> list[Any]:
        async with plait.TaskGroup() as group:
            in_group = group.create_task(inner())
        gathered = (await plait.gather(inner()))[0]
        in_stock = asyncio.Task(inner())
        return [in_group.result(), gathered, await plait.wait_for(inner(), 10), await in_stock]

    stack, in_main = ["ask", "inner"], [["main"], []]
    in_group, gathered, waited_for, in_stock = plait.run(main())
    assert in_group == [stack, [in_main]]
    assert gathered == [stack, [[[], [in_main]]]]
    assert waited_for[0][:2] == stack
    assert in_stock[0] == stack


@NEEDS_GRAPH
def test_graph_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    async def inner() -> None:
        asyncio.print_call_graph()  # type: ignore[attr-defined, unused-ignore]

    async def main() -> None:
        await plait.create_task(inner(), name="inner task")

    plait.run(main())
    printed = capsys.readouterr().out
    assert "Task(name='inner task'" in printed
    assert ".main()\n" in printed
