"""A Future: settled once, awaited by any number, its callbacks called by the loop."""

import asyncio
import contextvars
import gc
import types
import weakref

import pytest


def future(aio):
    return aio.get_running_loop().create_future()


async def test_a_new_future_is_pending(aio):
    fut = future(aio)
    assert not fut.done()
    assert not fut.cancelled()
    with pytest.raises(aio.InvalidStateError):
        fut.result()
    with pytest.raises(aio.InvalidStateError):
        fut.exception()


@pytest.mark.parametrize("value", [42, None, (1, 2), ValueError("a value"), StopIteration(1), [], types])
async def test_the_result_is_the_object_that_was_set(aio, value):
    fut = future(aio)
    assert fut.set_result(value) is None
    assert fut.done()
    assert not fut.cancelled()
    assert fut.result() is value
    assert fut.exception() is None
    assert await fut is value


async def test_the_exception_is_the_object_that_was_set(aio):
    fut, error = future(aio), ValueError("why")
    fut.set_exception(error)
    assert fut.done()
    assert fut.exception() is error
    with pytest.raises(ValueError, match="why") as caught:
        fut.result()
    assert caught.value is error


async def test_an_exception_class_is_instantiated(aio):
    fut = future(aio)
    fut.set_exception(ValueError)
    assert type(fut.exception()) is ValueError


@pytest.mark.stock_since(3, 12)
@pytest.mark.stock_since(3, 13)
@pytest.mark.parametrize("stop", [StopIteration, StopIteration(1)])
async def test_stop_iteration_becomes_a_runtime_error(aio, stop):
    fut = future(aio)
    fut.set_exception(stop)
    assert isinstance(fut.exception(), RuntimeError)
    assert isinstance(fut.exception().__cause__, StopIteration)


SETTLE = {
    "result": lambda fut: fut.set_result(1),
    "exception": lambda fut: fut.set_exception(ValueError()),
    "cancel": lambda fut: fut.cancel(),
}


@pytest.mark.parametrize("again", ["result", "exception"])
@pytest.mark.parametrize("first", SETTLE)
async def test_settling_twice_is_an_invalid_state(aio, first, again):
    fut = future(aio)
    SETTLE[first](fut)
    with pytest.raises(aio.InvalidStateError):
        SETTLE[again](fut)
    assert fut.cancelled() or fut.exception() is not None or fut.result() == 1


async def test_cancel_settles_once(aio):
    fut = future(aio)
    assert fut.cancel() is True
    assert fut.done()
    assert fut.cancelled()
    assert fut.cancel() is False


@pytest.mark.parametrize("first", ["result", "exception"])
async def test_cancel_of_a_done_future_changes_nothing(aio, first):
    fut = future(aio)
    SETTLE[first](fut)
    assert fut.cancel() is False
    assert not fut.cancelled()
    assert first == "result" or type(fut.exception()) is ValueError


async def test_result_and_exception_of_a_cancelled_future_raise_cancelled_error(aio):
    fut = future(aio)
    fut.cancel()
    with pytest.raises(aio.CancelledError):
        fut.result()
    with pytest.raises(aio.CancelledError):
        fut.exception()


@pytest.mark.parametrize("read", ["result", "exception"])
async def test_the_cancel_message_reaches_the_reader(aio, read):
    fut = future(aio)
    fut.cancel(msg="enough")
    with pytest.raises(aio.CancelledError, match="enough"):
        getattr(fut, read)()


async def test_the_cancel_message_reaches_the_awaiter(aio):
    fut = future(aio)
    fut.cancel("enough")
    with pytest.raises(aio.CancelledError) as caught:
        await fut
    assert caught.value.args == ("enough",)


async def test_get_loop_is_the_loop_it_was_made_for(aio):
    assert future(aio).get_loop() is aio.get_running_loop()


def test_a_future_may_be_made_for_a_loop_that_does_not_run(aio, loop):
    fut = aio.Future(loop=loop)
    assert fut.get_loop() is loop
    loop.call_soon(fut.set_result, "later")
    assert loop.run_until_complete(fut) == "later"


