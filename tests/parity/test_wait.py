"""wait: done and pending sets, when one, a failure or all are done; nothing is cancelled."""

import pytest


async def waiting(fut):
    return await fut


def pending(aio, count):
    return [aio.get_running_loop().create_future() for _ in range(count)]


async def test_all_completed_is_the_default(aio):
    futures = pending(aio, 3)
    for delay, fut in enumerate(futures):
        aio.get_running_loop().call_soon(fut.set_result, delay)
    done, left = await aio.wait(futures)
    assert done == set(futures)
    assert left == set()


async def test_first_completed_returns_with_the_first(aio):
    futures = pending(aio, 3)
    aio.get_running_loop().call_soon(futures[1].set_result, None)
    done, left = await aio.wait(futures, return_when=aio.FIRST_COMPLETED)
    assert done == {futures[1]}
    assert left == {futures[0], futures[2]}


async def test_first_completed_gives_all_that_are_done_by_then(aio):
    futures = pending(aio, 3)
    futures[0].set_result(None)
    futures[2].set_result(None)
    done, left = await aio.wait(futures, return_when=aio.FIRST_COMPLETED)
    assert done == {futures[0], futures[2]}
    assert left == {futures[1]}


async def test_first_exception_returns_with_the_first_failure(aio):
    good, bad, slow = pending(aio, 3)
    aio.get_running_loop().call_soon(good.set_result, None)
    aio.get_running_loop().call_soon(bad.set_exception, ValueError())
    done, left = await aio.wait([good, bad, slow], return_when=aio.FIRST_EXCEPTION)
    assert done == {good, bad}
    assert left == {slow}
    assert bad.exception()


async def test_first_exception_without_a_failure_is_all_completed(aio):
    futures = pending(aio, 2)
    for fut in futures:
        aio.get_running_loop().call_soon(fut.set_result, None)
    done, left = await aio.wait(futures, return_when=aio.FIRST_EXCEPTION)
    assert done == set(futures)
    assert not left


async def test_first_exception_does_not_count_a_cancellation(aio):
    cancelled, good = pending(aio, 2)
    aio.get_running_loop().call_soon(cancelled.cancel)
    aio.get_running_loop().call_later(0.001, good.set_result, None)
    done, left = await aio.wait([cancelled, good], return_when=aio.FIRST_EXCEPTION)
    assert done == {cancelled, good}
    assert not left


async def test_a_failure_is_not_raised(aio):
    (bad,) = pending(aio, 1)
    bad.set_exception(ValueError())
    done, _ = await aio.wait([bad])
    assert done == {bad}
    assert bad.exception()


@pytest.mark.parametrize("timeout", [0, 0.001])
async def test_a_timeout_returns_what_is_done_and_cancels_nothing(aio, timeout):
    done_one, slow = pending(aio, 2)
    done_one.set_result(None)
    done, left = await aio.wait([done_one, slow], timeout=timeout)
    assert done == {done_one}
    assert left == {slow}
    assert not slow.cancelled()


async def test_a_timeout_that_is_not_needed(aio):
    futures = pending(aio, 2)
    for fut in futures:
        aio.get_running_loop().call_soon(fut.set_result, None)
    done, left = await aio.wait(futures, timeout=3600)
    assert done == set(futures)
    assert not left


async def test_cancelling_wait_leaves_the_awaited_alone(aio, turns):
    futures = pending(aio, 2)

    async def waiter():
        await aio.wait(futures)

    task = aio.create_task(waiter())
    await turns()
    task.cancel()
    with pytest.raises(aio.CancelledError):
        await task
    assert not any(fut.done() for fut in futures)


async def test_the_same_future_twice_counts_once(aio):
    (fut,) = pending(aio, 1)
    fut.set_result(None)
    done, _ = await aio.wait([fut, fut])
    assert done == {fut}


async def test_tasks_and_any_iterable(aio):
    (fut,) = pending(aio, 1)
    tasks = [aio.create_task(waiting(fut)) for _ in range(3)]
    aio.get_running_loop().call_soon(fut.set_result, "all")
    done, _ = await aio.wait(dict.fromkeys(tasks))
    assert sorted(task.result() for task in done) == ["all"] * 3


@pytest.mark.stock_since(3, 12)
async def test_a_generator_of_tasks(aio):
    (fut,) = pending(aio, 1)
    fut.set_result(None)
    done, _ = await aio.wait(aio.create_task(waiting(fut)) for _ in range(3))
    assert len(done) == 3


async def test_nothing_to_wait_for_is_a_value_error(aio):
    with pytest.raises(ValueError):  # noqa: PT011
        await aio.wait([])


async def test_an_unknown_return_when_is_a_value_error(aio):
    with pytest.raises(ValueError, match="return_when"):
        await aio.wait(pending(aio, 1), return_when="whenever")


async def test_coroutines_are_a_type_error(aio):
    coro = aio.sleep(0)
    with pytest.raises(TypeError):
        await aio.wait([coro])
    coro.close()


@pytest.mark.parametrize("kind", ["future", "coroutine"])
async def test_a_single_awaitable_is_a_type_error(aio, kind):
    single = pending(aio, 1)[0] if kind == "future" else aio.sleep(0)
    with pytest.raises(TypeError):
        await aio.wait(single)
    if kind == "coroutine":
        single.close()


@pytest.mark.parametrize("return_when", ["ALL_COMPLETED", "FIRST_COMPLETED", "FIRST_EXCEPTION"])
async def test_callbacks_of_what_is_done_run_before_it_returns(aio, return_when):
    future = aio.get_running_loop().create_future()
    waiting = {future}
    future.add_done_callback(waiting.discard)
    future.set_result(None)
    await aio.wait(waiting, return_when=return_when)
    assert not waiting  # so `while tasks: await wait(tasks)` comes to its end
