"""gather: results in the order of the arguments, the first failure at once, cancellation of all."""

import asyncio

import pytest


async def value_after(aio, value, turns_count=1):
    for _ in range(turns_count):
        await aio.sleep(0)
    return value


async def failing(aio, error, turns_count=1):
    await value_after(aio, None, turns_count)
    raise error


async def test_results_are_in_the_order_of_the_arguments(aio):
    slow, fast = value_after(aio, "slow", 5), value_after(aio, "fast")
    assert await aio.gather(slow, fast) == ["slow", "fast"]


async def test_gather_of_nothing_is_an_empty_list(aio):
    fut = aio.gather()
    assert aio.isfuture(fut)
    assert await fut == []


async def test_coroutines_tasks_and_futures_may_be_mixed(aio):
    fut = aio.get_running_loop().create_future()
    fut.set_result("future")
    task = aio.create_task(value_after(aio, "task"))
    assert await aio.gather(value_after(aio, "coroutine"), task, fut) == ["coroutine", "task", "future"]


async def test_any_awaitable_may_be_gathered(aio):
    class Awaitable:
        def __await__(self):
            return value_after(aio, "own").__await__()

    assert await aio.gather(Awaitable(), Awaitable()) == ["own", "own"]
    assert await asyncio.gather(Awaitable(), Awaitable()) == ["own", "own"]


async def test_an_argument_given_twice_runs_once(aio):
    coro = value_after(aio, "once")
    assert await aio.gather(coro, value_after(aio, "other"), coro) == ["once", "other", "once"]


async def test_everything_runs_concurrently(aio):
    trace = []

    async def body(name):
        trace.append(name)
        await aio.sleep(0)
        trace.append(name)

    await aio.gather(body("a"), body("b"))
    assert trace == ["a", "b", "a", "b"]


async def test_many_children(aio):
    assert await aio.gather(*(value_after(aio, number) for number in range(1000))) == list(range(1000))


async def test_the_first_failure_is_raised_and_the_others_run_on(aio, turns):
    error, trace = ValueError("first"), []

    async def other():
        await turns(5)
        trace.append("finished")

    with pytest.raises(ValueError, match="first") as caught:
        await aio.gather(other(), failing(aio, error))
    assert caught.value is error
    assert trace == []
    await turns()
    assert trace == ["finished"]


async def test_later_failures_are_not_reported(aio, turns, reports):
    with pytest.raises(ValueError, match="first"):
        await aio.gather(failing(aio, ValueError("first")), failing(aio, KeyError("second"), 3))
    await turns()
    assert reports == []


async def test_return_exceptions_puts_failures_among_the_results(aio):
    error = ValueError()
    assert await aio.gather(failing(aio, error), value_after(aio, 1), return_exceptions=True) == [error, 1]


async def test_return_exceptions_puts_cancellations_among_the_results(aio, turns):
    task = aio.create_task(value_after(aio, None, 5))
    gathering = aio.gather(task, value_after(aio, 1), return_exceptions=True)
    await turns(1)
    task.cancel()
    results = await gathering
    assert isinstance(results[0], aio.CancelledError)
    assert results[1] == 1


async def test_a_cancelled_child_fails_gather_and_does_not_cancel_it(aio, turns):
    child, other = aio.create_task(value_after(aio, 1, 5)), aio.create_task(value_after(aio, 2, 5))
    gathering = aio.gather(child, other)
    await turns(1)
    child.cancel()
    with pytest.raises(aio.CancelledError):
        await gathering
    assert not gathering.cancelled()
    assert await other == 2


async def test_cancel_of_gather_cancels_every_child(aio, turns):
    children = [aio.create_task(value_after(aio, None, 50)) for _ in range(3)]
    gathering = aio.gather(*children)
    await turns(1)
    assert gathering.cancel() is True
    assert not gathering.done()
    with pytest.raises(aio.CancelledError):
        await gathering
    assert all(child.cancelled() for child in children)


