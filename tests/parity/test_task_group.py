"""TaskGroup: waits for all, one failure cancels the rest, failures are raised together, cancellation is kept apart."""

import gc
import weakref

import pytest


def pending(aio):
    return aio.get_running_loop().create_future()


async def forever(aio, trace=None):
    try:
        await pending(aio)
    finally:
        if trace is not None:
            trace.append("ended")


async def failing(error):
    raise error


def kinds(caught):
    return sorted(type(error).__name__ for error in caught.value.exceptions)


async def test_the_block_ends_when_every_task_has_ended(aio):
    async with aio.TaskGroup() as group:
        tasks = [group.create_task(aio.sleep(0, number)) for number in range(3)]
    assert [task.result() for task in tasks] == [0, 1, 2]


async def test_an_empty_group_ends_without_giving_way(aio):
    trace = []
    aio.get_running_loop().call_soon(trace.append, "the loop ran")
    async with aio.TaskGroup():
        pass
    assert trace == []


async def test_a_task_of_the_group_may_add_another(aio):
    trace = []

    async def adding(depth):
        trace.append(depth)
        await aio.sleep(0)
        if depth:
            group.create_task(adding(depth - 1))

    async with aio.TaskGroup() as group:
        group.create_task(adding(3))
    assert trace == [3, 2, 1, 0]


async def test_create_task_takes_name_and_context(aio):
    import contextvars

    where = contextvars.ContextVar("where")
    context = contextvars.copy_context()
    context.run(where.set, "given")

    async def body():
        return where.get(), aio.current_task().get_name()

    async with aio.TaskGroup() as group:
        task = group.create_task(body(), name="named", context=context)
    assert task.result() == ("given", "named")


async def test_a_cancelled_task_is_no_failure(aio, turns):
    async with aio.TaskGroup() as group:
        task, other = group.create_task(forever(aio)), group.create_task(aio.sleep(0, "fine"))
        await turns()
        task.cancel()
    assert task.cancelled()
    assert other.result() == "fine"


async def test_a_failure_cancels_the_others_and_is_raised_in_a_group(aio):
    trace, error = [], ValueError("one")
    with pytest.raises(ExceptionGroup) as caught:  # noqa: PT012
        async with aio.TaskGroup() as group:
            group.create_task(forever(aio, trace))
            group.create_task(failing(error))
    assert caught.value.exceptions == (error,)
    assert trace == ["ended"]


async def test_a_failure_cancels_the_block(aio):
    trace = []
    with pytest.raises(ExceptionGroup) as caught:  # noqa: PT012
        async with aio.TaskGroup() as group:
            group.create_task(failing(ValueError()))
            try:
                await pending(aio)
            except aio.CancelledError:
                trace.append("cancelled")
                raise
    assert kinds(caught) == ["ValueError"]
    assert trace == ["cancelled"]
    assert aio.current_task().cancelling() == 0
    await aio.sleep(0)


@pytest.mark.stock_since(3, 13)
async def test_a_failure_while_the_block_is_over_leaves_no_request_of_cancellation(aio):
    with pytest.raises(ExceptionGroup):
        async with aio.TaskGroup() as group:
            group.create_task(failing(ValueError()))
    assert aio.current_task().cancelling() == 0
    await aio.sleep(0)


async def test_all_failures_are_raised_together(aio):
    async def failing_when_cancelled():
        try:
            await pending(aio)
        finally:
            raise KeyError

    with pytest.raises(ExceptionGroup) as caught:  # noqa: PT012
        async with aio.TaskGroup() as group:
            group.create_task(failing_when_cancelled())
            group.create_task(failing(ValueError()))
            group.create_task(failing(OSError()))
    assert kinds(caught) == ["KeyError", "OSError", "ValueError"]


async def test_a_failure_of_the_block_cancels_the_tasks_and_is_in_the_group(aio, turns):
    trace = []
    with pytest.raises(ExceptionGroup) as caught:  # noqa: PT012
        async with aio.TaskGroup() as group:
            group.create_task(forever(aio, trace))
            await turns()
            raise ValueError("block")
    assert kinds(caught) == ["ValueError"]
    assert trace == ["ended"]


async def test_a_base_exception_makes_a_base_exception_group(aio):
    class Own(BaseException):
        pass

    with pytest.raises(BaseExceptionGroup) as caught:
        async with aio.TaskGroup() as group:
            group.create_task(failing(Own()))
    assert not isinstance(caught.value, ExceptionGroup)
    assert kinds(caught) == ["Own"]


