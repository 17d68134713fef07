"""timeout and timeout_at: a block that ends in time, or is cancelled and raises TimeoutError outside itself."""

import math

import pytest


def pending(aio):
    return aio.get_running_loop().create_future()


async def test_a_block_in_time_is_left_alone(aio):
    async with aio.timeout(3600) as block:
        await aio.sleep(0)
    assert not block.expired()


async def test_no_timeout_never_expires(aio):
    async with aio.timeout(None) as block:
        assert block.when() is None
        await aio.sleep(0)
    assert not block.expired()


@pytest.mark.parametrize("delay", [0.001, 0, -1])
async def test_too_late_is_a_timeout_error_outside_and_a_cancellation_inside(aio, delay):
    trace = []
    with pytest.raises(TimeoutError):  # noqa: PT012
        async with aio.timeout(delay) as block:
            try:
                await pending(aio)
            except aio.CancelledError:
                trace.append(block.expired())
                raise
    assert trace == [True]
    assert block.expired()
    assert aio.current_task().cancelling() == 0


async def test_an_expired_block_without_an_await_ends_quietly(aio):
    async with aio.timeout(-1) as block:
        pass
    assert not block.expired()


async def test_too_late_but_never_awaiting_again_ends_quietly(aio):
    async with aio.timeout(None) as block:
        await aio.sleep(0)
        block.reschedule(0)
    await aio.sleep(0)
    assert not block.expired()


@pytest.mark.parametrize("when", [-1, 0])
async def test_timeout_at_a_time_of_the_past(aio, when):
    with pytest.raises(TimeoutError):
        async with aio.timeout_at(when):
            await pending(aio)


async def test_timeout_at_a_time_of_the_future(aio):
    when = aio.get_running_loop().time() + 3600
    async with aio.timeout_at(when) as block:
        assert block.when() == when


async def test_a_timeout_does_not_fire_before_its_deadline(aio):
    loop = aio.get_running_loop()
    when = loop.time() + 0.01
    with pytest.raises(TimeoutError):
        async with aio.timeout_at(when):
            await pending(aio)
    assert loop.time() >= when


async def test_the_timeout_error_comes_from_the_cancellation(aio):
    with pytest.raises(TimeoutError) as caught:
        async with aio.timeout(0):
            await pending(aio)
    assert isinstance(caught.value.__cause__, aio.CancelledError)


async def test_the_timeout_class_may_be_used_itself(aio):
    with pytest.raises(TimeoutError):
        async with aio.Timeout(when=0):
            await pending(aio)


async def test_a_cancellation_from_outside_stays_a_cancellation(aio, turns):
    async def body():
        async with aio.timeout(3600):
            await pending(aio)

    task = aio.create_task(body())
    await turns()
    task.cancel("outside")
    with pytest.raises(aio.CancelledError, match="outside"):
        await task


async def test_a_cancellation_from_outside_wins_over_expiry(aio, turns):
    async def body():
        async with aio.timeout(None) as block:
            blocks.append(block)
            await pending(aio)

    blocks = []
    task = aio.create_task(body())
    await turns()
    blocks[0].reschedule(0)
    aio.get_running_loop().call_soon(task.cancel)
    with pytest.raises(aio.CancelledError):
        await task
    assert task.cancelling() == 1


async def test_a_block_in_a_task_that_is_being_cancelled_counts_only_its_own(aio, turns):
    async def body():
        try:
            await pending(aio)
        except aio.CancelledError:
            with pytest.raises(TimeoutError):
                async with aio.timeout(0):
                    await pending(aio)
            return "cleaned up"

    task = aio.create_task(body())
    await turns()
    task.cancel()
    assert await task == "cleaned up"
    assert task.cancelling() == 1


async def test_a_cancellation_caught_inside_does_not_make_the_block_expire(aio):
    async with aio.timeout(3600) as block:
        aio.get_running_loop().call_soon(aio.current_task().cancel)
        with pytest.raises(aio.CancelledError):
            await pending(aio)
    assert not block.expired()
    assert aio.current_task().uncancel() == 0


async def test_expiry_refused_inside_ends_quietly(aio):
    async with aio.timeout(0) as block:
        with pytest.raises(aio.CancelledError):
            await pending(aio)
    assert block.expired()
    await aio.sleep(0)
    assert aio.current_task().cancelling() == 0


async def test_another_exception_inside_is_raised_as_it_is(aio):
    with pytest.raises(ValueError, match="mine"):
        async with aio.timeout(3600):
            raise ValueError("mine")


async def test_another_exception_after_expiry_is_raised_as_it_is(aio):
    with pytest.raises(ValueError, match="mine"):  # noqa: PT012
        async with aio.timeout(0):
            try:
                await pending(aio)
            finally:
                raise ValueError("mine")


@pytest.mark.stock_since(3, 13)
async def test_another_exception_after_expiry_has_the_timeout_in_its_context(aio):
    with pytest.raises(ValueError, match="mine") as caught:  # noqa: PT012
        async with aio.timeout(0):
            try:
                await pending(aio)
            finally:
                raise ValueError("mine")
    assert isinstance(caught.value.__context__, TimeoutError)
    assert isinstance(caught.value.__context__.__cause__, aio.CancelledError)


