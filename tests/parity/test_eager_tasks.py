"""Eager tasks: they run at once up to their first wait, in a context and as a current task of their own."""

import contextvars

import pytest

pytestmark = pytest.mark.stock_since(3, 14)


def eager(aio, coro, **options):
    return aio.create_task(coro, eager_start=True, **options)


async def immediate(value=None):
    return value


async def test_an_eager_task_that_need_not_wait_is_done_at_once(aio):
    task = eager(aio, immediate("now"))
    assert task.done()
    assert task.result() == "now"
    assert await task == "now"


async def test_an_eager_task_runs_to_its_first_wait_and_then_as_any_other(aio):
    trace = []

    async def body():
        trace.append("at once")
        await aio.sleep(0)
        trace.append("later")

    task = eager(aio, body())
    assert trace == ["at once"]
    assert not task.done()
    await task
    assert trace == ["at once", "later"]


async def test_the_creator_is_current_again_afterwards(aio):
    seen = []

    async def inner():
        seen.append(aio.current_task())

    async def body():
        seen.append(aio.current_task())
        seen.append(eager(aio, inner()))
        seen.append(aio.current_task())

    before = aio.current_task()
    task = eager(aio, body())
    assert aio.current_task() is before
    assert seen == [task, seen[2], seen[2], task]


async def test_a_failure_before_the_first_wait_is_the_tasks(aio):
    async def body():
        raise ValueError("at once")

    task = eager(aio, body())
    assert task.done()
    with pytest.raises(ValueError, match="at once"):
        await task


async def test_cancelling_itself_before_the_first_wait(aio):
    async def body():
        aio.current_task().cancel()
        await aio.sleep(0)

    task = eager(aio, body())
    with pytest.raises(aio.CancelledError):
        await task


async def test_raising_cancelled_error_before_the_first_wait(aio):
    async def body():
        raise aio.CancelledError("early")

    task = eager(aio, body())
    assert task.cancelled()
    with pytest.raises(aio.CancelledError, match="early"):
        await task


async def test_cancel_after_the_first_wait(aio):
    fut = aio.get_running_loop().create_future()

    async def body():
        await fut

    task = eager(aio, body())
    task.cancel()
    assert fut.cancelled()
    with pytest.raises(aio.CancelledError):
        await task


async def test_done_callbacks_of_a_task_that_is_done_at_once(aio, turns):
    seen = []
    task = eager(aio, immediate("x"))
    task.add_done_callback(lambda done: seen.append(done.result()))
    assert seen == []
    await turns()
    assert seen == ["x"]


async def test_all_tasks_has_an_eager_task_while_it_runs_and_waits(aio):
    fut = aio.get_running_loop().create_future()
    seen = []

    async def body():
        seen.append(aio.current_task() in aio.all_tasks())
        await fut

    task = eager(aio, body())
    assert seen == [True]
    assert task in aio.all_tasks()
    fut.set_result(None)
    await task
    assert task not in aio.all_tasks()


@pytest.mark.stock_since(3, 15)
async def test_an_eager_task_in_a_context_that_is_entered_is_refused(aio):
    context = contextvars.copy_context()
    coro = immediate("never")

    def inside():
        with pytest.raises(RuntimeError, match="cannot enter context"):
            eager(aio, coro, context=context)

    context.run(inside)
    coro.close()
    await aio.sleep(0)


async def test_an_eager_task_does_not_change_its_creators_context(aio):
    where = contextvars.ContextVar("where", default="creator")

    async def body():
        where.set("task")
        return where.get()

    assert eager(aio, body()).result() == "task"
    assert where.get() == "creator"


async def test_an_eager_task_runs_in_the_context_that_is_given(aio):
    where = contextvars.ContextVar("where", default="creator")
    context = contextvars.copy_context()

    async def body():
        where.set("first")
        await aio.sleep(0)
        return where.get()

    task = eager(aio, body(), context=context)
    assert context[where] == "first"
    assert await task == "first"
    assert task.get_context() is context


