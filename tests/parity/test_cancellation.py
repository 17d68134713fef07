"""Task.cancel, uncancel and cancelling: where the CancelledError arrives, and what it leaves behind."""

import asyncio
import gc
import itertools

import pytest

import plait
from plait.base import limits


class Recorder:
    """A coroutine that waits for `fut`, and what it saw."""

    def __init__(self, fut):
        self.fut, self.trace = fut, []

    async def run(self):
        self.trace.append("started")
        try:
            self.trace.append(await self.fut)
        except BaseException as error:
            self.trace.append(type(error).__name__)
            raise
        finally:
            self.trace.append("cleaned up")


def pending(aio):
    return aio.get_running_loop().create_future()


async def outcome(task):
    """The result of `task`, or its exception."""
    try:
        return await task
    except BaseException as error:
        return error


async def test_a_task_cancelled_before_its_start_never_runs(aio, turns):
    body = Recorder(pending(aio))
    task = aio.create_task(body.run())
    assert task.cancel() is True
    assert not task.done()
    await turns()
    assert task.cancelled()
    assert body.trace == []


async def test_cancel_cancels_the_future_that_the_task_waits_for(aio, turns):
    body = Recorder(pending(aio))
    task = aio.create_task(body.run())
    await turns()
    task.cancel()
    assert body.fut.cancelled()
    assert not task.done()
    await turns()
    assert task.cancelled()
    assert body.trace == ["started", "CancelledError", "cleaned up"]


async def test_cancel_goes_through_to_the_task_that_is_awaited(aio, turns):
    body = Recorder(pending(aio))
    inner = aio.create_task(body.run())
    outer = aio.create_task(Recorder(inner).run())
    await turns()
    outer.cancel()
    await turns()
    assert inner.cancelled()
    assert outer.cancelled()


async def test_cancel_arrives_at_the_innermost_await_first(aio, turns):
    trace, fut = [], pending(aio)

    async def level(depth):
        try:
            await (level(depth - 1) if depth else fut)
        except aio.CancelledError:
            trace.append(depth)
            raise

    task = aio.create_task(level(3))
    await turns()
    task.cancel()
    await turns()
    assert trace == [0, 1, 2, 3]


async def test_a_task_that_cancels_itself_is_cancelled_at_its_next_await(aio):
    trace = []

    async def body():
        aio.current_task().cancel()
        trace.append("still running")
        await aio.sleep(0)
        trace.append("never")

    task = aio.create_task(body())
    with pytest.raises(aio.CancelledError):
        await task
    assert trace == ["still running"]


async def test_a_task_that_cancels_itself_and_returns_is_cancelled(aio):
    async def body():
        aio.current_task().cancel()
        return "lost"

    task = aio.create_task(body())
    with pytest.raises(aio.CancelledError):
        await task
    assert task.cancelled()


async def test_awaiting_a_done_future_is_no_place_for_cancellation(aio):
    done = pending(aio)
    done.set_result("there")

    async def body():
        aio.current_task().cancel()
        assert await done == "there"
        await aio.sleep(0)

    with pytest.raises(aio.CancelledError):
        await aio.create_task(body())


async def test_cancel_between_settling_and_waking_wins_over_the_result(aio, turns):
    body = Recorder(pending(aio))
    task = aio.create_task(body.run())
    await turns()
    body.fut.set_result("ready")
    assert task.cancel() is True
    assert isinstance(await outcome(task), aio.CancelledError)
    assert body.trace == ["started", "CancelledError", "cleaned up"]


async def test_settling_after_cancel_is_an_invalid_state(aio, turns):
    body = Recorder(pending(aio))
    task = aio.create_task(body.run())
    await turns()
    task.cancel()
    with pytest.raises(aio.InvalidStateError):
        body.fut.set_result("too late")
    await outcome(task)


async def test_cancelling_the_awaited_future_cancels_the_awaiter_without_a_request(aio, turns):
    body = Recorder(pending(aio))
    task = aio.create_task(body.run())
    await turns()
    body.fut.cancel()
    await turns()
    assert task.cancelled()
    assert task.cancelling() == 0


async def test_a_coroutine_that_raises_cancelled_error_cancels_its_task(aio):
    async def body():
        raise aio.CancelledError("by itself")

    task = aio.create_task(body())
    with pytest.raises(aio.CancelledError, match="by itself"):
        await task
    assert task.cancelled()


async def test_awaiting_a_cancelled_task_raises_the_error_it_ended_with(aio, turns):
    raised = []

    async def body():
        try:
            await pending(aio)
        except aio.CancelledError as error:
            raised.append(error)
            raise

    task = aio.create_task(body())
    await turns()
    task.cancel("stop")
    assert await outcome(task) is raised[0]
    raised.clear()


