"""A Task: drives one coroutine, is the Future of what it returns."""

import asyncio
import collections.abc
import gc
import io
import re
import sys
import types
import weakref

import pytest


async def nothing():
    pass


async def answer(value):
    return value


async def fail():
    raise ValueError("failed")


async def test_a_task_does_not_start_before_its_creator_gives_way(aio):
    trace = []

    async def body():
        trace.append("ran")

    task = aio.create_task(body())
    assert trace == []
    await task
    assert trace == ["ran"]


async def test_tasks_start_in_the_order_of_creation(aio, turns):
    trace = []

    async def body(number):
        trace.append(number)

    tasks = [aio.create_task(body(number)) for number in range(5)]
    await turns(1)
    assert trace == [0, 1, 2, 3, 4]
    assert all(task.done() for task in tasks)


async def test_a_task_that_nobody_awaits_runs_all_the_same(aio, turns):
    trace = []

    async def body():
        await aio.sleep(0)
        trace.append("ran")

    task = aio.create_task(body())
    await turns()
    assert trace == ["ran"]
    assert task.done()


def test_create_task_needs_a_running_loop(aio):
    coro = nothing()
    with pytest.raises(RuntimeError, match="no running event loop"):
        aio.create_task(coro)
    coro.close()


async def test_the_class_makes_tasks_itself(aio):
    task = aio.Task(answer(3), loop=aio.get_running_loop(), name="mine")
    assert await task == 3
    assert task.get_name() == "mine"


async def test_a_task_is_the_modules_and_passes_for_asyncios_own(aio):
    task = aio.create_task(nothing())
    assert isinstance(task, aio.Task)
    assert isinstance(task, aio.Future)
    assert isinstance(task, asyncio.Task)
    assert isinstance(task, asyncio.Future)
    await task


@pytest.mark.parametrize("awaitable", [collections.abc.Coroutine, collections.abc.Awaitable])
async def test_classes_that_follow_the_coroutine_protocol_are_driven(aio, awaitable):
    class Own(collections.abc.Coroutine):
        def __init__(self):
            self.coro = answer("driven")

        def send(self, value):
            return self.coro.send(value)

        def throw(self, *error):
            return self.coro.throw(*error)

        def close(self):
            self.coro.close()

        def __await__(self):
            return self.coro.__await__()

    started = aio.create_task(Own()) if awaitable is collections.abc.Coroutine else Own()
    assert await started == "driven"


def test_set_task_factory_makes_every_task(aio, loop):
    made = []

    def factory(loop, coro, **options):
        made.append(sorted(options))
        return aio.Task(coro, loop=loop, **options)

    assert loop.get_task_factory() is None
    loop.set_task_factory(factory)
    assert loop.get_task_factory() is factory

    async def main():
        assert await aio.create_task(answer(1), name="named") == 1
        async with aio.TaskGroup() as group:
            group.create_task(nothing())
        await aio.gather(nothing(), nothing())

    loop.run_until_complete(main())
    assert len(made) == 5
    loop.set_task_factory(None)
    assert loop.get_task_factory() is None
    assert loop.run_until_complete(answer(2)) == 2
    assert len(made) == 5


def test_a_task_factory_that_is_not_callable_is_a_type_error(aio, loop):
    with pytest.raises(TypeError, match="task factory must be a callable or None"):
        loop.set_task_factory("factory")


@pytest.mark.parametrize("value", [None, 0, "text", (), (1, 2), ValueError("v"), StopIteration(1), [1], ValueError])
async def test_the_result_is_the_object_the_coroutine_returned(aio, value):
    task = aio.create_task(answer(value))
    assert await task is value
    assert task.result() is value
    assert task.exception() is None
    assert not task.cancelled()


async def test_an_exception_of_the_coroutine_is_the_tasks(aio):
    task = aio.create_task(fail())
    with pytest.raises(ValueError, match="failed") as caught:
        await task
    assert task.exception() is caught.value
    assert not task.cancelled()


