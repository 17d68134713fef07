"""shield: the awaiter is cancelled, the awaited is not."""

import pytest


async def waiting(fut):
    return await fut


def pending(aio):
    return aio.get_running_loop().create_future()


async def test_result_and_exception_come_through(aio):
    good, bad = pending(aio), pending(aio)
    loop = aio.get_running_loop()
    loop.call_soon(good.set_result, "good")
    loop.call_soon(bad.set_exception, ValueError("bad"))
    assert await aio.shield(good) == "good"
    with pytest.raises(ValueError, match="bad"):
        await aio.shield(bad)


async def test_a_coroutine_becomes_a_task(aio):
    assert await aio.shield(aio.sleep(0, "slept")) == "slept"


async def test_a_done_future_is_returned_as_it_is(aio):
    fut = pending(aio)
    fut.set_result(1)
    assert aio.shield(fut) is fut


async def test_cancelling_the_awaiter_leaves_the_inner_task_running(aio, turns):
    fut = pending(aio)
    inner = aio.create_task(waiting(fut))

    async def outer():
        await aio.shield(inner)

    task = aio.create_task(outer())
    await turns()
    task.cancel()
    with pytest.raises(aio.CancelledError):
        await task
    assert not inner.done()
    fut.set_result("unharmed")
    assert await inner == "unharmed"


async def test_cancelling_the_inner_cancels_the_shield(aio, turns):
    inner = aio.create_task(waiting(pending(aio)))
    shielded = aio.shield(inner)
    await turns()
    inner.cancel()
    with pytest.raises(aio.CancelledError):
        await shielded
    assert shielded.cancelled()


async def test_the_shield_itself_may_be_cancelled(aio, turns):
    fut = pending(aio)
    shielded = aio.shield(fut)
    assert shielded.cancel()
    await turns()
    fut.set_result("fine")
    await turns()
    assert shielded.cancelled()
    assert fut.result() == "fine"


async def test_a_shield_in_a_gather_protects_from_the_gathers_cancellation(aio, turns):
    fut, unshielded = pending(aio), pending(aio)
    inner = aio.create_task(waiting(fut))
    gathering = aio.gather(aio.shield(inner), unshielded)
    await turns()
    gathering.cancel()
    with pytest.raises(aio.CancelledError):
        await gathering
    assert unshielded.cancelled()
    assert not inner.done()
    fut.set_result(None)
    await inner


async def test_a_failure_of_the_inner_after_the_shield_was_cancelled_is_reported(aio, turns, reports):
    fut = pending(aio)
    inner = aio.create_task(waiting(fut))
    shielded = aio.shield(inner)
    await turns()
    shielded.cancel()
    await turns()
    fut.set_exception(ValueError("nobody waits"))
    await turns()
    del inner, fut, shielded
    await turns()
    assert reports.exceptions[:1] == ["ValueError('nobody waits')"]


async def test_a_failure_that_came_through_is_not_reported(aio, turns, reports):
    inner = aio.create_task(aio.wait_for(pending(aio), 0))
    with pytest.raises(TimeoutError):
        await aio.shield(inner)
    del inner
    await turns()
    assert reports == []


async def test_a_loop_outside_may_be_running_the_inner_to_its_end(aio, turns):
    """The documented way to ignore a cancellation: catch it and await the inner again."""
    fut = pending(aio)
    inner = aio.create_task(waiting(fut))

    async def ignoring():
        while True:
            try:
                return await aio.shield(inner)
            except aio.CancelledError:
                if inner.cancelled():
                    raise

    task = aio.create_task(ignoring())
    for _ in range(3):
        await turns()
        task.cancel()
    await turns()
    fut.set_result("in the end")
    assert await task == "in the end"


async def test_what_is_not_awaitable_is_a_type_error(aio):
    with pytest.raises(TypeError):
        aio.shield(1)
