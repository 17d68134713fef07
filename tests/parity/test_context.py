"""Context variables: copied when work is scheduled, kept through awaits, private to a task."""

import contextvars

import pytest

where = contextvars.ContextVar("where", default="default")


async def read_where():
    return where.get()


async def test_a_task_sees_the_context_of_its_creation(aio):
    where.set("creation")
    task = aio.create_task(read_where())
    where.set("afterwards")
    assert await task == "creation"


async def test_what_a_task_sets_stays_in_the_task(aio):
    async def body():
        where.set("inside")
        await aio.sleep(0)
        return where.get()

    where.set("outside")
    assert await aio.create_task(body()) == "inside"
    assert where.get() == "outside"


async def test_an_awaited_coroutine_shares_the_awaiters_context(aio):
    async def body():
        where.set("shared")

    await body()
    assert where.get() == "shared"


async def test_a_task_may_run_in_a_given_context(aio):
    context = contextvars.copy_context()
    context.run(where.set, "given")

    async def body():
        await aio.sleep(0)
        before = where.get()
        where.set("changed")
        return before

    assert await aio.create_task(body(), context=context) == "given"
    assert context[where] == "changed"


@pytest.mark.stock_since(3, 12)
async def test_get_context_is_the_context_that_was_given(aio):
    context = contextvars.copy_context()
    task = aio.create_task(read_where(), context=context)
    assert task.get_context() is context
    await task


async def test_two_tasks_may_share_one_context(aio):
    context = contextvars.copy_context()

    async def writer():
        where.set("written")

    await aio.create_task(writer(), context=context)
    assert await aio.create_task(read_where(), context=context) == "written"


@pytest.mark.parametrize("method", ["call_soon", "call_soon_threadsafe", "call_later", "call_at"])
async def test_callbacks_run_in_the_context_of_their_scheduling(aio, method):
    loop, fut = aio.get_running_loop(), aio.get_running_loop().create_future()
    first = [] if method.startswith("call_soon") else [0 if method == "call_later" else loop.time()]
    where.set("scheduling")
    getattr(loop, method)(*first, lambda: fut.set_result(where.get()))
    where.set("afterwards")
    assert await fut == "scheduling"


@pytest.mark.parametrize("method", ["call_soon", "call_soon_threadsafe", "call_later", "call_at"])
async def test_callbacks_may_run_in_a_given_context(aio, method):
    loop, fut = aio.get_running_loop(), aio.get_running_loop().create_future()
    first = [] if method.startswith("call_soon") else [0 if method == "call_later" else loop.time()]
    context = contextvars.copy_context()
    context.run(where.set, "given")
    getattr(loop, method)(*first, lambda: fut.set_result(where.get()), context=context)
    assert await fut == "given"


async def test_what_a_callback_sets_stays_in_its_context(aio, turns):
    where.set("outside")
    aio.get_running_loop().call_soon(where.set, "inside")
    await turns()
    assert where.get() == "outside"


async def test_to_thread_takes_the_context_along(aio):
    where.set("loop's")
    assert await aio.to_thread(where.get) == "loop's"
    await aio.to_thread(where.set, "thread's")
    assert where.get() == "loop's"


async def test_gather_timeout_and_shield_take_the_context_along(aio):
    where.set("caller")
    assert await aio.gather(read_where(), read_where()) == ["caller", "caller"]
    assert await aio.shield(read_where()) == "caller"
    assert await aio.wait_for(read_where(), 3600) == "caller"


async def test_a_cancelled_task_cleans_up_in_its_own_context(aio, turns):
    seen = []

    async def body():
        where.set("inside")
        try:
            await aio.get_running_loop().create_future()
        finally:
            seen.append(where.get())

    task = aio.create_task(body())
    await turns()
    task.cancel()
    await aio.wait([task])
    assert seen == ["inside"]


def test_runs_of_one_runner_share_a_context(aio):
    async def write():
        where.set("first run")

    with aio.Runner() as runner:
        runner.run(write())
        assert runner.run(read_where()) == "first run"
        context = contextvars.copy_context()
        context.run(where.set, "given")
        assert runner.run(read_where(), context=context) == "given"
    assert where.get() == "default"


async def test_a_context_token_set_before_an_await_is_valid_after_it(aio):
    token = where.set("inside")
    await aio.sleep(0)
    where.reset(token)
    assert where.get() == "default"


async def test_entering_a_context_that_is_entered_already_is_reported_and_stops_nothing_else(aio, turns, reports):
    trace = []
    context = contextvars.copy_context()
    loop = aio.get_running_loop()

    def enter_again():
        loop.call_soon(trace.append, "after")
        context.run(trace.append, "never")

    loop.call_soon(enter_again, context=context)
    await turns()
    assert trace == ["after"]
    assert len(reports) == 1
    assert "RuntimeError" in reports.exceptions[0]


async def test_a_task_whose_context_is_entered_by_its_creator_starts_once_that_is_left(aio):
    context = contextvars.copy_context()
    task = context.run(aio.create_task, read_where(), context=context)
    assert await task == "default"