@pytest.mark.stock_since(3, 14)
def test_a_future_without_a_loop_is_a_runtime_error(aio):
    with pytest.raises(RuntimeError, match="no current event loop"):
        aio.Future()


async def test_awaiting_a_done_future_does_not_give_way(aio):
    fut, trace = future(aio), []
    aio.get_running_loop().call_soon(trace.append, "the loop ran")
    fut.set_result(1)
    await fut
    assert trace == []


async def test_awaiting_a_pending_future_returns_when_it_is_settled(aio):
    fut = future(aio)
    aio.get_running_loop().call_soon(fut.set_result, "there")
    assert await fut == "there"


async def test_awaiting_a_future_that_fails_raises_that_exception(aio):
    fut, error = future(aio), ValueError("why")
    aio.get_running_loop().call_soon(fut.set_exception, error)
    with pytest.raises(ValueError, match="why") as caught:
        await fut
    assert caught.value is error


async def test_every_awaiter_gets_the_result_in_the_order_of_awaiting(aio, turns):
    fut, trace = future(aio), []

    async def awaiter(number):
        trace.append((number, await fut))

    tasks = [aio.create_task(awaiter(number)) for number in range(5)]
    await turns()
    fut.set_result("all")
    await aio.gather(*tasks)
    assert trace == [(number, "all") for number in range(5)]


async def test_awaiting_a_failed_future_again_does_not_grow_its_traceback(aio):
    fut = future(aio)
    fut.set_exception(ValueError())
    depths = []
    for _ in range(3):
        try:
            await fut
        except ValueError as error:
            depths.append(sum(1 for _ in walk(error.__traceback__)))
    assert len(set(depths)) == 1


def walk(traceback):
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


async def test_a_generator_coroutine_may_yield_from_a_future(aio):
    @types.coroutine
    def old_style(fut):
        return (yield from fut)

    fut = future(aio)
    aio.get_running_loop().call_soon(fut.set_result, 7)
    assert await old_style(fut) == 7


async def test_resuming_an_await_before_the_future_is_done_is_a_runtime_error(aio):
    fut = future(aio)

    async def awaiter():
        await fut

    coro = awaiter()
    assert coro.send(None) is fut
    with pytest.raises(RuntimeError, match="await wasn't used with future"):
        coro.send(None)


async def test_the_way_of_a_subclass_to_be_awaited_counts(aio):
    class Doubled(aio.Future):
        def __await__(self):
            result = yield from super().__await__()
            return 2 * result

    fut = Doubled()
    aio.get_running_loop().call_soon(fut.set_result, 7)
    assert await fut == 14


async def test_callbacks_are_called_with_the_future_in_the_order_they_were_added(aio, turns):
    fut, trace = future(aio), []
    for name in "abc":
        fut.add_done_callback(lambda done, name=name: trace.append((name, done is fut)))
    fut.set_result(None)
    await turns()
    assert trace == [("a", True), ("b", True), ("c", True)]


@pytest.mark.parametrize("settle", SETTLE.values(), ids=SETTLE)
async def test_settling_leaves_the_calling_to_the_loop(aio, turns, settle):
    fut, trace = future(aio), []
    fut.add_done_callback(trace.append)
    settle(fut)
    assert trace == []
    await turns()
    assert trace == [fut]
    assert fut.cancelled() or fut.exception() or fut.result()


async def test_arguments_of_add_done_callback_and_call_soon_are_checked(aio):
    loop, context = aio.get_running_loop(), contextvars.copy_context()
    future = loop.create_future()
    for add in (future.add_done_callback, future.add_done_callback.__call__):
        with pytest.raises(TypeError):
            add(print, print, context=context)
        with pytest.raises(TypeError):
            add(context=context)
        with pytest.raises(TypeError):
            add(print, contexts=context)
    with pytest.raises(TypeError):
        loop.call_soon(context=context)
    with pytest.raises(TypeError):
        loop.call_soon(print, contexts=context)
    assert not future.remove_done_callback(print)