async def test_exceptions_that_are_no_exception_subclass_are_kept_too(aio):
    class Own(BaseException):
        pass

    async def body():
        raise Own

    with pytest.raises(Own):
        await aio.create_task(body())


async def test_stop_iteration_out_of_a_coroutine_is_a_runtime_error(aio):
    async def body():
        raise StopIteration(1)

    with pytest.raises(RuntimeError, match="coroutine raised StopIteration"):
        await aio.create_task(body())


@pytest.mark.parametrize("settle", [lambda task: task.set_result(1), lambda task: task.set_exception(ValueError())])
async def test_a_task_is_settled_by_its_coroutine_only(aio, settle):
    task = aio.create_task(answer(2))
    with pytest.raises(RuntimeError, match="Task does not support set_"):
        settle(task)
    assert await task == 2


async def test_a_pending_task_has_no_result_yet(aio):
    task = aio.create_task(nothing())
    with pytest.raises(aio.InvalidStateError):
        task.result()
    with pytest.raises(aio.InvalidStateError):
        task.exception()
    await task


async def test_done_callbacks_get_the_task_with_its_outcome(aio, turns):
    seen = []
    task = aio.create_task(answer("x"))
    task.add_done_callback(lambda done: seen.append((done is task, done.result())))
    await turns()
    assert seen == [(True, "x")]


async def test_every_awaiter_of_a_task_gets_its_result(aio):
    async def awaiter(task):
        return await task

    task = aio.create_task(answer("shared"))
    assert await aio.gather(*(awaiter(task) for _ in range(3))) == ["shared"] * 3


async def test_values_come_back_through_a_deep_chain_of_awaits(aio):
    async def deep(level):
        if level == 0:
            await aio.sleep(0)
            return ("bottom",)
        return await deep(level - 1)

    assert await aio.create_task(deep(200)) == ("bottom",)


async def test_exceptions_come_back_through_a_chain_of_tasks(aio):
    async def above(task):
        return await task

    task = aio.create_task(fail())
    for _ in range(10):
        task = aio.create_task(above(task))
    with pytest.raises(ValueError, match="failed"):
        await task


async def test_a_bare_yield_gives_way_once(aio):
    trace = []

    @types.coroutine
    def give_way():
        yield

    async def body(name):
        trace.append((name, 1))
        await give_way()
        trace.append((name, 2))

    await aio.gather(body("a"), body("b"))
    assert trace == [("a", 1), ("b", 1), ("a", 2), ("b", 2)]


async def test_tasks_are_named_with_a_growing_number(aio):
    first, second = aio.create_task(nothing()), aio.create_task(nothing())
    numbers = [int(re.fullmatch(r"Task-(\d+)", task.get_name())[1]) for task in (first, second)]
    assert numbers[0] < numbers[1]
    await aio.gather(first, second)


async def test_a_name_may_be_given_and_changed_and_is_text(aio):
    task = aio.create_task(nothing(), name=7)
    assert task.get_name() == "7"
    task.set_name(("a", 1))
    assert task.get_name() == "('a', 1)"
    assert "('a', 1)" in repr(task)
    await task


async def test_repr_tells_name_state_and_coroutine(aio):
    task = aio.create_task(answer(5), name="fetch")
    assert re.search(r"pending.*fetch.*answer\(\)", repr(task))
    await task
    assert "finished" in repr(task)
    assert "result=5" in repr(task)


async def test_get_coro_is_the_coroutine_that_was_given(aio):
    coro = nothing()
    task = aio.create_task(coro)
    assert task.get_coro() is coro
    await task


async def test_the_stack_of_a_suspended_task_is_its_coroutines_frame(aio, turns):
    gate = aio.get_running_loop().create_future()

    async def waiting_here():
        await gate

    task = aio.create_task(waiting_here())
    await turns()
    assert [frame.f_code.co_name for frame in task.get_stack()] == ["waiting_here"]
    gate.set_result(None)
    await task
    assert task.get_stack() == []


