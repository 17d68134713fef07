"""Threads: work sent to them, results brought back, the loop called and woken from them."""

import asyncio
import concurrent.futures
import contextlib
import threading

import pytest


@pytest.fixture
def background(aio):
    """A loop that runs in a thread of its own until the test ends."""
    loop, started = aio.new_event_loop(), threading.Event()

    def run():
        loop.call_soon(started.set)
        loop.run_forever()

    thread = threading.Thread(target=run)
    thread.start()
    started.wait()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def in_thread(function, *args):
    thread = threading.Thread(target=function, args=args)
    thread.start()
    return thread


async def test_to_thread_runs_elsewhere_and_brings_the_result_back(aio):
    here = threading.get_ident()
    assert await aio.to_thread(threading.get_ident) != here


async def test_to_thread_passes_arguments(aio):
    def function(*args, **kwargs):
        return args, kwargs

    assert await aio.to_thread(function, 1, 2, key=3) == ((1, 2), {"key": 3})


async def test_to_thread_brings_the_exception_back(aio):
    error = ValueError("in the thread")

    def failing():
        raise error

    with pytest.raises(ValueError, match="in the thread") as caught:
        await aio.to_thread(failing)
    assert caught.value is error


async def test_to_thread_leaves_the_loop_running(aio):
    gate, trace = threading.Event(), []
    task = aio.create_task(aio.to_thread(gate.wait))
    for step in range(3):
        await aio.sleep(0)
        trace.append(step)
    assert not task.done()
    gate.set()
    assert await task is True


async def test_many_to_threads_at_once(aio):
    assert await aio.gather(*(aio.to_thread(abs, -number) for number in range(50))) == list(range(50))


async def test_cancelling_to_thread_returns_at_once_and_the_thread_goes_on(aio, turns):
    gate, finished = threading.Event(), threading.Event()

    def work():
        gate.wait()
        finished.set()

    task = aio.create_task(aio.to_thread(work))
    await turns()
    task.cancel()
    with pytest.raises(aio.CancelledError):
        await task
    assert not finished.is_set()
    gate.set()


async def test_there_is_no_running_loop_in_the_thread(aio):
    with pytest.raises(RuntimeError, match="no running event loop"):
        await aio.to_thread(aio.get_running_loop)


async def test_call_soon_threadsafe_wakes_a_sleeping_loop(aio):
    fut, loop = aio.get_running_loop().create_future(), aio.get_running_loop()
    thread = in_thread(loop.call_soon_threadsafe, fut.set_result, "woken")
    assert await fut == "woken"
    thread.join()


async def test_calls_of_one_thread_come_in_order(aio):
    loop, trace, done = aio.get_running_loop(), [], aio.Event()

    def calls():
        for number in range(1000):
            loop.call_soon_threadsafe(trace.append, number)
        loop.call_soon_threadsafe(done.set)

    thread = in_thread(calls)
    await done.wait()
    thread.join()
    assert trace == list(range(1000))


async def test_call_soon_threadsafe_on_the_loops_own_thread_is_call_soon(aio, turns):
    loop, trace = aio.get_running_loop(), []
    loop.call_soon(trace.append, 1)
    loop.call_soon_threadsafe(trace.append, 2)
    loop.call_soon(trace.append, 3)
    await turns()
    assert trace == [1, 2, 3]


async def test_call_soon_threadsafe_returns_a_handle_that_cancels(aio, turns):
    trace = []
    handle = aio.get_running_loop().call_soon_threadsafe(trace.append, "never")
    handle.cancel()
    assert handle.cancelled()
    await turns()
    assert trace == []


def test_call_soon_threadsafe_before_the_loop_runs(aio, loop):
    trace = []
    thread = in_thread(loop.call_soon_threadsafe, trace.append, "early")
    thread.join()
    loop.call_soon(loop.stop)
    loop.run_forever()
    assert trace == ["early"]


def test_call_soon_threadsafe_on_a_closed_loop_is_a_runtime_error(aio, loop):
    loop.close()
    with pytest.raises(RuntimeError, match="closed"):
        loop.call_soon_threadsafe(print)