async def test_names_are_given_before_the_task_runs(aio):
    async def body():
        return aio.current_task().get_name()

    assert eager(aio, body(), name="mine").result() == "mine"


async def test_bad_awaits_before_the_first_wait_fail_the_task(aio):
    async def body():
        await None

    with pytest.raises(TypeError):
        await eager(aio, body())


async def test_awaiting_the_creator_while_it_waits(aio):
    async def body(creator):
        await aio.sleep(0)
        return creator.done()

    assert await eager(aio, body(aio.current_task())) is False


async def test_eager_start_false_is_an_ordinary_task(aio):
    task = aio.create_task(immediate(), eager_start=False)
    assert not task.done()
    await task


def test_eager_start_on_a_loop_that_does_not_run_is_an_ordinary_task(aio, loop):
    task = aio.Task(immediate("later"), loop=loop, eager_start=True)
    assert not task.done()
    assert loop.run_until_complete(task) == "later"


@pytest.mark.parametrize("make", ["eager_task_factory", "create_eager_task_factory"])
def test_the_factory_makes_every_task_eager(aio, loop, make):
    factory = aio.eager_task_factory if make == "eager_task_factory" else aio.create_eager_task_factory(aio.Task)
    loop.set_task_factory(factory)
    trace = []

    async def body(name):
        trace.append(name)

    async def main():
        aio.create_task(body("create_task"))
        await aio.gather(body("gather"))
        async with aio.TaskGroup() as group:
            group.create_task(body("group"))
            assert trace[-1] == "group"
        aio.ensure_future(body("ensure_future"))
        assert trace[-1] == "ensure_future"

    loop.run_until_complete(main())
    assert trace == ["create_task", "gather", "group", "ensure_future"]


def test_one_task_may_ask_the_eager_factory_for_a_late_start(aio, loop):
    loop.set_task_factory(aio.eager_task_factory)

    async def main():
        task = aio.create_task(immediate(), eager_start=False)
        assert not task.done()
        await task

    loop.run_until_complete(main())


def test_create_eager_task_factory_calls_the_given_constructor(aio, loop):
    made = []

    def constructor(coro, **options):
        made.append(options["eager_start"])
        return aio.Task(coro, **options)

    loop.set_task_factory(aio.create_eager_task_factory(constructor))
    loop.run_until_complete(immediate())
    assert made == [True]


def test_gather_of_eager_tasks_that_are_done_at_once_is_done_at_once(aio, loop):
    loop.set_task_factory(aio.eager_task_factory)

    async def main():
        gathering = aio.gather(*(immediate(number) for number in range(3)))
        assert gathering.done()
        return await gathering

    assert loop.run_until_complete(main()) == [0, 1, 2]


def test_gather_of_eager_tasks_of_which_one_fails_at_once(aio, loop):
    loop.set_task_factory(aio.eager_task_factory)

    async def failing():
        raise ValueError("at once")

    async def main():
        with pytest.raises(ValueError, match="at once"):
            await aio.gather(immediate(), failing(), failing())

    loop.run_until_complete(main())


def test_shield_and_wait_for_with_the_eager_factory(aio, loop):
    loop.set_task_factory(aio.eager_task_factory)

    async def main():
        assert await aio.shield(immediate(1)) == 1
        assert await aio.wait_for(immediate(2), 3600) == 2
        assert [await earliest for earliest in aio.as_completed([immediate(3)])] == [3]
        done, _ = await aio.wait([aio.create_task(immediate(4))])
        assert [task.result() for task in done] == [4]

    loop.run_until_complete(main())


def test_deeply_nested_eager_tasks(aio, loop):
    loop.set_task_factory(aio.eager_task_factory)

    async def deep(level):
        return await aio.create_task(deep(level - 1)) if level else aio.current_task()

    async def main():
        before = aio.current_task()
        await deep(40)
        assert aio.current_task() is before

    loop.run_until_complete(main())