async def test_the_stack_of_a_failed_task_is_its_traceback(aio, turns):
    async def outer():
        await fail()

    task = aio.create_task(outer())
    await turns()
    assert [frame.f_code.co_name for frame in task.get_stack()] == ["outer", "fail"]
    assert [frame.f_code.co_name for frame in task.get_stack(limit=1)] == ["outer"]
    assert task.exception()


async def test_print_stack_writes_to_the_file(aio, turns):
    task, text = aio.create_task(turns(1)), io.StringIO()
    task.print_stack(file=text)
    assert "Stack for" in text.getvalue()
    await task
    empty, failed, failed_text = io.StringIO(), aio.create_task(fail()), io.StringIO()
    task.print_stack(file=empty)
    assert "No stack for" in empty.getvalue()
    await turns()
    failed.print_stack(file=failed_text)
    assert "Traceback for" in failed_text.getvalue()
    assert "ValueError: failed" in failed_text.getvalue()
    assert failed.exception()


async def test_a_task_may_be_subclassed(aio):
    class Counted(aio.Task):
        cancels = 0

        def cancel(self, msg=None):
            type(self).cancels += 1
            return super().cancel(msg)

    task = Counted(aio.sleep(0), loop=aio.get_running_loop())
    task.cancel()
    with pytest.raises(aio.CancelledError):
        await task
    assert Counted.cancels == 1


async def test_a_task_may_be_referenced_weakly(aio, turns):
    task = aio.create_task(nothing())
    reference = weakref.ref(task)
    await turns()
    assert reference() is task
    del task
    gc.collect()
    assert reference() is None


def test_the_class_may_be_parametrised_in_annotations(aio):
    assert isinstance(aio.Task[int], types.GenericAlias)


async def test_current_task_is_the_task_that_runs(aio):
    async def body():
        before = aio.current_task()
        await aio.sleep(0)
        return before, aio.current_task(), aio.current_task(aio.get_running_loop())

    task = aio.create_task(body())
    assert await task == (task, task, task)
    assert aio.current_task() is not task
    assert asyncio.current_task() is aio.current_task()


async def test_there_is_no_current_task_in_a_callback(aio, turns):
    seen = []
    aio.get_running_loop().call_soon(lambda: seen.append(aio.current_task()))
    await turns()
    assert seen == [None]


@pytest.mark.parametrize("name", ["current_task", "all_tasks"])
def test_asking_for_tasks_without_a_running_loop_is_a_runtime_error(aio, loop, name):
    with pytest.raises(RuntimeError, match="no running event loop"):
        getattr(aio, name)()
    assert not getattr(aio, name)(loop)


async def test_all_tasks_are_the_unfinished_ones_of_this_loop(aio, turns):
    gate = aio.Event()
    done, waiting, fresh = aio.create_task(nothing()), aio.create_task(gate.wait()), None
    await turns()
    fresh = aio.create_task(nothing())
    assert aio.all_tasks() == {aio.current_task(), waiting, fresh}
    assert asyncio.all_tasks() == aio.all_tasks()
    assert done not in aio.all_tasks(aio.get_running_loop())
    gate.set()
    await aio.gather(waiting, fresh)


def test_all_tasks_of_another_loop(aio, loop):
    async def main():
        return aio.all_tasks(loop), aio.all_tasks()

    task = loop.create_task(nothing())
    with aio.Runner() as runner:
        others, own = runner.run(main())
    assert others == {task}
    assert task not in own
    loop.run_until_complete(task)


async def test_ensure_future_makes_a_task_of_a_coroutine(aio):
    task = aio.ensure_future(answer(1))
    assert isinstance(task, aio.Task)
    assert await task == 1