async def test_a_base_exception_of_the_block_is_in_the_group(aio):
    class Own(BaseException):
        pass

    with pytest.raises(BaseExceptionGroup) as caught:
        async with aio.TaskGroup():
            raise Own
    assert kinds(caught) == ["Own"]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
async def test_keyboard_interrupt_and_system_exit_of_the_block_are_raised_bare(aio, turns, kind):
    trace = []
    with pytest.raises(kind):  # noqa: PT012
        async with aio.TaskGroup() as group:
            group.create_task(forever(aio, trace))
            await turns()
            raise kind
    assert trace == ["ended"]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_keyboard_interrupt_and_system_exit_of_a_task_are_raised_bare(aio, loop, kind):
    caught = []

    async def main():
        try:
            async with aio.TaskGroup() as group:
                group.create_task(forever(aio))
                group.create_task(failing(kind()))
        except BaseException as error:
            caught.append(type(error))

    task = loop.create_task(main())
    with pytest.raises(kind):
        loop.run_until_complete(task)
    loop.run_until_complete(task)
    assert caught == [kind]


async def test_groups_nest(aio):
    with pytest.raises(ExceptionGroup) as caught:  # noqa: PT012
        async with aio.TaskGroup() as outer:
            sibling = outer.create_task(forever(aio))
            async with aio.TaskGroup() as inner:
                inner.create_task(failing(ValueError()))
    assert [kinds_of(error) for error in caught.value.exceptions] == [["ValueError"]]
    assert sibling.cancelled()


def kinds_of(group):
    return [type(error).__name__ for error in group.exceptions]


async def test_the_failure_of_the_inner_group_may_be_caught_inside_the_outer(aio):
    async with aio.TaskGroup() as outer:
        sibling = outer.create_task(aio.sleep(0, "fine"))
        with pytest.raises(ExceptionGroup):
            async with aio.TaskGroup() as inner:
                inner.create_task(failing(ValueError()))
    assert sibling.result() == "fine"


async def test_failures_are_not_reported_as_lost(aio, reports):
    with pytest.raises(ExceptionGroup):  # noqa: PT012
        async with aio.TaskGroup() as group:
            group.create_task(failing(ValueError()))
            group.create_task(failing(KeyError()))
    gc.collect()
    assert reports == []


@pytest.mark.parametrize("where", ["in the block", "at its end"])
async def test_cancelling_the_parent_cancels_the_tasks_and_is_raised_bare(aio, turns, where):
    trace = []

    async def parent():
        async with aio.TaskGroup() as group:
            group.create_task(forever(aio, trace))
            if where == "in the block":
                await pending(aio)

    task = aio.create_task(parent())
    await turns()
    task.cancel("outside")
    with pytest.raises(aio.CancelledError, match="outside"):
        await task
    assert trace == ["ended"]
    assert task.cancelling() == 1


async def test_failures_win_over_a_cancellation_of_the_parent(aio, turns):
    async def failing_when_cancelled():
        try:
            await pending(aio)
        finally:
            raise ValueError

    async def parent():
        async with aio.TaskGroup() as group:
            group.create_task(failing_when_cancelled())

    task = aio.create_task(parent())
    await turns()
    task.cancel()
    with pytest.raises(ExceptionGroup) as caught:
        await task
    assert kinds(caught) == ["ValueError"]


@pytest.mark.stock_since(3, 13)
async def test_a_cancellation_that_failures_have_covered_arrives_at_the_next_await(aio, turns):
    trace = []

    async def failing_when_cancelled():
        try:
            await pending(aio)
        finally:
            raise ValueError

    async def parent():
        try:
            async with aio.TaskGroup() as group:
                group.create_task(failing_when_cancelled())
        except* ValueError:
            trace.append("failure")
        trace.append(aio.current_task().cancelling())
        await aio.sleep(0)
        trace.append("never")

    task = aio.create_task(parent())
    await turns()
    task.cancel()
    with pytest.raises(aio.CancelledError):
        await task
    assert trace == ["failure", 1]


