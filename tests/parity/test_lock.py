"""Lock: one holder, first come first served, and free again whatever is cancelled."""

import asyncio
import inspect
import sys
import weakref
from unittest import mock

import pytest


async def holding(lock, trace, name, gate=None):
    async with lock:
        trace.append(name)
        if gate is not None:
            await gate.wait()


def spawn(aio, *bodies):
    return [aio.create_task(body) for body in bodies]


async def test_a_new_lock_is_free(aio):
    assert not aio.Lock().locked()


def test_a_lock_may_be_made_without_a_loop(aio):
    lock = aio.Lock()
    trace = []
    aio.run(holding(lock, trace, "a"))
    assert trace == ["a"]
    assert not lock.locked()


async def test_acquire_returns_true_and_locks_until_release(aio):
    lock = aio.Lock()
    assert await lock.acquire() is True
    assert lock.locked()
    assert lock.release() is None
    assert not lock.locked()


async def test_acquire_of_a_free_lock_does_not_give_way(aio):
    lock, trace = aio.Lock(), []
    aio.get_running_loop().call_soon(trace.append, "the loop ran")
    await lock.acquire()
    assert trace == []
    lock.release()


async def test_the_context_manager_gives_nothing_and_releases_on_exceptions(aio):
    lock = aio.Lock()
    with pytest.raises(ValueError):  # noqa: PT011, PT012
        async with lock as nothing:
            assert nothing is None
            assert lock.locked()
            raise ValueError
    assert not lock.locked()


async def test_release_of_a_free_lock_is_a_runtime_error(aio):
    with pytest.raises(RuntimeError, match="not acquired"):
        aio.Lock().release()


async def test_a_plain_with_statement_is_refused(aio):
    with pytest.raises((TypeError, AttributeError)), aio.Lock():
        pass


async def test_awaiting_the_lock_itself_is_a_type_error(aio):
    with pytest.raises(TypeError):
        await aio.Lock()


async def test_any_task_may_release(aio):
    lock = aio.Lock()
    await lock.acquire()

    async def other():
        lock.release()

    await aio.create_task(other())
    assert not lock.locked()


async def test_never_two_holders(aio, turns):
    lock, inside, most = aio.Lock(), 0, 0

    async def body():
        nonlocal inside, most
        async with lock:
            inside += 1
            most = max(most, inside)
            await turns(2)
            inside -= 1

    await aio.gather(*(body() for _ in range(20)))
    assert most == 1


async def test_first_come_first_served(aio, turns):
    lock, trace = aio.Lock(), []
    await lock.acquire()
    tasks = spawn(aio, *(holding(lock, trace, number) for number in range(5)))
    await turns()
    lock.release()
    await aio.gather(*tasks)
    assert trace == [0, 1, 2, 3, 4]


async def test_a_newcomer_does_not_pass_a_waiter_that_has_been_woken(aio, turns):
    lock, trace = aio.Lock(), []
    await lock.acquire()
    waiter = aio.create_task(holding(lock, trace, "waiter"))
    await turns()
    lock.release()
    await holding(lock, trace, "newcomer")
    await waiter
    assert trace == ["waiter", "newcomer"]


async def test_release_and_acquire_again_lets_the_waiter_go_first(aio, turns):
    lock, trace = aio.Lock(), []

    async def again():
        for number in range(2):
            async with lock:
                trace.append(("again", number))
                await turns(2)

    first, second = spawn(aio, again(), holding(lock, trace, "other"))
    await aio.gather(first, second)
    assert trace == [("again", 0), "other", ("again", 1)]


async def test_cancel_while_waiting_leaves_the_lock_free(aio, turns):
    lock, trace = aio.Lock(), []
    await lock.acquire()
    (waiter,) = spawn(aio, holding(lock, trace, "cancelled"))
    await turns()
    waiter.cancel()
    with pytest.raises(aio.CancelledError):
        await waiter
    assert lock.locked()
    lock.release()
    assert not lock.locked()
    await holding(lock, trace, "next")
    assert trace == ["next"]


@pytest.mark.parametrize("position", [0, 1, 2])
async def test_cancel_of_one_waiter_keeps_the_order_of_the_others(aio, turns, position):
    lock, trace = aio.Lock(), []
    await lock.acquire()
    tasks = spawn(aio, *(holding(lock, trace, number) for number in range(3)))
    await turns()
    tasks[position].cancel()
    await turns()
    lock.release()
    await aio.wait(tasks)
    assert trace == [number for number in range(3) if number != position]


async def test_cancel_after_release_but_before_waking_passes_the_lock_on(aio, turns):
    lock, trace = aio.Lock(), []
    await lock.acquire()
    tasks = spawn(aio, *(holding(lock, trace, number) for number in range(3)))
    await turns()
    lock.release()
    tasks[0].cancel()
    await aio.wait(tasks)
    assert tasks[0].cancelled()
    assert trace == [1, 2]
    assert not lock.locked()


