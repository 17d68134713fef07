"""as_completed: in the order of completion, by plain iteration of awaitables or async iteration of futures."""

import pytest


async def waiting(fut):
    return await fut


def pending(aio, count):
    return [aio.get_running_loop().create_future() for _ in range(count)]


def settle_in_order(aio, futures, order):
    loop = aio.get_running_loop()

    def settle(left):
        if left:
            futures[left[0]].set_result(left[0])
            loop.call_soon(settle, left[1:])

    loop.call_soon(settle, order)


async def test_plain_iteration_gives_results_in_the_order_of_completion(aio):
    futures = pending(aio, 4)
    settle_in_order(aio, futures, [2, 0, 3, 1])
    assert [await earliest for earliest in aio.as_completed(futures)] == [2, 0, 3, 1]


@pytest.mark.stock_since(3, 13)
async def test_async_iteration_gives_the_futures_in_the_order_of_completion(aio):
    futures = pending(aio, 4)
    settle_in_order(aio, futures, [2, 0, 3, 1])
    assert [futures.index(done) async for done in aio.as_completed(futures)] == [2, 0, 3, 1]


@pytest.mark.stock_since(3, 13)
async def test_async_iteration_gives_the_tasks_that_were_given(aio):
    (fut,) = pending(aio, 1)
    tasks = {aio.create_task(waiting(fut)), aio.create_task(aio.sleep(0, "slept"))}
    aio.get_running_loop().call_soon(fut.set_result, "settled")
    seen = [done async for done in aio.as_completed(tasks)]
    assert set(seen) == tasks
    assert all(done.done() for done in seen)


@pytest.mark.parametrize("count", [0, 1, 50])
async def test_coroutines_become_tasks(aio, count):
    coroutines = [aio.sleep(0, number) for number in range(count)]
    assert sorted([await earliest for earliest in aio.as_completed(coroutines)]) == list(range(count))


async def test_what_is_done_already_comes_first(aio):
    first, second = pending(aio, 2)
    second.set_result("second")
    iterator = iter(aio.as_completed([first, second]))
    assert await next(iterator) == "second"
    first.set_result("first")
    assert await next(iterator) == "first"
    assert list(iterator) == []


async def test_failures_are_raised_in_their_turn(aio):
    good, bad = pending(aio, 2)
    bad.set_exception(ValueError("bad"))
    iterator = iter(aio.as_completed([good, bad]))
    with pytest.raises(ValueError, match="bad"):
        await next(iterator)
    good.set_result("good")
    assert await next(iterator) == "good"


@pytest.mark.parametrize("timeout", [0, 0.001])
async def test_a_timeout_is_raised_for_what_is_left_and_cancels_nothing(aio, timeout):
    done, slow = pending(aio, 2)
    done.set_result("done")
    iterator = iter(aio.as_completed([done, slow], timeout=timeout))
    assert await next(iterator) == "done"
    with pytest.raises(TimeoutError):
        await next(iterator)
    assert not slow.cancelled()


@pytest.mark.stock_since(3, 13)
async def test_a_timeout_of_async_iteration(aio):
    done, slow = pending(aio, 2)
    done.set_result("done")
    seen = []
    with pytest.raises(TimeoutError):  # noqa: PT012
        async for fut in aio.as_completed([done, slow], timeout=0.001):
            seen.append(fut)  # noqa: PERF401 – a comprehension would lose it
    assert seen == [done]
    assert not slow.cancelled()


async def test_a_timeout_that_is_not_needed(aio):
    futures = pending(aio, 2)
    settle_in_order(aio, futures, [1, 0])
    assert [await earliest for earliest in aio.as_completed(futures, timeout=3600)] == [1, 0]


async def test_cancelling_the_awaiter_leaves_the_rest_running(aio, turns):
    futures = pending(aio, 2)

    async def iterate():
        for earliest in aio.as_completed(futures):
            await earliest

    task = aio.create_task(iterate())
    await turns()
    task.cancel()
    with pytest.raises(aio.CancelledError):
        await task
    assert not any(fut.done() for fut in futures)


async def test_the_same_awaitable_twice_comes_once(aio):
    (fut,) = pending(aio, 1)
    fut.set_result("once")
    assert [await earliest for earliest in aio.as_completed([fut, fut])] == ["once"]


async def test_several_tasks_may_await_what_one_iterator_gives(aio):
    futures = pending(aio, 3)
    awaitables = list(aio.as_completed(futures))
    assert len(awaitables) == 3
    gathering = aio.gather(*awaitables)
    settle_in_order(aio, futures, [1, 2, 0])
    assert sorted(await gathering) == [0, 1, 2]


@pytest.mark.parametrize("kind", ["future", "coroutine"])
async def test_a_single_awaitable_is_a_type_error(aio, kind):
    single = pending(aio, 1)[0] if kind == "future" else aio.sleep(0)
    with pytest.raises(TypeError):
        next(iter(aio.as_completed(single)))
    if kind == "coroutine":
        single.close()
