"""TaskGroup.cancel (Python 3.15): ends the group early and quietly, wherever it is called."""

import gc

import pytest

pytestmark = pytest.mark.stock_since(3, 15)


def pending(aio):
    return aio.get_running_loop().create_future()


async def forever(aio, trace=None):
    try:
        await pending(aio)
    finally:
        if trace is not None:
            trace.append("ended")


async def test_cancel_ends_tasks_and_block_without_an_exception(aio):
    trace = []
    async with aio.TaskGroup() as group:
        group.create_task(forever(aio, trace))
        group.create_task(forever(aio, trace))
        await aio.sleep(0)
        group.cancel()
        await pending(aio)
        trace.append("never")
    assert trace == ["ended", "ended"]
    assert aio.current_task().cancelling() == 0
    await aio.sleep(0)


async def test_cancel_by_a_task_of_the_group(aio):
    trace = []

    async def winner():
        await aio.sleep(0)
        group.cancel()
        trace.append("won")

    async with aio.TaskGroup() as group:
        group.create_task(forever(aio, trace))
        group.create_task(winner())
    assert trace == ["won", "ended"]
    assert aio.current_task().cancelling() == 0


async def test_cancel_from_a_callback(aio):
    async with aio.TaskGroup() as group:
        aio.get_running_loop().call_soon(group.cancel)
        await pending(aio)


async def test_cancel_before_entering_cancels_on_entry(aio):
    trace = []
    group = aio.TaskGroup()
    group.cancel()
    async with group:
        trace.append("entered")
        await aio.sleep(0)
        trace.append("never")
    assert trace == ["entered"]


async def test_cancel_twice_or_after_the_end_changes_nothing(aio):
    async with aio.TaskGroup() as group:
        group.cancel()
        group.cancel()
        await pending(aio)
    group.cancel()
    await aio.sleep(0)
    assert aio.current_task().cancelling() == 0


async def test_no_task_may_be_added_after_cancel(aio):
    async with aio.TaskGroup() as group:
        group.cancel()
        with pytest.raises(RuntimeError, match="is shutting down"):
            group.create_task(forever(aio))
    gc.collect()


async def test_failures_after_cancel_are_raised(aio):
    async def failing_when_cancelled():
        try:
            await pending(aio)
        finally:
            raise ValueError

    with pytest.raises(ExceptionGroup) as caught:  # noqa: PT012
        async with aio.TaskGroup() as group:
            group.create_task(failing_when_cancelled())
            await aio.sleep(0)
            group.cancel()
    assert [type(error) for error in caught.value.exceptions] == [ValueError]


async def test_a_cancellation_from_outside_is_still_raised(aio, turns):
    async def slow_to_end():
        try:
            await pending(aio)
        finally:
            await turns(5)

    async def parent():
        async with aio.TaskGroup() as group:
            group.create_task(slow_to_end())
            await aio.sleep(0)
            group.cancel()

    task = aio.create_task(parent())
    await turns(3)
    task.cancel()
    with pytest.raises(aio.CancelledError):
        await task
    assert task.cancelling() == 1


async def test_an_eager_task_that_cancels_its_group_is_cancelled_too(aio):
    trace = []

    async def cancelling():
        group.cancel()
        await forever(aio, trace)

    async with aio.TaskGroup() as group:
        group.create_task(cancelling(), eager_start=True)
    assert trace == ["ended"]


async def test_an_async_generator_with_a_group_may_be_closed(aio):
    trace = []

    async def numbers():
        async with aio.TaskGroup() as group:
            group.create_task(forever(aio, trace))
            await aio.sleep(0)
            yield 1

    generator = numbers()
    assert await anext(generator) == 1
    await generator.aclose()
    assert trace == ["ended"]
