"""Random programs of tasks that run the loop, sleep, wait for and cancel each other: all end, each is found as it was left."""

import asyncio
import contextvars
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import plait

mark = contextvars.ContextVar("mark", default="")

Steps = st.lists(
    st.one_of(
        st.tuples(st.just("sleep"), st.integers(0, 3)),
        st.tuples(st.just("timer"), st.just(0)),
        st.tuples(st.just("nest"), st.integers(0, 4)),
        st.tuples(st.just("nest timer"), st.just(0)),
        st.tuples(st.just("nest handling"), st.integers(0, 2)),
        st.tuples(st.just("cancel"), st.integers(0, 4)),
        st.tuples(st.just("spawn"), st.integers(0, 2)),
    ),
    max_size=6,
)


@settings(max_examples=80, deadline=None)
@given(st.lists(Steps, min_size=1, max_size=5))
def test_all_end_and_are_found_as_they_were_left(program: list[list[tuple[str, int]]]) -> None:
    ended = []

    async def work(number: int) -> None:
        name = f"task {number}"
        mark.set(name)
        me = asyncio.current_task()
        try:
            for what, count in program[number]:
                await step(what, count)
                assert asyncio.current_task() is me
                assert plait.current_task() is me
                assert mark.get() == name
        finally:
            ended.append(number)

    async def step(what: str, count: int) -> None:
        if what == "sleep":
            await turns(count)
        elif what == "timer":
            await plait.sleep(1e-4)
        elif what == "nest":
            plait.run(inner(count))
        elif what == "nest timer":
            asyncio.get_running_loop().run_until_complete(plait.sleep(1e-4))
        elif what == "nest handling":
            try:
                raise ValueError(mark.get())
            except ValueError as error:
                plait.run(inner(count))
                assert str(error) == mark.get()  # noqa: PT017
        elif what == "cancel":
            tasks[count % len(tasks)].cancel()
        else:
            spawned.append(plait.create_task(turns(count)))

    async def inner(count: int) -> None:
        outer = mark.get()
        mark.set(f"inside {outer}")
        await turns(count)
        assert mark.get() == f"inside {outer}"

    async def turns(count: int) -> None:
        for _ in range(count):
            await plait.sleep(0)

    async def main() -> None:
        tasks.extend(plait.create_task(work(number)) for number in range(len(program)))
        results = await plait.gather(*tasks, return_exceptions=True)
        assert all(result is None or type(result) is asyncio.CancelledError for result in results), results
        await plait.gather(*spawned)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    tasks: list[Any] = []
    spawned: list[Any] = []
    plait.run(main())
    assert len(ended) <= len(program)  # a task that is cancelled before it begins does not