async def test_cancel_before_release_in_the_same_turn_passes_the_lock_on(aio, turns):
    lock, trace = aio.Lock(), []
    await lock.acquire()
    tasks = spawn(aio, *(holding(lock, trace, number) for number in range(3)))
    await turns()
    tasks[0].cancel()
    lock.release()
    await aio.wait(tasks)
    assert trace == [1, 2]


async def test_cancel_of_all_waiters_leaves_the_lock_free(aio, turns):
    lock, trace = aio.Lock(), []
    await lock.acquire()
    tasks = spawn(aio, *(holding(lock, trace, number) for number in range(3)))
    await turns()
    lock.release()
    for task in tasks:
        task.cancel()
    await aio.wait(tasks)
    assert trace == []
    assert not lock.locked()


async def test_cancel_of_the_holder_releases(aio, turns):
    lock, trace, gate = aio.Lock(), [], aio.Event()
    holder, waiter = spawn(aio, holding(lock, trace, "holder", gate), holding(lock, trace, "waiter"))
    await turns()
    holder.cancel()
    await aio.wait([holder, waiter])
    assert trace == ["holder", "waiter"]
    assert not lock.locked()


async def test_acquire_when_all_waiters_are_cancelled_but_have_not_run(aio, turns):
    lock, trace = aio.Lock(), []
    await lock.acquire()
    tasks = spawn(aio, *(holding(lock, trace, number) for number in range(2)))
    await turns()
    for task in tasks:
        task.cancel()
    lock.release()
    await lock.acquire()
    assert lock.locked()
    lock.release()
    await aio.wait(tasks)
    assert trace == []
    assert not lock.locked()


async def test_a_timeout_while_waiting_does_not_take_the_lock(aio):
    lock = aio.Lock()
    await lock.acquire()
    with pytest.raises(TimeoutError):
        await aio.wait_for(lock.acquire(), 0.001)
    lock.release()
    assert not lock.locked()


async def test_repr_tells_the_state_and_the_waiters(aio, turns):
    lock = aio.Lock()
    assert "unlocked" in repr(lock)
    await lock.acquire()
    (waiter,) = spawn(aio, holding(lock, [], "waiter"))
    await turns()
    assert "[locked" in repr(lock)
    assert "waiters:1" in repr(lock)
    lock.release()
    await waiter


def test_a_lock_that_was_waited_for_belongs_to_that_loop(aio):
    lock = aio.Lock()

    async def contend():
        await lock.acquire()
        waiter = aio.create_task(lock.acquire())
        await aio.sleep(0)
        lock.release()
        await waiter

    aio.run(contend())
    lock.release()
    if aio.__name__ == "plait":
        aio.run(contend())  # nobody waits on it any more: another loop may use it
        return
    with pytest.raises(RuntimeError, match="different event loop"):
        aio.run(contend())


async def test_async_with_calls_what_a_subclass_has_of_its_own(aio):
    trace = []

    def told(base, args):
        async def acquire(self):
            trace.append("acquire")
            return await base.acquire(self)

        def release(self):
            trace.append("release")
            base.release(self)

        return type(f"Told{base.__name__}", (base,), {"acquire": acquire, "release": release})(*args)

    lock = told(aio.Lock, ())
    for gate in (lock, told(aio.Semaphore, (2,)), told(aio.BoundedSemaphore, ()), aio.Condition(lock)):
        trace.clear()
        async with gate as nothing:
            assert nothing is None
            assert trace == ["acquire"]
        assert trace == ["acquire", "release"]
    assert not lock.locked()


async def test_async_with_of_a_subclass_with_nothing_of_its_own(aio):
    class Named(aio.Lock):
        name = "a name"

    lock = Named()
    async with lock:
        assert lock.locked()
        waiting = aio.create_task(lock.acquire())
        await aio.sleep(0)
        assert not waiting.done()
    assert await waiting is True


@pytest.mark.parametrize("name", ["Lock", "Semaphore", "Condition", "TaskGroup", "Timeout"])
async def test_what_async_with_calls_is_a_coroutine_function(aio, name):
    kind = getattr(aio, name)
    is_one = inspect.iscoroutinefunction if sys.version_info >= (3, 12) else asyncio.iscoroutinefunction
    assert is_one(kind.__aenter__)
    assert is_one(kind.__aexit__)
    async with mock.create_autospec(kind, instance=True):
        pass


async def test_bound_methods_are_as_they_should_be(aio):
    lock, other = aio.Lock(), aio.Lock()
    assert lock.__aexit__ == lock.__aexit__ != other.__aexit__
    assert len({lock.__aenter__, lock.__aenter__}) == 1
    assert weakref.WeakMethod(lock.__aexit__)() == lock.__aexit__
    assert callable(inspect.getattr_static(lock, "__aenter__"))


async def test_a_callback_that_is_a_method_of_a_future_is_found_again(aio):
    fut, other = aio.get_running_loop().create_future(), aio.get_running_loop().create_future()
    fut.add_done_callback(other.set_result)
    assert fut.remove_done_callback(other.set_result) == 1
    assert fut.set_result != other.set_result
