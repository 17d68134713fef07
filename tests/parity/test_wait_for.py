"""wait_for: the result in time, or cancellation of the awaited and TimeoutError."""

import contextvars

import pytest


def pending(aio):
    return aio.get_running_loop().create_future()


async def waiting(fut):
    return await fut


@pytest.mark.parametrize("timeout", [None, 3600, 0.5])
async def test_a_result_in_time_is_returned(aio, timeout):
    fut = pending(aio)
    aio.get_running_loop().call_soon(fut.set_result, "in time")
    assert await aio.wait_for(waiting(fut), timeout) == "in time"


@pytest.mark.parametrize("timeout", [None, 3600])
async def test_a_failure_in_time_is_raised(aio, timeout):
    fut, error = pending(aio), ValueError("mine")
    aio.get_running_loop().call_soon(fut.set_exception, error)
    with pytest.raises(ValueError, match="mine") as caught:
        await aio.wait_for(fut, timeout)
    assert caught.value is error


@pytest.mark.parametrize("timeout", [0.001, 0, -1])
async def test_too_late_is_a_timeout_error_and_cancels_the_awaited(aio, timeout):
    fut = pending(aio)
    with pytest.raises(TimeoutError):
        await aio.wait_for(fut, timeout)
    assert fut.cancelled()


async def test_too_late_waits_until_the_awaited_has_cleaned_up(aio):
    trace = []

    async def body():
        try:
            await pending(aio)
        finally:
            await aio.sleep(0)
            trace.append("cleaned up")

    with pytest.raises(TimeoutError):
        await aio.wait_for(body(), 0.001)
    assert trace == ["cleaned up"]


async def test_the_timeout_error_comes_from_the_cancellation(aio):
    with pytest.raises(TimeoutError) as caught:
        await aio.wait_for(waiting(pending(aio)), 0.001)
    assert isinstance(caught.value.__cause__, aio.CancelledError)


@pytest.mark.parametrize("timeout", [0, -1])
async def test_no_time_at_all_is_enough_for_what_is_done(aio, timeout):
    fut = pending(aio)
    fut.set_result("there")
    assert await aio.wait_for(fut, timeout) == "there"


async def test_a_failure_while_being_cancelled_is_raised(aio):
    async def body():
        try:
            await pending(aio)
        finally:
            raise ValueError("clean-up failed")

    with pytest.raises(ValueError, match="clean-up failed"):
        await aio.wait_for(body(), 0.001)


@pytest.mark.stock_since(3, 12)
async def test_a_coroutine_that_refuses_cancellation_gives_its_result(aio):
    async def stubborn():
        try:
            await pending(aio)
        except aio.CancelledError:
            return "kept"

    assert await aio.wait_for(stubborn(), 0.001) == "kept"


async def test_cancelling_wait_for_cancels_the_awaited(aio, turns):
    inner = aio.create_task(waiting(pending(aio)))
    outer = aio.create_task(aio.wait_for(inner, 3600))
    await turns()
    outer.cancel("stop")
    with pytest.raises(aio.CancelledError, match="stop"):
        await outer
    assert inner.cancelled()


async def test_cancelling_the_awaited_is_a_cancelled_error_for_the_waiter_only(aio, turns):
    inner = aio.create_task(waiting(pending(aio)))
    outer = aio.create_task(aio.wait_for(inner, 3600))
    await turns()
    inner.cancel()
    with pytest.raises(aio.CancelledError):
        await outer
    assert outer.cancelling() == 0


@pytest.mark.stock_since(3, 12)
async def test_a_cancellation_is_never_swallowed_by_a_result_of_the_same_turn(aio, turns):
    fut = pending(aio)
    outer = aio.create_task(aio.wait_for(fut, 3600))
    await turns()
    fut.set_result("ready")
    outer.cancel()
    with pytest.raises(aio.CancelledError):
        await outer


async def test_a_shielded_task_outlives_the_timeout(aio):
    fut = pending(aio)
    task = aio.create_task(waiting(fut))
    with pytest.raises(TimeoutError):
        await aio.wait_for(aio.shield(task), 0.001)
    fut.set_result("afterwards")
    assert await task == "afterwards"


@pytest.mark.stock_since(3, 12)
async def test_a_coroutine_runs_in_the_calling_task_and_its_context(aio):
    where = contextvars.ContextVar("where", default="outside")

    async def body():
        where.set("inside")
        return aio.current_task()

    assert await aio.wait_for(body(), 3600) is aio.current_task()
    assert where.get() == "inside"


async def test_the_outer_of_nested_timeouts_wins_when_it_is_earlier(aio):
    with pytest.raises(TimeoutError):
        await aio.wait_for(aio.wait_for(pending(aio), 3600), 0.001)


async def test_the_inner_timeout_may_be_caught_and_the_outer_goes_on(aio):
    async def body():
        with pytest.raises(TimeoutError):
            await aio.wait_for(pending(aio), 0.001)
        return "went on"

    assert await aio.wait_for(body(), 3600) == "went on"


async def test_any_awaitable_will_do(aio):
    class Awaitable:
        def __await__(self):
            yield from aio.sleep(0).__await__()
            return "own"

    assert await aio.wait_for(Awaitable(), 3600) == "own"


async def test_what_is_not_awaitable_is_a_type_error(aio):
    with pytest.raises(TypeError):
        await aio.wait_for(1, 3600)
