"""Event: set wakes all, clear makes new waiters wait, cancelling one waiter concerns no other."""

import pytest


async def waiting(event, trace, name):
    trace.append((name, await event.wait()))


async def test_a_new_event_is_not_set(aio):
    assert aio.Event().is_set() is False


async def test_waiting_for_a_set_event_returns_true_without_giving_way(aio):
    event, trace = aio.Event(), []
    event.set()
    aio.get_running_loop().call_soon(trace.append, "the loop ran")
    assert await event.wait() is True
    assert event.is_set()
    assert trace == []


async def test_set_wakes_every_waiter_in_order(aio, turns):
    event, trace = aio.Event(), []
    tasks = [aio.create_task(waiting(event, trace, number)) for number in range(4)]
    await turns()
    assert trace == []
    event.set()
    await aio.gather(*tasks)
    assert trace == [(number, True) for number in range(4)]


async def test_set_twice_is_set_once(aio, turns):
    event, trace = aio.Event(), []
    task = aio.create_task(waiting(event, trace, "a"))
    await turns()
    event.set()
    event.set()
    await task
    assert trace == [("a", True)]


async def test_clear_makes_new_waiters_wait(aio, turns):
    event, trace = aio.Event(), []
    event.set()
    event.clear()
    assert not event.is_set()
    task = aio.create_task(waiting(event, trace, "a"))
    await turns()
    assert trace == []
    event.set()
    await task


async def test_set_then_clear_at_once_still_wakes_those_who_waited(aio, turns):
    event, trace = aio.Event(), []
    task = aio.create_task(waiting(event, trace, "early"))
    await turns()
    event.set()
    event.clear()
    await task
    assert trace == [("early", True)]
    assert not event.is_set()


async def test_cancel_of_one_waiter_leaves_the_others(aio, turns):
    event, trace = aio.Event(), []
    tasks = [aio.create_task(waiting(event, trace, number)) for number in range(3)]
    await turns()
    tasks[1].cancel()
    await turns()
    event.set()
    await aio.wait(tasks)
    assert trace == [(0, True), (2, True)]
    assert tasks[1].cancelled()


async def test_cancel_of_a_waiter_that_set_has_woken(aio, turns):
    event, trace = aio.Event(), []
    tasks = [aio.create_task(waiting(event, trace, number)) for number in range(2)]
    await turns()
    event.set()
    tasks[0].cancel()
    await aio.wait(tasks)
    assert tasks[0].cancelled()
    assert trace == [(1, True)]


async def test_a_timeout_while_waiting(aio):
    event = aio.Event()
    with pytest.raises(TimeoutError):
        await aio.wait_for(event.wait(), 0.001)
    event.set()
    assert await event.wait()


async def test_repr_tells_the_state_and_the_waiters(aio, turns):
    event = aio.Event()
    assert "unset" in repr(event)
    task = aio.create_task(event.wait())
    await turns()
    assert "waiters:1" in repr(event)
    event.set()
    assert "[set" in repr(event)
    await task


def test_an_event_may_be_made_and_set_without_a_loop(aio):
    event = aio.Event()
    event.set()
    assert aio.run(event.wait()) is True


async def test_its_private_waiters_can_be_counted_as_anyio_does(aio, turns):
    event = aio.Event()
    assert len(event._waiters) == 0
    tasks = [aio.create_task(event.wait()) for _ in range(2)]
    await turns()
    assert len(event._waiters) == 2
    event.set()
    assert len(event._waiters) == (0 if aio.__name__ == "plait" else 2)
    await aio.gather(*tasks)