async def test_repeated_cancels_of_the_parent_wait_for_the_tasks(aio, turns):
    trace = []

    async def slow_to_end():
        try:
            await pending(aio)
        finally:
            await turns(5)
            trace.append("ended")

    async def parent():
        async with aio.TaskGroup() as group:
            group.create_task(slow_to_end())

    task = aio.create_task(parent())
    await turns()
    for _ in range(3):
        task.cancel()
        await turns(1)
    with pytest.raises(aio.CancelledError):
        await task
    assert trace == ["ended"]


async def test_a_cancellation_and_a_failure_in_one_turn_keep_the_request(aio, turns):
    gate = pending(aio)

    async def failing_late():
        await gate
        raise ValueError

    async def parent():
        async with aio.TaskGroup() as group:
            group.create_task(failing_late())
            await pending(aio)

    task = aio.create_task(parent())
    await turns()
    gate.set_result(None)
    task.cancel()
    with pytest.raises((ExceptionGroup, aio.CancelledError)):
        await task
    assert task.cancelling() == 1


async def test_a_cancellation_raised_by_the_block_itself_is_raised(aio):
    with pytest.raises(aio.CancelledError):
        async with aio.TaskGroup():
            raise aio.CancelledError


@pytest.mark.stock_since(3, 14)
async def test_eager_tasks_of_a_group(aio):
    trace = []

    async def body(number):
        trace.append(number)
        if number:
            await aio.sleep(0)
        return number

    async with aio.TaskGroup() as group:
        tasks = [group.create_task(body(number), eager_start=True) for number in range(3)]
        assert trace == [0, 1, 2]
    assert [task.result() for task in tasks] == [0, 1, 2]


@pytest.mark.stock_since(3, 14)
async def test_an_eager_task_that_fails_at_once_does_not_cancel_the_rest_of_the_line(aio):
    trace = []
    with pytest.raises(ExceptionGroup) as caught:  # noqa: PT012
        async with aio.TaskGroup() as group:
            group.create_task(failing(ValueError()), eager_start=True)
            trace.append("still here")
            await aio.sleep(0)
            await aio.sleep(0)
            trace.append("never")
    assert kinds(caught) == ["ValueError"]
    assert trace == ["still here"]


async def test_create_task_before_entering_is_a_runtime_error(aio):
    coro = aio.sleep(0)
    with pytest.raises(RuntimeError, match="has not been entered"):
        aio.TaskGroup().create_task(coro)
    coro.close()


async def test_create_task_after_the_end_is_a_runtime_error(aio):
    async with aio.TaskGroup() as group:
        pass
    coro = aio.sleep(0)
    with pytest.raises(RuntimeError, match="is finished"):
        group.create_task(coro)
    coro.close()


async def test_create_task_while_shutting_down_is_a_runtime_error(aio):
    caught = []

    async def adding_late():
        try:
            await pending(aio)
        finally:
            coro = aio.sleep(0)
            with pytest.raises(RuntimeError, match="is shutting down") as error:
                group.create_task(coro)
            caught.append(type(error.value))
            coro.close()

    with pytest.raises(ExceptionGroup):  # noqa: PT012
        async with aio.TaskGroup() as group:
            group.create_task(adding_late())
            group.create_task(failing(ValueError()))
    assert caught == [RuntimeError]


@pytest.mark.stock_since(3, 13)
async def test_a_refused_coroutine_is_closed_and_does_not_warn(aio):
    with pytest.raises(RuntimeError):
        aio.TaskGroup().create_task(forever(aio))
    gc.collect()


async def test_entering_twice_is_a_runtime_error(aio):
    async with aio.TaskGroup() as group:
        with pytest.raises(RuntimeError, match="already been entered"):
            await group.__aenter__()
    with pytest.raises(RuntimeError, match="already been entered"):
        await group.__aenter__()


async def test_repr_tells_the_state(aio):
    group = aio.TaskGroup()
    assert repr(group) == "<TaskGroup>"
    async with group:
        assert "entered" in repr(group)
        task = group.create_task(aio.sleep(0))
        assert "tasks=1" in repr(group)
    assert task.done()


async def test_a_group_keeps_no_exceptions_alive(aio):
    class Marked(Exception):
        pass

    async def main():
        error = Marked()
        reference = weakref.ref(error)
        try:
            async with aio.TaskGroup() as group:
                group.create_task(failing(error))
        except* Marked:
            pass
        del error
        return group, reference

    group, reference = await aio.create_task(main())
    await aio.sleep(0)
    gc.collect()
    assert reference() is None
    assert group