def test_stop_from_another_thread_ends_a_sleeping_loop(aio, loop):
    thread = in_thread(loop.call_soon_threadsafe, loop.stop)
    loop.run_forever()
    thread.join()
    assert not loop.is_running()


def test_run_coroutine_threadsafe_gives_a_future_of_the_thread_kind(aio, background):
    future = aio.run_coroutine_threadsafe(aio.sleep(0, "result"), background)
    assert isinstance(future, concurrent.futures.Future)
    assert future.result() == "result"


@pytest.mark.parametrize("name", ["CancelledError", "TimeoutError", "InvalidStateError"])
def test_run_coroutine_threadsafe_turns_the_errors_of_threads_into_asyncios(aio, background, name):
    async def failing():
        raise getattr(concurrent.futures, name)("why")

    error = aio.run_coroutine_threadsafe(failing(), background).exception(10)
    assert (type(error), error.args) == (getattr(asyncio, name), ("why",))


def test_run_coroutine_threadsafe_brings_the_exception_back(aio, background):
    async def failing():
        raise ValueError("on the loop")

    future = aio.run_coroutine_threadsafe(failing(), background)
    with pytest.raises(ValueError, match="on the loop"):
        future.result()


def test_the_coroutine_runs_on_that_loop(aio, background):
    async def where():
        return aio.get_running_loop(), threading.get_ident()

    loop, thread = aio.run_coroutine_threadsafe(where(), background).result()
    assert loop is background
    assert thread != threading.get_ident()


def test_cancelling_the_thread_future_cancels_the_task(aio, background):
    started, ended = threading.Event(), threading.Event()

    async def forever():
        started.set()
        try:
            await background.create_future()
        finally:
            ended.set()

    future = aio.run_coroutine_threadsafe(forever(), background)
    started.wait()
    assert future.cancel()
    assert ended.wait(10)


def test_a_task_that_is_cancelled_cancels_the_thread_future(aio, background):
    async def cancelling_itself():
        aio.current_task().cancel()
        await aio.sleep(0)

    future = aio.run_coroutine_threadsafe(cancelling_itself(), background)
    with pytest.raises(concurrent.futures.CancelledError):
        future.result(10)


def test_a_thread_side_timeout_does_not_stop_the_task(aio, background):
    gate = aio.run_coroutine_threadsafe(make_future(aio), background).result()

    async def waiting():
        return await gate

    future = aio.run_coroutine_threadsafe(waiting(), background)
    with pytest.raises(TimeoutError):
        future.result(timeout=0.001)
    background.call_soon_threadsafe(gate.set_result, "later")
    assert future.result(10) == "later"


async def make_future(aio):
    return aio.get_running_loop().create_future()


def test_run_coroutine_threadsafe_of_anything_else_is_a_type_error(aio, background):
    with pytest.raises(TypeError):
        aio.run_coroutine_threadsafe(lambda: None, background)


def test_a_task_factory_that_fails_is_told_to_the_caller(aio, loop, reports):
    def factory(loop, coro, **_options):
        coro.close()
        raise ValueError("no task today")

    loop.set_task_factory(factory)
    future = aio.run_coroutine_threadsafe(aio.sleep(0), loop)
    loop.call_soon(loop.stop)
    loop.run_forever()
    with pytest.raises(ValueError, match="no task today"):
        future.result()
    loop.set_task_factory(None)
    assert reports.exceptions == ["ValueError('no task today')"]


def settle_for_it(aio, loop, future):
    future.set_result("from elsewhere")


def note_its_cancellation_for_it(aio, loop, future):
    future.cancel()
    future.set_running_or_notify_cancel()


def have_a_callback_raise(aio, loop, future):
    def fail(future):
        raise aio.CancelledError

    future.add_done_callback(fail)