async def test_ensure_future_returns_a_future_as_it_is(aio):
    fut = aio.get_running_loop().create_future()
    assert aio.ensure_future(fut) is fut
    assert aio.ensure_future(fut, loop=aio.get_running_loop()) is fut


async def test_ensure_future_wraps_any_awaitable(aio):
    class Awaitable:
        def __await__(self):
            yield from aio.sleep(0).__await__()
            return "awaited"

    task = aio.ensure_future(Awaitable())
    assert isinstance(task, aio.Task)
    assert await task == "awaited"


def test_ensure_future_of_another_loops_future_is_a_value_error(aio, loop):
    async def main():
        with pytest.raises(ValueError, match="different loop"):
            aio.ensure_future(loop.create_future(), loop=aio.get_running_loop())

    aio.run(main())


def test_ensure_future_with_a_loop_that_does_not_run(aio, loop):
    assert loop.run_until_complete(aio.ensure_future(answer(4), loop=loop)) == 4


def test_iscoroutine(aio):
    async def generator():
        yield

    coro = nothing()
    assert aio.iscoroutine(coro)
    assert not any(map(aio.iscoroutine, [nothing, generator(), None, 1, object()]))
    coro.close()


@pytest.mark.filterwarnings("ignore:.*iscoroutinefunction:DeprecationWarning")
def test_iscoroutinefunction(aio):
    class Holder:
        async def method(self):
            pass

    assert aio.iscoroutinefunction(nothing)
    assert aio.iscoroutinefunction(Holder().method)
    assert not any(map(aio.iscoroutinefunction, [len, lambda: None, None, Holder]))


@pytest.mark.plait_only("tasks never vanish: the scheduler holds unfinished tasks strongly")
async def test_a_task_that_nobody_references_survives_garbage_collection(aio, turns):
    finished = []

    async def forgotten():
        fut = aio.get_running_loop().create_future()
        finished.append(weakref.ref(fut))
        await fut
        finished.append("finished")

    aio.create_task(forgotten())
    await turns()
    gc.collect()
    finished[0]().set_result(None)
    await turns()
    assert finished[1:] == ["finished"]


async def test_a_failure_that_nobody_looks_at_is_reported(aio, turns, reports):
    task = aio.create_task(fail(), name="lonely")
    await turns()
    del task
    gc.collect()
    assert reports.exceptions == ["ValueError('failed')"]
    assert "exception was never retrieved" in reports[0]["message"]
    assert "lonely" in repr(reports[0].get("future") or reports[0].get("task"))


@pytest.mark.plait_only("a failure that nobody looks at tells where the task was created, without debug mode")
def test_the_report_of_a_lost_failure_tells_where_the_task_was_created(aio, error_log):
    async def creator():
        task, line = aio.create_task(fail()), sys._getframe().f_lineno
        await aio.sleep(0)
        await aio.sleep(0)
        del task
        gc.collect()
        return line

    line = aio.run(creator())
    assert len(error_log.texts) == 1
    assert re.search(rf"test_task\.py.*\b{line}\b", error_log.texts[0])


@pytest.mark.parametrize("end", ["await", "exception", "gather"])
async def test_a_failure_that_somebody_looks_at_is_not_reported(aio, turns, reports, end):
    task = aio.create_task(fail())
    await turns()
    if end == "await":
        with pytest.raises(ValueError, match="failed"):
            await task
    elif end == "exception":
        assert task.exception()
    else:
        await aio.gather(task, return_exceptions=True)
    del task
    gc.collect()
    assert reports == []


async def test_a_finished_task_is_freed_without_the_garbage_collector(aio, turns):
    class Marker:
        pass

    async def body(marker):
        await aio.sleep(0)

    marker = Marker()
    reference = weakref.ref(marker)
    task = aio.create_task(body(marker))
    del marker
    gc.disable()
    try:
        await turns()
        assert task.done()
        del task
        assert reference() is None
    finally:
        gc.enable()