async def test_a_callback_added_to_a_done_future_is_called_soon(aio, turns):
    fut, trace = future(aio), []
    fut.set_result(None)
    fut.add_done_callback(trace.append)
    assert trace == []
    await turns(1)
    assert trace == [fut]


async def test_a_callback_added_twice_is_called_twice(aio, turns):
    fut, trace = future(aio), []
    fut.add_done_callback(trace.append)
    fut.add_done_callback(trace.append)
    fut.set_result(None)
    await turns()
    assert trace == [fut, fut]


async def test_remove_done_callback_removes_every_equal_one_and_counts_them(aio, turns):
    fut, removed, kept = future(aio), [], []
    fut.add_done_callback(removed.append)
    fut.add_done_callback(kept.append)
    fut.add_done_callback(removed.append)
    assert fut.remove_done_callback(removed.append) == 2
    assert fut.remove_done_callback(removed.append) == 0
    fut.set_result(None)
    await turns()
    assert (removed, kept) == ([], [fut])


@pytest.mark.parametrize("position", [0, 1, 2])
async def test_each_callback_may_be_removed_alone(aio, turns, position):
    fut, traces = future(aio), [[], [], []]
    for trace in traces:
        fut.add_done_callback(trace.append if trace is not traces[position] else turns)
    assert fut.remove_done_callback(turns) == 1
    fut.set_result(None)
    await turns()
    assert [len(trace) for trace in traces] == [int(index != position) for index in range(3)]


async def test_removing_while_an_equality_test_empties_the_list_is_safe(aio):
    fut = future(aio)

    class Meddler:
        def __eq__(self, other):
            fut.remove_done_callback(fut.done)
            return False

        __hash__ = None

    for _ in range(3):
        fut.add_done_callback(fut.done)
    fut.add_done_callback(print)
    fut.remove_done_callback(Meddler())
    fut.remove_done_callback(fut.done)
    assert fut.remove_done_callback(print) == 1


async def test_a_callback_may_add_another(aio, turns):
    fut, trace = future(aio), []
    fut.add_done_callback(lambda done: done.add_done_callback(trace.append))
    fut.set_result(None)
    await turns()
    assert trace == [fut]


async def test_a_failing_callback_is_reported_and_the_others_run(aio, turns, reports):
    fut, trace = future(aio), []
    fut.add_done_callback(lambda _: 1 / 0)
    fut.add_done_callback(trace.append)
    fut.set_result(None)
    await turns()
    assert trace == [fut]
    assert reports.exceptions == ["ZeroDivisionError('division by zero')"]


async def test_a_callback_runs_in_the_context_it_was_added_in(aio, turns):
    fut, where, trace = future(aio), contextvars.ContextVar("where"), []
    where.set("adding")
    fut.add_done_callback(lambda _: trace.append(where.get()))
    where.set("settling")
    fut.set_result(None)
    await turns()
    assert trace == ["adding"]


async def test_a_callback_runs_in_the_context_that_was_given(aio, turns):
    fut, where, trace = future(aio), contextvars.ContextVar("where", default="none"), []
    context = contextvars.copy_context()
    context.run(where.set, "given")
    fut.add_done_callback(lambda _: trace.append(where.get()), context=context)
    fut.set_result(None)
    fut.add_done_callback(lambda _: trace.append(where.get()), context=context)
    await turns()
    assert trace == ["given", "given"]


async def test_an_exception_that_nobody_retrieves_is_reported(aio, reports):
    fut = future(aio)
    fut.set_exception(ValueError("lost"))
    del fut
    gc.collect()
    assert reports.exceptions == ["ValueError('lost')"]
    assert "exception was never retrieved" in reports[0]["message"]


async def test_the_report_of_a_lost_exception_has_the_future(aio, reports):
    fut = future(aio)
    fut.set_exception(ValueError("lost"))
    described = repr(fut)
    del fut
    gc.collect()
    assert repr(reports[0]["future"]) == described