async def test_cancel_of_the_awaiting_task_cancels_every_child(aio, turns):
    children = [aio.create_task(value_after(aio, None, 50)) for _ in range(3)]

    async def gathering():
        await aio.gather(*children)

    task = aio.create_task(gathering())
    await turns(1)
    task.cancel()
    with pytest.raises(aio.CancelledError):
        await task
    assert all(child.cancelled() for child in children)


async def test_cancel_is_raised_in_spite_of_return_exceptions(aio, turns):
    child = aio.create_task(value_after(aio, None, 50))
    gathering = aio.gather(child, return_exceptions=True)
    await turns(1)
    gathering.cancel()
    with pytest.raises(aio.CancelledError):
        await gathering
    assert child.cancelled()


async def test_cancel_with_a_refusing_child_waits_for_it_and_is_still_raised(aio, turns):
    async def stubborn():
        try:
            await value_after(aio, None, 50)
        except aio.CancelledError:
            await turns(3)
            return "kept"

    child = aio.create_task(stubborn())
    gathering = aio.gather(child, return_exceptions=True)
    await turns(1)
    gathering.cancel()
    with pytest.raises(aio.CancelledError):
        await gathering
    assert child.result() == "kept"


async def test_cancel_after_gather_is_done_leaves_the_children_alone(aio, turns):
    child = aio.create_task(value_after(aio, "lives", 20))
    gathering = aio.gather(child, failing(aio, ValueError()))
    with pytest.raises(ValueError):  # noqa: PT011
        await gathering
    assert gathering.cancel() is False
    assert await child == "lives"


async def test_cancel_of_the_awaiter_when_all_children_are_done_but_it_has_not_run(aio, turns):
    futures = [aio.get_running_loop().create_future() for _ in range(2)]

    async def gathering():
        return await aio.gather(*futures)

    task = aio.create_task(gathering())
    await turns()
    for fut in futures:
        fut.set_result(None)
    task.cancel()
    with pytest.raises(aio.CancelledError):
        await task


async def test_gather_may_be_nested(aio):
    inner = aio.gather(value_after(aio, 1), value_after(aio, 2))
    assert await aio.gather(inner, value_after(aio, 3)) == [[1, 2], 3]


async def test_cancel_goes_through_nested_gathers(aio, turns):
    child = aio.create_task(value_after(aio, None, 50))
    outer = aio.gather(aio.gather(child))
    await turns(1)
    outer.cancel()
    with pytest.raises(aio.CancelledError):
        await outer
    assert child.cancelled()


async def test_futures_that_are_done_already(aio):
    done, failed = (aio.get_running_loop().create_future() for _ in range(2))
    done.set_result(1)
    failed.set_exception(ValueError("there"))
    assert await aio.gather(done, done) == [1, 1]
    with pytest.raises(ValueError, match="there"):
        await aio.gather(done, failed)


async def test_the_awaitable_is_a_future_with_callbacks(aio, turns):
    seen = []
    gathering = aio.gather(value_after(aio, 1))
    gathering.add_done_callback(lambda done: seen.append(done.result()))
    await turns()
    assert seen == [[1]]


def test_gather_of_futures_of_a_loop_that_does_not_run(aio, loop):
    futures = [loop.create_future() for _ in range(2)]
    gathering = aio.gather(*futures)
    assert gathering.get_loop() is loop
    for number, fut in enumerate(futures):
        loop.call_soon(fut.set_result, number)
    assert loop.run_until_complete(gathering) == [0, 1]


def test_gather_across_loops_is_a_value_error(aio, loop):
    other = aio.new_event_loop()
    try:
        with pytest.raises(ValueError, match="different loop"):
            aio.gather(loop.create_future(), other.create_future())
    finally:
        other.close()


async def test_gather_of_what_is_not_awaitable_is_a_type_error(aio):
    with pytest.raises(TypeError):
        aio.gather(1)


async def test_base_exceptions_of_children_are_raised_in_the_awaiter(aio):
    class Own(BaseException):
        pass

    with pytest.raises(Own):
        await aio.gather(failing(aio, Own()))
