"""Barrier: everyone leaves together, each with a number of its own; abort and cancellation break or refill it."""

import pytest


async def waiting(barrier, trace):
    try:
        trace.append(await barrier.wait())
    except Exception as error:
        trace.append(type(error).__name__)
        raise


def spawn(aio, barrier, trace, count):
    return [aio.create_task(waiting(barrier, trace)) for _ in range(count)]


async def test_a_new_barrier_is_filling_and_whole(aio):
    barrier = aio.Barrier(3)
    assert (barrier.parties, barrier.n_waiting, barrier.broken) == (3, 0, False)


@pytest.mark.parametrize("parties", [0, -1])
async def test_fewer_than_one_party_is_a_value_error(aio, parties):
    with pytest.raises(ValueError):  # noqa: PT011
        aio.Barrier(parties)


async def test_a_barrier_for_one_does_not_hold(aio):
    barrier = aio.Barrier(1)
    assert await barrier.wait() == 0
    assert await barrier.wait() == 0


async def test_nobody_leaves_before_the_last_has_come(aio, turns):
    barrier, trace = aio.Barrier(3), []
    tasks = spawn(aio, barrier, trace, 2)
    await turns()
    assert trace == []
    assert barrier.n_waiting == 2
    tasks += spawn(aio, barrier, trace, 1)
    await aio.gather(*tasks)
    assert sorted(trace) == [0, 1, 2]
    assert barrier.n_waiting == 0


async def test_a_barrier_serves_again_and_again(aio):
    barrier, trace = aio.Barrier(2), []

    async def party(name):
        for step in range(3):
            trace.append((step, name))
            await barrier.wait()

    await aio.gather(party("a"), party("b"))
    assert sorted(trace) == trace or [step for step, _ in trace] == [0, 0, 1, 1, 2, 2]


async def test_more_than_the_parties_wait_for_the_next_round(aio, turns):
    barrier, trace = aio.Barrier(2), []
    tasks = spawn(aio, barrier, trace, 3)
    await turns()
    assert sorted(trace) == [0, 1]
    assert barrier.n_waiting == 1
    tasks += spawn(aio, barrier, trace, 1)
    await aio.gather(*tasks)
    assert sorted(trace) == [0, 0, 1, 1]


async def test_the_context_manager_gives_the_number(aio):
    barrier = aio.Barrier(2)

    async def party():
        async with barrier as number:
            return number

    assert sorted(await aio.gather(party(), party())) == [0, 1]


async def test_abort_breaks_the_barrier_for_those_inside_and_those_to_come(aio, turns):
    barrier, trace = aio.Barrier(3), []
    tasks = spawn(aio, barrier, trace, 2)
    await turns()
    await barrier.abort()
    assert barrier.broken
    results = await aio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results] == [aio.BrokenBarrierError] * 2
    with pytest.raises(aio.BrokenBarrierError):
        await barrier.wait()


async def test_broken_barrier_error_is_a_runtime_error(aio):
    assert issubclass(aio.BrokenBarrierError, RuntimeError)


async def test_reset_sends_the_waiting_away_and_serves_again(aio, turns):
    barrier, trace = aio.Barrier(2), []
    tasks = spawn(aio, barrier, trace, 1)
    await turns()
    await barrier.reset()
    results = await aio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results] == [aio.BrokenBarrierError]
    assert not barrier.broken
    assert sorted(await aio.gather(barrier.wait(), barrier.wait())) == [0, 1]


async def test_reset_mends_a_broken_barrier(aio):
    barrier = aio.Barrier(2)
    await barrier.abort()
    await barrier.reset()
    assert not barrier.broken
    assert sorted(await aio.gather(barrier.wait(), barrier.wait())) == [0, 1]


async def test_cancel_while_waiting_makes_room_for_another(aio, turns):
    barrier, trace = aio.Barrier(2), []
    (waiter,) = spawn(aio, barrier, trace, 1)
    await turns()
    waiter.cancel()
    with pytest.raises(aio.CancelledError):
        await waiter
    assert not barrier.broken
    assert barrier.n_waiting == 0
    await aio.gather(*spawn(aio, barrier, trace, 2))
    assert sorted(trace) == [0, 1]


async def test_cancel_of_one_that_the_barrier_has_let_go_holds_nobody(aio, turns):
    barrier, trace = aio.Barrier(3), []
    tasks = spawn(aio, barrier, trace, 3)
    tasks[2].add_done_callback(lambda _: tasks[0].cancel())
    await aio.wait(tasks)
    await turns()
    assert not barrier.broken
    assert barrier.n_waiting == 0
    await aio.gather(*spawn(aio, barrier, trace, 3))


async def test_a_timeout_while_waiting_leaves_the_barrier_whole(aio):
    barrier = aio.Barrier(2)
    with pytest.raises(TimeoutError):
        await aio.wait_for(barrier.wait(), 0.001)
    assert not barrier.broken
    assert sorted(await aio.gather(barrier.wait(), barrier.wait())) == [0, 1]


async def test_repr_tells_the_state(aio, turns):
    barrier = aio.Barrier(2)
    assert "filling" in repr(barrier)
    assert "0/2" in repr(barrier)
    (waiter,) = spawn(aio, barrier, [], 1)
    await turns()
    assert "1/2" in repr(barrier)
    await barrier.wait()
    await waiter
    await barrier.abort()
    assert "broken" in repr(barrier)