async def read_result(fut):
    with pytest.raises(ValueError, match="seen"):
        fut.result()


async def read_exception(fut):
    fut.exception()


async def read_by_await(fut):
    with pytest.raises(ValueError, match="seen"):
        await fut


@pytest.mark.parametrize("read", [read_result, read_exception, read_by_await])
async def test_a_retrieved_exception_is_not_reported(aio, reports, read):
    fut = future(aio)
    fut.set_exception(ValueError("seen"))
    await read(fut)
    del fut
    gc.collect()
    assert reports == []


async def test_cancelling_a_failed_future_silences_its_report(aio, reports):
    fut = future(aio)
    fut.set_exception(ValueError("known"))
    fut.cancel()
    del fut
    gc.collect()
    assert reports == []


async def test_isfuture(aio):
    class Alike:
        _asyncio_future_blocking = False

    async def coroutine():
        pass

    coro = coroutine()
    task = aio.create_task(coroutine())
    assert aio.isfuture(future(aio))
    assert aio.isfuture(task)
    assert aio.isfuture(Alike())
    assert not any(map(aio.isfuture, [None, coro, coroutine, aio.Future, Alike, object()]))
    coro.close()
    await task


async def test_create_future_makes_the_modules_future(aio):
    assert isinstance(future(aio), aio.Future)


async def test_a_future_passes_for_asyncios_own(aio):
    assert isinstance(future(aio), asyncio.Future)
    assert asyncio.isfuture(future(aio))


async def test_a_future_of_another_library_may_be_awaited(aio):
    class Other:
        """The least that asyncio documents by `isfuture`: a blocking mark, a loop and done-callbacks."""

        def __init__(self, loop):
            self._asyncio_future_blocking, self.loop, self.callbacks, self.value = False, loop, [], None

        def get_loop(self):
            return self.loop

        def add_done_callback(self, callback, *, context=None):
            self.callbacks.append((callback, context))

        def result(self):
            return self.value

        def __await__(self):
            self._asyncio_future_blocking = True
            yield self
            return self.value

    other = Other(aio.get_running_loop())

    def settle():
        other.value = "theirs"
        for callback, context in other.callbacks:
            other.loop.call_soon(callback, other, context=context)

    aio.get_running_loop().call_soon(settle)
    assert await other == "theirs"


async def test_repr_tells_the_state(aio):
    pending, done, failed, cancelled = (future(aio) for _ in range(4))
    done.set_result("it")
    failed.set_exception(ValueError("why"))
    cancelled.cancel()
    assert "pending" in repr(pending)
    assert "finished" in repr(done)
    assert "result='it'" in repr(done)
    assert "exception=ValueError('why')" in repr(failed)
    assert "cancelled" in repr(cancelled)
    assert failed.exception()


async def test_repr_of_a_future_that_holds_itself_ends(aio):
    fut = future(aio)
    fut.set_result(fut)
    assert "finished" in repr(fut)


async def test_a_future_may_be_subclassed(aio):
    class Counted(aio.Future):
        settled = 0

        def set_result(self, result):
            type(self).settled += 1
            super().set_result(result)

    fut = Counted(loop=aio.get_running_loop())
    aio.get_running_loop().call_soon(fut.set_result, "once")
    assert await fut == "once"
    assert Counted.settled == 1


async def test_a_future_may_be_referenced_weakly(aio):
    fut = future(aio)
    reference = weakref.ref(fut)
    assert reference() is fut
    del fut
    assert reference() is None


def test_the_class_may_be_parametrised_in_annotations(aio):
    assert isinstance(aio.Future[int], types.GenericAlias)


async def test_attributes_of_a_future_that_was_freed_are_not_those_of_the_next(aio):
    loop = aio.get_running_loop()
    for made in range(3):
        fut = loop.create_future()
        assert not hasattr(fut, "anything")
        fut.anything = made
        fut.set_result(made)
        assert (await fut, fut.anything) == (made, made)
        del fut