@pytest.mark.parametrize("meddle", [settle_for_it, note_its_cancellation_for_it, have_a_callback_raise])
def test_whatever_is_done_to_the_thread_future_the_loop_goes_on(aio, background, meddle):
    background.set_exception_handler(lambda loop, context: None)
    may_end = background.create_future()

    async def wait():
        await may_end

    with contextlib.suppress(RuntimeError):  # of a cancellation the loop may take note first
        meddle(aio, background, aio.run_coroutine_threadsafe(wait(), background))
    for _ in range(3):  # before it ends, when it has, and afterwards
        assert aio.run_coroutine_threadsafe(aio.sleep(0, "fine"), background).result() == "fine"
        background.call_soon_threadsafe(lambda: may_end.done() or may_end.set_result(None))


def test_a_task_factory_that_makes_nothing_is_told_to_the_caller(aio, background):
    background.set_exception_handler(lambda loop, context: None)
    background.set_task_factory(lambda loop, coro, **options: coro.close())
    future = aio.run_coroutine_threadsafe(aio.sleep(0), background)
    with pytest.raises((AttributeError, TypeError)):
        future.result()
    background.set_task_factory(None)
    assert aio.run_coroutine_threadsafe(aio.sleep(0, "fine"), background).result() == "fine"


def test_the_task_is_cancelled_before_later_callbacks_of_the_thread_future(aio, background):
    began, ended = threading.Event(), threading.Event()

    async def wait():
        try:
            began.set()
            await aio.get_running_loop().create_future()
        finally:
            ended.set()

    future = aio.run_coroutine_threadsafe(wait(), background)
    began.wait()
    future.add_done_callback(lambda future: ended.wait())
    assert future.cancel()


def test_thread_futures_of_a_loop_and_of_an_executor_are_waited_for_together(aio, background):
    with concurrent.futures.ThreadPoolExecutor() as executor:
        futures = [executor.submit(int), *(aio.run_coroutine_threadsafe(aio.sleep(0, n), background) for n in range(5))]
        assert sorted(future.result() for future in concurrent.futures.as_completed(futures)) == [0, 0, 1, 2, 3, 4]
        assert concurrent.futures.wait(futures).not_done == set()


async def test_wrap_future_brings_result_and_exception_over(aio):
    good, bad = concurrent.futures.Future(), concurrent.futures.Future()
    wrapped_good, wrapped_bad = aio.wrap_future(good), aio.wrap_future(bad)
    threads = [in_thread(good.set_result, 1), in_thread(bad.set_exception, ValueError("bad"))]
    assert await wrapped_good == 1
    with pytest.raises(ValueError, match="bad"):
        await wrapped_bad
    for thread in threads:
        thread.join()


async def test_wrap_future_of_one_that_is_done(aio):
    done = concurrent.futures.Future()
    done.set_result("done")
    assert await aio.wrap_future(done) == "done"


async def test_wrap_future_returns_a_loops_future_as_it_is(aio):
    fut = aio.get_running_loop().create_future()
    assert aio.wrap_future(fut) is fut


async def test_cancelling_the_wrapper_cancels_the_thread_future(aio, turns):
    inner = concurrent.futures.Future()
    wrapped = aio.wrap_future(inner)
    wrapped.cancel()
    await turns()
    assert inner.cancelled()


async def test_cancelling_the_thread_future_cancels_the_wrapper(aio):
    inner = concurrent.futures.Future()
    wrapped = aio.wrap_future(inner)
    inner.cancel()
    with pytest.raises(aio.CancelledError):
        await wrapped


def test_wrap_future_for_a_given_loop(aio, loop):
    inner = concurrent.futures.Future()
    wrapped = aio.wrap_future(inner, loop=loop)
    assert wrapped.get_loop() is loop
    inner.set_result("there")
    assert loop.run_until_complete(wrapped) == "there"


async def test_a_stock_future_of_this_loop_may_be_awaited(aio):
    fut = asyncio.Future(loop=aio.get_running_loop())
    aio.get_running_loop().call_soon(fut.set_result, "stock")
    assert await fut == "stock"


from_any_thread = pytest.mark.plait_only("a future may be settled from any thread, and wakes the loop")


