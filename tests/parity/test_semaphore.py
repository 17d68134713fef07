"""Semaphore: at most N inside, first come first served, no permit lost to a cancelled waiter."""

import pytest


@pytest.fixture(params=["Semaphore", "BoundedSemaphore"])
def kind(aio, request):
    return getattr(aio, request.param)


async def entering(semaphore, trace, name):
    async with semaphore:
        trace.append(name)


def spawn(aio, semaphore, trace, count):
    return [aio.create_task(entering(semaphore, trace, number)) for number in range(count)]


async def take(semaphore, count):
    for _ in range(count):
        await semaphore.acquire()


async def test_the_value_is_one_unless_given(aio, kind):
    semaphore = kind()
    assert not semaphore.locked()
    await semaphore.acquire()
    assert semaphore.locked()
    semaphore.release()


async def test_acquire_returns_true_and_does_not_give_way_while_permits_last(aio, kind):
    semaphore, trace = kind(3), []
    aio.get_running_loop().call_soon(trace.append, "the loop ran")
    assert [await semaphore.acquire() for _ in range(3)] == [True] * 3
    assert trace == []
    assert semaphore.locked()


async def test_a_value_of_zero_is_locked_from_the_start(aio, turns):
    semaphore, trace = aio.Semaphore(0), []
    (task,) = spawn(aio, semaphore, trace, 1)
    await turns()
    assert trace == []
    semaphore.release()
    await task


async def test_a_negative_value_is_a_value_error(aio, kind):
    with pytest.raises(ValueError, match=">= 0"):
        kind(-1)


async def test_at_most_that_many_are_inside(aio, kind, turns):
    semaphore, inside, most = kind(3), 0, 0

    async def body():
        nonlocal inside, most
        async with semaphore:
            inside += 1
            most = max(most, inside)
            await turns(2)
            inside -= 1

    await aio.gather(*(body() for _ in range(20)))
    assert most == 3
    assert not semaphore.locked()


async def test_first_come_first_served(aio, kind, turns):
    semaphore, trace = kind(2), []
    await take(semaphore, 2)
    tasks = spawn(aio, semaphore, trace, 5)
    await turns()
    semaphore.release()
    semaphore.release()
    await aio.gather(*tasks)
    assert trace == [0, 1, 2, 3, 4]


async def test_a_newcomer_does_not_pass_a_waiter_that_has_been_woken(aio, kind, turns):
    semaphore, trace = kind(1), []
    await take(semaphore, 1)
    (waiter,) = spawn(aio, semaphore, trace, 1)
    await turns()
    semaphore.release()
    await entering(semaphore, trace, "newcomer")
    await waiter
    assert trace == [0, "newcomer"]


async def test_locked_while_a_woken_waiter_has_not_run(aio, kind, turns):
    semaphore = kind(1)
    await take(semaphore, 1)
    (waiter,) = spawn(aio, semaphore, [], 1)
    await turns()
    semaphore.release()
    assert semaphore.locked()
    await waiter
    assert not semaphore.locked()


async def test_release_beyond_the_start_value(aio):
    semaphore = aio.Semaphore(1)
    semaphore.release()
    await take(semaphore, 2)
    assert semaphore.locked()


async def test_release_beyond_the_bound_is_a_value_error(aio):
    semaphore = aio.BoundedSemaphore(1)
    with pytest.raises(ValueError, match="released too many times"):
        semaphore.release()
    await take(semaphore, 1)
    semaphore.release()
    with pytest.raises(ValueError, match="released too many times"):
        semaphore.release()


async def test_the_context_manager_gives_nothing_and_releases_on_exceptions(aio, kind):
    semaphore = kind()
    with pytest.raises(ValueError):  # noqa: PT011, PT012
        async with semaphore as nothing:
            assert nothing is None
            assert semaphore.locked()
            raise ValueError
    assert not semaphore.locked()


async def test_cancel_while_waiting_takes_no_permit(aio, kind, turns):
    semaphore, trace = kind(1), []
    await take(semaphore, 1)
    (waiter,) = spawn(aio, semaphore, trace, 1)
    await turns()
    waiter.cancel()
    await aio.wait([waiter])
    semaphore.release()
    assert not semaphore.locked()
    await entering(semaphore, trace, "next")
    assert trace == ["next"]


@pytest.mark.parametrize("position", [0, 1, 2])
async def test_cancel_of_one_waiter_keeps_the_order_of_the_others(aio, kind, turns, position):
    semaphore, trace = kind(1), []
    await take(semaphore, 1)
    tasks = spawn(aio, semaphore, trace, 3)
    await turns()
    tasks[position].cancel()
    semaphore.release()
    await aio.wait(tasks)
    assert trace == [number for number in range(3) if number != position]
    assert not semaphore.locked()


async def test_cancel_after_release_but_before_waking_passes_the_permit_on(aio, kind, turns):
    semaphore, trace = kind(1), []
    await take(semaphore, 1)
    tasks = spawn(aio, semaphore, trace, 2)
    await turns()
    semaphore.release()
    tasks[0].cancel()
    await aio.wait(tasks)
    assert tasks[0].cancelled()
    assert trace == [1]
    assert not semaphore.locked()


async def test_cancel_of_all_woken_waiters_gives_every_permit_back(aio, kind, turns):
    semaphore, trace = kind(2), []
    await take(semaphore, 2)
    tasks = spawn(aio, semaphore, trace, 3)
    await turns()
    semaphore.release()
    semaphore.release()
    for task in tasks:
        task.cancel()
    await aio.wait(tasks)
    assert trace == []
    await take(semaphore, 2)
    assert semaphore.locked()


async def test_several_releases_at_once_wake_several(aio, kind, turns):
    semaphore, trace = kind(3), []
    await take(semaphore, 3)

    async def staying(number):
        await semaphore.acquire()
        trace.append(number)

    tasks = [aio.create_task(staying(number)) for number in range(4)]
    await turns()
    for _ in range(3):
        semaphore.release()
    await turns()
    assert trace == [0, 1, 2]
    semaphore.release()
    await aio.gather(*tasks)


async def test_the_first_of_many_woken_waiters_is_cancelled_and_the_rest_go_on(aio, kind, turns):
    semaphore, trace = kind(2), []
    await take(semaphore, 2)
    tasks = spawn(aio, semaphore, trace, 4)
    await turns()
    semaphore.release()
    semaphore.release()
    tasks[0].cancel()
    await aio.wait(tasks)
    assert trace == [1, 2, 3]
    assert not semaphore.locked()


async def test_a_timeout_while_waiting_takes_no_permit(aio, kind):
    semaphore = kind(1)
    await take(semaphore, 1)
    with pytest.raises(TimeoutError):
        await aio.wait_for(semaphore.acquire(), 0.001)
    semaphore.release()
    await take(semaphore, 1)
    assert semaphore.locked()


async def test_repr_tells_the_value_and_the_waiters(aio, kind, turns):
    semaphore = kind(2)
    assert "unlocked, value:2" in repr(semaphore)
    await take(semaphore, 2)
    (task,) = spawn(aio, semaphore, [], 1)
    await turns()
    assert "[locked, waiters:1]" in repr(semaphore)
    semaphore.release()
    await task


@pytest.mark.parametrize("many", [float("inf"), 1 << 70])
async def test_permits_may_be_without_number(aio, many):
    semaphore = aio.Semaphore(many)
    for _ in range(100):
        await semaphore.acquire()
    assert not semaphore.locked()
    for _ in range(200):
        semaphore.release()
    assert not semaphore.locked()
