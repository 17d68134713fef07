"""Condition: waits without the lock, returns with it, and no notification is lost to a cancelled waiter."""

import pytest


async def waiting(condition, trace, name):
    async with condition:
        trace.append((name, await condition.wait(), condition.locked()))


async def notify(condition, count=1):
    async with condition:
        condition.notify(count)


def waiters(aio, condition, trace, count):
    return [aio.create_task(waiting(condition, trace, number)) for number in range(count)]


async def test_acquire_release_and_locked_are_the_locks(aio):
    lock = aio.Lock()
    condition = aio.Condition(lock)
    assert await condition.acquire() is True
    assert lock.locked()
    assert condition.locked()
    condition.release()
    assert not lock.locked()


async def test_wait_releases_the_lock_and_returns_true_with_it(aio, turns):
    condition, trace = aio.Condition(), []
    (task,) = waiters(aio, condition, trace, 1)
    await turns()
    assert not condition.locked()
    await notify(condition)
    await task
    assert trace == [(0, True, True)]
    assert not condition.locked()


async def test_a_notified_waiter_returns_only_when_the_lock_is_released(aio, turns):
    condition, trace = aio.Condition(), []
    (task,) = waiters(aio, condition, trace, 1)
    await turns()
    async with condition:
        condition.notify()
        await turns()
        assert trace == []
    await task
    assert len(trace) == 1


@pytest.mark.parametrize("count", [0, 1, 2, 3, 10])
async def test_notify_wakes_that_many_in_order(aio, turns, count):
    condition, trace = aio.Condition(), []
    tasks = waiters(aio, condition, trace, 3)
    await turns()
    await notify(condition, count)
    await turns()
    assert [name for name, _, _ in trace] == list(range(min(count, 3)))
    await notify(condition, 3)
    await aio.gather(*tasks)


async def test_notify_all_wakes_everyone(aio, turns):
    condition, trace = aio.Condition(), []
    tasks = waiters(aio, condition, trace, 3)
    await turns()
    async with condition:
        condition.notify_all()
    await aio.gather(*tasks)
    assert [name for name, _, _ in trace] == [0, 1, 2]


async def test_two_notifies_wake_two(aio, turns):
    condition, trace = aio.Condition(), []
    tasks = waiters(aio, condition, trace, 3)
    await turns()
    async with condition:
        condition.notify()
        condition.notify()
    await turns()
    assert [name for name, _, _ in trace] == [0, 1]
    await notify(condition)
    await aio.gather(*tasks)


async def test_a_notification_without_waiters_is_not_kept(aio, turns):
    condition, trace = aio.Condition(), []
    await notify(condition)
    (task,) = waiters(aio, condition, trace, 1)
    await turns()
    assert trace == []
    await notify(condition)
    await task


async def test_wait_for_returns_the_value_that_made_the_predicate_true(aio, turns):
    condition, values = aio.Condition(), []

    async def waiter():
        async with condition:
            return await condition.wait_for(lambda: values[-1:])

    task = aio.create_task(waiter())
    await turns()
    await notify(condition)
    await turns()
    assert not task.done()
    values.append("ready")
    await notify(condition)
    assert await task == ["ready"]


async def test_wait_for_a_true_predicate_does_not_wait(aio):
    condition = aio.Condition()
    async with condition:
        assert await condition.wait_for(lambda: "at once") == "at once"


async def test_a_failing_predicate_is_raised_with_the_lock_held(aio):
    condition = aio.Condition()
    async with condition:
        with pytest.raises(ZeroDivisionError):
            await condition.wait_for(lambda: 1 / 0)
        assert condition.locked()


@pytest.mark.parametrize("method", ["notify", "notify_all"])
async def test_notify_without_the_lock_is_a_runtime_error(aio, method):
    with pytest.raises(RuntimeError, match="un-acquired lock"):
        getattr(aio.Condition(), method)()


async def test_wait_without_the_lock_is_a_runtime_error(aio):
    with pytest.raises(RuntimeError, match="un-acquired lock"):
        await aio.Condition().wait()


async def test_release_without_the_lock_is_a_runtime_error(aio):
    with pytest.raises(RuntimeError):
        aio.Condition().release()


async def test_cancel_while_waiting_raises_with_the_lock_held_again(aio, turns):
    condition, held = aio.Condition(), []

    async def waiter():
        async with condition:
            try:
                await condition.wait()
            finally:
                held.append(condition.locked())

    task = aio.create_task(waiter())
    await turns()
    task.cancel("stop")
    with pytest.raises(aio.CancelledError, match="stop"):
        await task
    assert held == [True]
    assert not condition.locked()