@from_any_thread
@pytest.mark.parametrize("method", ["set_result", "set_exception", "cancel"])
async def test_a_future_settled_by_a_thread_wakes_the_loop(aio, method):
    fut = aio.get_running_loop().create_future()
    thread = in_thread(getattr(fut, method), ValueError("value"))
    try:
        outcome = await fut
    except (ValueError, aio.CancelledError) as error:
        outcome = error
    thread.join()
    assert type(outcome) is (aio.CancelledError if method == "cancel" else ValueError)


@from_any_thread
async def test_a_task_cancelled_by_a_thread_wakes_the_loop(aio, turns):
    task = aio.create_task(aio.Event().wait())
    await turns()
    thread = in_thread(task.cancel)
    with pytest.raises(aio.CancelledError):
        await task
    thread.join()


@from_any_thread
async def test_an_event_set_by_a_thread_wakes_its_waiters(aio, turns):
    event = aio.Event()
    tasks = [aio.create_task(event.wait()) for _ in range(3)]
    await turns()
    thread = in_thread(event.set)
    assert await aio.gather(*tasks) == [True] * 3
    thread.join()


@from_any_thread
async def test_items_put_by_a_thread_arrive(aio):
    queue = aio.Queue()

    def produce():
        for number in range(100):
            queue.put_nowait(number)

    thread = in_thread(produce)
    assert [await queue.get() for _ in range(100)] == list(range(100))
    thread.join()


@from_any_thread
async def test_a_lock_and_a_semaphore_released_by_a_thread_wake_their_waiters(aio, turns):
    for primitive in (aio.Lock(), aio.Semaphore()):
        await primitive.acquire()
        task = aio.create_task(primitive.acquire())
        await turns()
        thread = in_thread(primitive.release)
        assert await task is True
        thread.join()


@from_any_thread
async def test_done_callbacks_run_on_the_loops_thread_whoever_settles(aio):
    fut, loop = aio.get_running_loop().create_future(), aio.get_running_loop()
    seen = loop.create_future()
    fut.add_done_callback(lambda _: seen.set_result(threading.get_ident()))
    thread = in_thread(fut.set_result, None)
    assert await seen == threading.get_ident()
    thread.join()


MAKES_A_TASK = {
    "create_task": lambda aio, loop, coro: loop.create_task(coro),
    "Task": lambda aio, loop, coro: aio.Task(coro, loop=loop),
    "ensure_future": lambda aio, loop, coro: aio.ensure_future(coro, loop=loop),
}


@pytest.mark.plait_only("the loop is woken for what other threads give it, in place of sleeping on")
@pytest.mark.parametrize("make", MAKES_A_TASK.values(), ids=MAKES_A_TASK)
def test_a_task_made_in_another_thread_wakes_the_loop(aio, background, make):
    ran_in = concurrent.futures.Future()

    async def body():
        assert aio.current_task() in aio.all_tasks()
        ran_in.set_result(threading.get_ident())

    task = make(aio, background, body())
    assert ran_in.result(timeout=5) not in (None, threading.get_ident())
    assert task.get_loop() is background


@pytest.mark.plait_only("the loop is woken for what other threads give it, in place of sleeping on")
def test_a_task_made_in_another_thread_can_be_cancelled_there_at_once(aio, background):
    ended, started = threading.Event(), []

    async def body():
        started.append(True)

    task = background.create_task(body())
    task.add_done_callback(lambda _: ended.set())
    task.cancel()
    assert ended.wait(5)
    assert task.cancelled() or started


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.parametrize("make", MAKES_A_TASK.values(), ids=MAKES_A_TASK)
def test_a_task_made_in_another_thread_is_refused_in_debug_mode(aio, background, make):
    background.set_exception_handler(lambda *_: None)  # stock reports a task that was destroyed
    background.call_soon_threadsafe(background.set_debug, True)
    asyncio.run_coroutine_threadsafe(aio.sleep(0), background).result(timeout=5)

    async def body():
        pass

    coro = body()
    with pytest.raises(RuntimeError, match="Non-thread-safe operation"):
        make(aio, background, coro)
    coro.close()