async def test_the_inner_expires_and_the_outer_goes_on(aio):
    async with aio.timeout(3600) as outer:
        with pytest.raises(TimeoutError):
            async with aio.timeout(0) as inner:
                await pending(aio)
        await aio.sleep(0)
    assert inner.expired()
    assert not outer.expired()


async def test_the_outer_expires_through_the_inner(aio):
    with pytest.raises(TimeoutError):
        async with aio.timeout(0) as outer, aio.timeout(3600) as inner:
            await pending(aio)
    assert outer.expired()
    assert not inner.expired()


async def test_both_expire_in_one_turn(aio):
    with pytest.raises(TimeoutError):  # noqa: PT012
        async with aio.timeout(0) as outer:
            try:
                async with aio.timeout(0) as inner:
                    await pending(aio)
            finally:
                assert (outer.expired(), inner.expired()) == (True, True)
    assert aio.current_task().cancelling() == 0


async def test_a_timeout_around_a_task_group_cancels_its_tasks(aio):
    inner = []

    async def body():
        try:
            await pending(aio)
        except aio.CancelledError:
            inner.append("cancelled")
            raise

    with pytest.raises(TimeoutError):  # noqa: PT012
        async with aio.timeout(0.001), aio.TaskGroup() as group:
            group.create_task(body())
            group.create_task(body())
    assert inner == ["cancelled", "cancelled"]


async def test_a_timeout_inside_a_task_of_a_group_fails_the_group(aio):
    async def body():
        async with aio.timeout(0):
            await pending(aio)

    with pytest.raises(ExceptionGroup) as caught:
        async with aio.TaskGroup() as group:
            group.create_task(body())
    assert [type(error) for error in caught.value.exceptions] == [TimeoutError]


async def test_reschedule_to_a_later_time(aio):
    async with aio.timeout(0.001) as block:
        block.reschedule(aio.get_running_loop().time() + 3600)
        await aio.sleep(0.002)
    assert not block.expired()


async def test_reschedule_to_never(aio):
    async with aio.timeout(0.001) as block:
        block.reschedule(None)
        assert block.when() is None
        await aio.sleep(0.002)
    assert not block.expired()


async def test_reschedule_to_an_earlier_time(aio):
    with pytest.raises(TimeoutError):  # noqa: PT012
        async with aio.timeout(3600) as block:
            block.reschedule(aio.get_running_loop().time())
            await pending(aio)
    assert block.expired()


async def test_reschedule_before_entering_is_a_runtime_error(aio):
    with pytest.raises(RuntimeError, match="has not been entered"):
        aio.timeout(1).reschedule(2)


async def test_reschedule_after_the_block_is_a_runtime_error(aio):
    async with aio.timeout(1) as block:
        pass
    with pytest.raises(RuntimeError, match="finished"):
        block.reschedule(None)
    with pytest.raises(TimeoutError):
        async with aio.timeout(0) as block:
            await pending(aio)
    with pytest.raises(RuntimeError, match="expired"):
        block.reschedule(None)


async def test_entering_twice_is_a_runtime_error(aio):
    block = aio.timeout(1)
    async with block:
        with pytest.raises(RuntimeError, match="already been entered"):
            await block.__aenter__()
    with pytest.raises(RuntimeError, match="already been entered"):
        await block.__aenter__()


def test_a_timeout_outside_a_task_is_a_runtime_error(aio, loop):
    with pytest.raises(RuntimeError):  # noqa: PT012
        entering = aio.Timeout(None).__aenter__()
        entering.send(None)
    with pytest.raises(RuntimeError, match="no running event loop"):
        aio.timeout(1)


async def test_repr_tells_the_state(aio):
    block = aio.timeout(None)
    assert "created" in repr(block)
    async with block:
        assert "active" in repr(block)
    assert "finished" in repr(block)
    with pytest.raises(TimeoutError):
        async with aio.timeout(0) as block:
            await pending(aio)
    assert "expired" in repr(block)


async def test_a_block_with_many_awaits_is_ended_at_the_one_it_is_in(aio, turns):
    steps = []
    with pytest.raises(TimeoutError):  # noqa: PT012
        async with aio.timeout(None) as block:
            for step in range(10):
                steps.append(step)
                if step == 3:
                    block.reschedule(0)
                await aio.sleep(0)
                await aio.sleep(0)
    assert steps == [0, 1, 2, 3]


async def test_a_deadline_that_passes_before_the_block_begins_is_due_at_once(aio):
    timeout = aio.timeout(1e-9)  # which is over when the next line runs
    with pytest.raises(TimeoutError):
        async with timeout:
            await aio.sleep(0)


async def test_no_deadline_and_one_that_never_comes_are_told_apart(aio):
    async with aio.timeout(None) as without, aio.timeout(math.inf) as never:
        assert (without.when(), never.when()) == (None, math.inf)
        never.reschedule(None)
        assert never.when() is None