async def test_cancel_waits_for_the_lock_before_it_is_raised(aio, turns):
    condition, trace = aio.Condition(), []
    (task,) = waiters(aio, condition, trace, 1)
    await turns()
    async with condition:
        task.cancel()
        await turns()
        assert not task.done()
    await turns()
    assert task.cancelled()
    assert not condition.locked()


async def test_cancel_while_reacquiring_still_takes_the_lock(aio, turns):
    condition, held = aio.Condition(), []

    async def waiter():
        async with condition:
            try:
                await condition.wait()
            finally:
                held.append(condition.locked())

    task = aio.create_task(waiter())
    await turns()
    async with condition:
        condition.notify()
        await turns()
        task.cancel()
        await turns()
        assert not task.done()
    with pytest.raises(aio.CancelledError):
        await task
    assert held == [True]
    assert not condition.locked()


async def test_repeated_cancels_while_reacquiring_are_raised_as_one(aio, turns):
    condition = aio.Condition()
    task = aio.create_task(waiting(condition, [], "a"))
    await turns()
    async with condition:
        for number in range(3):
            task.cancel(number)
            await turns()
    with pytest.raises(aio.CancelledError):
        await task
    assert task.cancelling() == 3
    assert not condition.locked()


@pytest.mark.stock_since(3, 13)
async def test_a_notification_of_a_cancelled_waiter_goes_to_the_next(aio, turns):
    condition, trace = aio.Condition(), []
    tasks = waiters(aio, condition, trace, 2)
    await turns()
    async with condition:
        condition.notify()
        tasks[0].cancel()
    await aio.wait(tasks)
    assert tasks[0].cancelled()
    assert [name for name, _, _ in trace] == [1]


@pytest.mark.stock_since(3, 13)
async def test_a_notification_of_a_waiter_cancelled_while_reacquiring_goes_to_the_next(aio, turns):
    condition, trace = aio.Condition(), []
    tasks = waiters(aio, condition, trace, 2)
    await turns()
    async with condition:
        condition.notify()
        await turns()
        tasks[0].cancel()
        await turns()
    await aio.wait(tasks)
    assert [name for name, _, _ in trace] == [1]


async def test_cancel_of_a_waiter_that_nobody_notified_leaves_the_others_waiting_or_checking(aio, turns):
    condition, trace = aio.Condition(), []
    tasks = waiters(aio, condition, trace, 3)
    await turns()
    tasks[1].cancel()
    await turns()
    await notify(condition, 3)
    await aio.wait(tasks)
    assert [name for name, _, _ in trace] == [0, 2]


async def test_a_timeout_while_waiting(aio):
    condition = aio.Condition()
    async with condition:
        with pytest.raises(TimeoutError):
            await aio.wait_for(condition.wait(), 0.001)
        assert condition.locked()


async def test_two_conditions_may_share_a_lock(aio, turns):
    lock = aio.Lock()
    full, empty = aio.Condition(lock), aio.Condition(lock)
    trace = []
    tasks = [aio.create_task(waiting(full, trace, "full")), aio.create_task(waiting(empty, trace, "empty"))]
    await turns()
    async with full:
        empty.notify()
    await turns()
    assert [name for name, _, _ in trace] == ["empty"]
    await notify(full)
    await aio.gather(*tasks)


async def test_a_producer_and_consumers_lose_no_item_when_consumers_are_cancelled(aio, turns):
    condition, items, taken = aio.Condition(), [], []

    async def consumer():
        while True:
            async with condition:
                await condition.wait_for(lambda: items)
                taken.append(items.pop(0))

    tasks = [aio.create_task(consumer()) for _ in range(4)]
    await turns()
    for number in range(20):
        async with condition:
            items.append(number)
            condition.notify_all()
        if number % 5 == 0 and len(tasks) > 1:
            tasks.pop(0).cancel()
        await turns()
    assert taken == list(range(20))
    for task in tasks:
        task.cancel()


async def test_repr_tells_the_state_and_the_waiters(aio, turns):
    condition = aio.Condition()
    assert "unlocked" in repr(condition)
    (task,) = waiters(aio, condition, [], 1)
    await turns()
    assert "waiters:1" in repr(condition)
    await notify(condition)
    await task