async def test_a_failing_clean_up_fails_the_task(aio, turns):
    async def body():
        try:
            await pending(aio)
        finally:
            raise ValueError("clean-up failed")

    task = aio.create_task(body())
    await turns()
    task.cancel()
    error = await outcome(task)
    assert isinstance(error, ValueError)
    assert isinstance(error.__context__, aio.CancelledError)
    assert not task.cancelled()


async def test_clean_up_may_await(aio, turns):
    trace = []

    async def body():
        try:
            await pending(aio)
        finally:
            await aio.sleep(0)
            trace.append("cleaned up")

    task = aio.create_task(body())
    await turns()
    task.cancel()
    await outcome(task)
    assert task.cancelled()
    assert trace == ["cleaned up"]


async def test_a_task_may_refuse_to_be_cancelled(aio, turns):
    async def body():
        try:
            await pending(aio)
        except aio.CancelledError:
            await aio.sleep(0)
            return "refused"

    task = aio.create_task(body())
    await turns()
    assert task.cancel() is True
    assert await task == "refused"
    assert not task.cancelled()
    assert task.cancelling() == 1


async def test_each_cancel_arrives_once(aio, turns):
    trace = []

    async def body():
        for _ in range(3):
            try:
                await pending(aio)
            except aio.CancelledError as error:
                trace.append(error.args)

    task = aio.create_task(body())
    for number in range(3):
        await turns()
        task.cancel(number)
    await task
    assert trace == [(0,), (1,), (2,)]
    assert task.cancelling() == 3


async def test_two_cancels_before_the_task_runs_arrive_as_one_when_it_waits_for_a_future(aio, turns):
    trace = []

    async def body():
        for _ in range(2):
            try:
                trace.append(await (pending(aio) if not trace else aio.sleep(0, "resumed")))
            except aio.CancelledError:
                trace.append("cancelled")

    task = aio.create_task(body())
    await turns()
    task.cancel()
    task.cancel()
    await outcome(task)
    assert trace == ["cancelled", "resumed"]
    assert task.cancelling() == 2


async def test_cancel_of_a_finished_task_changes_nothing(aio, turns):
    task = aio.create_task(aio.sleep(0, "done"))
    await turns()
    assert task.cancel() is False
    assert task.cancelling() == 0
    assert task.result() == "done"


async def test_a_task_may_be_cancelled_from_a_callback(aio):
    body = Recorder(pending(aio))
    task = aio.create_task(body.run())
    aio.get_running_loop().call_soon(task.cancel)
    assert isinstance(await outcome(task), aio.CancelledError)
    assert body.trace == ["started", "CancelledError", "cleaned up"]


async def test_a_waiting_task_is_cancelled_while_its_awaited_task_refuses(aio, turns):
    async def stubborn():
        try:
            await pending(aio)
        except aio.CancelledError:
            return "kept"

    inner = aio.create_task(stubborn())
    body = Recorder(inner)
    outer = aio.create_task(body.run())
    await turns()
    outer.cancel()
    await turns()
    assert outer.result() is None
    assert body.trace == ["started", "kept", "cleaned up"]


async def test_a_long_chain_of_tasks_is_cancelled_from_its_top(aio, turns):
    chain = [aio.create_task(Recorder(pending(aio)).run())]
    for _ in range(50):
        chain.append(aio.create_task(Recorder(chain[-1]).run()))
    await turns()
    chain[-1].cancel()
    await turns(60)
    assert all(task.cancelled() for task in chain)


async def test_cancelling_a_task_at_a_bare_yield(aio, turns):
    async def spin():
        while True:
            await aio.sleep(0)

    task = aio.create_task(spin())
    await turns()
    task.cancel()
    await turns(2)
    assert task.cancelled()


@pytest.mark.parametrize("started", [False, True])
async def test_the_message_reaches_the_task_and_its_awaiter(aio, turns, started):
    body = Recorder(pending(aio))
    task = aio.create_task(body.run())
    if started:
        await turns()
    task.cancel(msg="shutting down")
    error = await outcome(task)
    assert isinstance(error, aio.CancelledError)
    assert error.args == ("shutting down",)


async def test_no_message_means_no_arguments(aio, turns):
    task = aio.create_task(Recorder(pending(aio)).run())
    await turns()
    task.cancel()
    assert (await outcome(task)).args == ()


async def test_the_message_goes_through_to_the_awaited_task(aio, turns):
    inner = aio.create_task(Recorder(pending(aio)).run())
    outer = aio.create_task(Recorder(inner).run())
    await turns()
    outer.cancel("why")
    assert (await outcome(outer)).args == ("why",)
    assert inner.cancelled()


async def test_cancelling_counts_requests_and_uncancel_takes_them_back(aio, turns):
    task = aio.create_task(Recorder(pending(aio)).run())
    await turns()
    assert task.cancelling() == 0
    task.cancel()
    task.cancel()
    assert task.cancelling() == 2
    assert task.uncancel() == 1
    assert task.uncancel() == 0
    assert task.uncancel() == 0
    assert task.cancelling() == 0
    await outcome(task)


@pytest.mark.stock_since(3, 13)
async def test_uncancel_to_zero_takes_back_a_cancellation_that_has_not_arrived(aio):
    async def body():
        task = aio.current_task()
        task.cancel()
        assert task.uncancel() == 0
        await aio.sleep(0)
        return "never cancelled"

    assert await aio.create_task(body()) == "never cancelled"


async def test_uncancel_above_zero_leaves_the_cancellation_to_arrive(aio):
    async def body():
        task = aio.current_task()
        task.cancel()
        task.cancel()
        assert task.uncancel() == 1
        await aio.sleep(0)

    with pytest.raises(aio.CancelledError):
        await aio.create_task(body())


@pytest.mark.stock_since(3, 13)
async def test_uncancel_before_the_first_step_lets_the_task_run(aio):
    task = aio.create_task(aio.sleep(0, "ran"))
    task.cancel()
    task.uncancel()
    assert await task == "ran"


async def test_structured_blocks_can_tell_their_own_cancellation(aio, turns):
    """The documented use of uncancel(): a block that cancels itself ends quietly, unless others cancelled too."""

    async def block(also_by_others):
        task = aio.current_task()
        loop = aio.get_running_loop()
        loop.call_soon(task.cancel)
        if also_by_others:
            loop.call_soon(task.cancel)
        try:
            await pending(aio)
        except aio.CancelledError:
            if task.uncancel() > 0:
                raise
        return "own"

    assert await aio.create_task(block(False)) == "own"
    with pytest.raises(aio.CancelledError):
        await aio.create_task(block(True))


CIRCLE = pytest.mark.plait_only("cancelling one of a circle ends it; stock asyncio raises RecursionError")


async def start_circle(aio, size, turns, wrap=lambda task: task, make=None):
    """Tasks each of which waits for the next, and the last for the first."""
    tasks = []

    async def wait_for_next(index):
        await wrap(tasks[(index + 1) % size])

    tasks.extend((make or aio.create_task)(wait_for_next(index)) for index in range(size))
    await turns()
    return tasks


@CIRCLE
@pytest.mark.parametrize("size", [2, 3, 50])
async def test_cancelling_one_of_a_circle_of_tasks_ends_it(aio, turns, size):
    tasks = await start_circle(aio, size, turns)
    assert tasks[1].cancel("enough")
    await turns(size + 3)
    assert all(task.cancelled() for task in tasks)
    assert {task.cancelling() for task in tasks} == {1}


@CIRCLE
async def test_cancelling_one_of_a_circle_through_gather_ends_it(aio, turns):
    reports = []
    aio.get_running_loop().set_exception_handler(lambda _loop, context: reports.append(context["message"]))
    tasks = await start_circle(aio, 3, turns, aio.gather)
    tasks[0].cancel()
    await turns(20)
    assert all(task.cancelled() for task in tasks)
    gc.collect()
    assert reports in ([], ["_GatheringFuture exception was never retrieved"])  # of the one that is awaited no more


@CIRCLE
async def test_cancelling_one_of_a_circle_of_plaits_and_stock_tasks_ends_it(aio, turns):
    kinds = itertools.cycle([aio.create_task, lambda coro: asyncio.Task(coro, loop=aio.get_running_loop())])
    for first in range(2):
        tasks = await start_circle(aio, 2, turns, make=lambda coro: next(kinds)(coro))
        tasks[first].cancel()
        await turns(10)
        assert all(task.cancelled() for task in tasks)


@pytest.mark.plait_only("a long chain is cancelled, or refused before the C stack overflows")
async def test_a_chain_of_many_tasks_is_cancelled_or_refused(aio):
    if not hasattr(plait.Task, "__pyx_vtable__"):
        pytest.skip("interpreted, the interpreter refuses it")
    for size in (9_000, 200_000):
        tasks = [aio.create_task(aio.Event().wait())]
        for _ in range(size):
            tasks.append(aio.create_task(Recorder(tasks[-1]).run()))
        await aio.sleep(0)
        if size > limits.LONGEST_CANCELLATION:
            with pytest.raises(RecursionError, match="each of which waits for the next"):
                tasks[-1].cancel()
            tasks[0].cancel()
        else:
            tasks[-1].cancel()
        await aio.wait(tasks)
        assert all(task.cancelled() for task in tasks)
