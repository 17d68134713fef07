"""Bad input: asyncio's type of error, at the place of the mistake, and of plait a message that says what to do."""

import contextlib
import fractions
import math
import re
import types

import pytest


@pytest.fixture
def says(aio):
    """`says(caught, pattern)`: plait's message matches; stock's may say what it likes."""

    def says(caught, pattern):
        assert aio.__name__ != "plait" or re.search(pattern, str(caught.value), re.IGNORECASE), str(caught.value)

    return says


async def coroutine_function():
    pass


@pytest.mark.parametrize("bad", [None, 1, "text", coroutine_function, [1]])
async def test_awaiting_what_is_not_awaitable_is_a_type_error(aio, bad):
    async def body():
        await bad

    with pytest.raises(TypeError, match="await"):
        await aio.create_task(body())


async def test_a_task_that_awaits_itself_is_a_runtime_error(aio, says):
    async def body():
        await aio.current_task()

    with pytest.raises(RuntimeError, match="itself") as caught:
        await aio.create_task(body())
    says(caught, "await on itself.*: it would never end; await another task")


async def test_a_future_yielded_without_await_is_a_runtime_error(aio, says):
    @types.coroutine
    def body():
        yield aio.get_running_loop().create_future()

    with pytest.raises(RuntimeError, match="yield was used instead of yield from") as caught:
        await body()
    says(caught, "put `await` in the place of `yield`")


async def test_a_generator_yielded_is_a_runtime_error(aio, says):
    @types.coroutine
    def body():
        yield (number for number in range(3))

    with pytest.raises(RuntimeError, match="yield was used instead of yield from") as caught:
        await body()
    says(caught, "put `yield from` in the place of `yield`")


@pytest.mark.parametrize("bad", [1, "text", object(), (), False])
async def test_anything_else_yielded_is_a_runtime_error(aio, bad):
    @types.coroutine
    def body():
        yield bad

    with pytest.raises(RuntimeError, match="bad yield"):
        await body()


async def test_a_task_may_go_on_after_a_bad_yield(aio):
    @types.coroutine
    def body():
        try:
            yield 1
        except RuntimeError:
            yield
        return "recovered"

    assert await aio.create_task(wrapped(body())) == "recovered"


async def wrapped(awaitable):
    return await awaitable


async def test_a_task_of_a_finished_coroutine_is_a_runtime_error(aio):
    coro = coroutine_function()
    await coro
    with pytest.raises(RuntimeError, match="cannot reuse already awaited coroutine"):
        await aio.create_task(coro)


async def test_awaiting_a_finished_coroutine_is_a_runtime_error(aio):
    coro = coroutine_function()
    await coro
    with pytest.raises(RuntimeError, match="cannot reuse already awaited coroutine"):
        await coro


@pytest.mark.parametrize(
    "make", [lambda aio: aio.sleep(0), lambda aio: aio.sleep(0, "x"), lambda aio: aio.Event().wait()]
)
async def test_what_plait_makes_awaitable_is_awaited_once_as_coroutines_are(aio, make):
    async def body():
        awaitable = make(aio)
        async with aio.timeout(0.001):
            await awaitable
        with pytest.raises(RuntimeError, match="cannot reuse already awaited"):
            await awaitable

    with contextlib.suppress(TimeoutError):
        await body()


@pytest.mark.parametrize("settle", [lambda fut: fut.set_result(2), lambda fut: fut.set_exception(ValueError())])
async def test_settling_twice_is_an_invalid_state_that_tells_the_state(aio, says, settle):
    fut = aio.get_running_loop().create_future()
    fut.set_result(1)
    with pytest.raises(aio.InvalidStateError) as caught:
        settle(fut)
    says(caught, "finished|already|done")
    says(caught, r"result=1.*only once: ask done\(\)")


@pytest.mark.parametrize("bad", [1, "text", None, object, int])
async def test_an_exception_that_is_none_is_a_type_error(aio, bad, says):
    fut = aio.get_running_loop().create_future()
    with pytest.raises((TypeError, AttributeError)) as caught:
        fut.set_exception(bad)
    if aio.__name__ == "plait":
        assert caught.type is TypeError
    says(caught, f"exception was expected by set_exception.*got {re.escape(repr(bad))}: give one")
    assert not fut.done()


USES_OF_A_LOOP = {
    "call_soon": lambda loop: loop.call_soon(print),
    "call_soon_threadsafe": lambda loop: loop.call_soon_threadsafe(print),
    "call_later": lambda loop: loop.call_later(1, print),
    "call_at": lambda loop: loop.call_at(1, print),
    "run_forever": lambda loop: loop.run_forever(),
    "run_until_complete": lambda loop: loop.run_until_complete(loop.create_future()),
    "run_in_executor": lambda loop: loop.run_in_executor(None, print),
}


@pytest.mark.parametrize("use", USES_OF_A_LOOP.values(), ids=USES_OF_A_LOOP)
def test_using_a_closed_loop_is_a_runtime_error(loop, says, use):
    loop.close()
    with pytest.raises(RuntimeError, match=r"closed|shutdown") as caught:
        use(loop)
    says(caught, "Event loop is closed: make a new one")


def test_a_task_for_a_closed_loop_is_a_runtime_error(loop, says):
    loop.close()
    coro = coroutine_function()
    with pytest.raises(RuntimeError, match="closed") as caught:
        loop.create_task(coro)
    says(caught, "Event loop is closed: make a new one")
    coro.close()


def test_settling_a_future_of_a_closed_loop_that_is_awaited_is_a_runtime_error(aio, loop):
    fut = loop.create_future()
    fut.add_done_callback(print)
    loop.close()
    with pytest.raises(RuntimeError, match="closed"):
        fut.set_result(None)


def test_a_future_of_a_closed_loop_may_be_settled_and_read(loop):
    fut = loop.create_future()
    loop.close()
    fut.set_result("settled")
    assert fut.result() == "settled"


def test_awaiting_the_future_of_another_loop_is_a_runtime_error(aio, loop, says):
    fut = loop.create_future()

    async def main():
        await fut

    with pytest.raises(RuntimeError, match="attached to a different loop") as caught:
        aio.run(main())
    says(caught, "a different loop: make the future on the loop that runs this task")


def test_awaiting_the_future_of_a_closed_loop_is_a_runtime_error(aio, loop, says):
    fut = loop.create_future()
    loop.close()

    async def main():
        await fut

    with pytest.raises(RuntimeError, match="attached to a different loop") as caught:
        aio.run(main())
    says(caught, "that loop is closed: make the future anew")


def test_awaiting_the_task_of_another_loop_is_a_runtime_error(aio, loop):
    task = loop.create_task(coroutine_function())

    async def main():
        await task

    with pytest.raises(RuntimeError, match="attached to a different loop"):
        aio.run(main())
    loop.run_until_complete(task)


@pytest.mark.parametrize("bad", [None, 1, "text", print])
def test_run_until_complete_of_what_is_not_awaitable_is_a_type_error(loop, bad):
    with pytest.raises(TypeError):
        loop.run_until_complete(bad)


NAN_TIMES = {
    "sleep": lambda aio: aio.sleep(math.nan),
    "call_later": lambda aio: at_once(aio.get_running_loop().call_later(math.nan, print)),
    "call_at": lambda aio: at_once(aio.get_running_loop().call_at(math.nan, print)),
    "wait_for": lambda aio: aio.wait_for(aio.Event().wait(), math.nan),
    "timeout": lambda aio: enter(aio.timeout(math.nan)),
    "timeout_at": lambda aio: enter(aio.timeout_at(math.nan)),
    "wait": lambda aio: aio.wait([aio.get_running_loop().create_future()], timeout=math.nan),
    "as_completed": lambda aio: at_once(aio.as_completed([], timeout=math.nan)),
}


@pytest.mark.plait_only("a time that is NaN is refused everywhere, since no order of timers can hold it")
@pytest.mark.parametrize("name", NAN_TIMES)
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")
async def test_a_timeout_that_is_no_number_is_a_value_error(aio, name):
    with pytest.raises(ValueError, match=r"(?i)nan.*: give seconds") as caught:
        await NAN_TIMES[name](aio)
    assert name in ("sleep", "timeout_at") or f"{name}()" in str(caught.value)


async def at_once(made):
    pass


async def enter(block):
    async with block:
        pass


@pytest.mark.parametrize("bad", ["1", [], object()])
async def test_a_timeout_of_another_type_is_a_type_error(aio, bad):
    with pytest.raises(TypeError):
        await enter(aio.timeout(bad))
    with pytest.raises(TypeError):
        await aio.sleep(bad)


@pytest.mark.plait_only("what cannot be called is refused when it is scheduled, not when it runs")
@pytest.mark.parametrize("method", ["call_soon", "call_soon_threadsafe", "call_later", "call_at"])
@pytest.mark.parametrize("bad", [None, 1, "text"])
def test_a_callback_that_is_not_callable_is_a_type_error(loop, says, method, bad):
    first = [0] if method in ("call_later", "call_at") else []
    with pytest.raises(TypeError) as caught:
        getattr(loop, method)(*first, bad)
    says(caught, f"callable object was expected by {method}.*: give the function itself")


@pytest.mark.plait_only("what cannot be called is refused when it is given, not when it is to be called")
@pytest.mark.parametrize("bad", [None, 1, "text"])
@pytest.mark.parametrize("is_done", [False, True])
async def test_a_done_callback_that_is_not_callable_is_a_type_error(aio, bad, is_done):
    fut = aio.get_running_loop().create_future()
    if is_done:
        fut.set_result(None)
    with pytest.raises(TypeError, match="callable object was expected by add_done_callback"):
        fut.add_done_callback(bad)


@pytest.mark.plait_only("the message names the function and what it takes")
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda aio, loop: loop.call_later("1", print), r"call_later\(\) takes a delay .*number\), not str"),
        (lambda aio, loop: loop.call_later(None, print), r"call_later\(\) takes a delay .*number\), not NoneType"),
        (lambda aio, loop: loop.call_later(1j, print), r"call_later\(\) takes a delay .*number\), not complex"),
        (lambda aio, loop: loop.call_later(print, 0), r"call_later\(\) takes a delay in seconds, then the function"),
        (lambda aio, loop: loop.call_at("1", print), r"call_at\(\) takes a time .*number\), not str"),
        (
            lambda aio, loop: aio.wait_for(loop.create_future(), "1"),
            r"wait_for\(\) takes a timeout .*number\), not str",
        ),
        (
            lambda aio, loop: aio.wait_for(loop.create_future(), 1j),
            r"wait_for\(\) takes a timeout .*number\), not complex",
        ),
        (
            lambda aio, loop: aio.wait([loop.create_future()], timeout="1"),
            r"wait\(\) takes a timeout .*number\), not str",
        ),
        (lambda aio, loop: aio.timeout("1"), r"timeout\(\) takes a delay .*number\), not str"),
        (lambda aio, loop: aio.timeout_at("1"), r"timeout_at\(\) takes a time .*number\), not str"),
        (lambda aio, loop: aio.sleep("1"), r"sleep\(\) takes a delay .*number\), not str"),
        (lambda aio, loop: aio.sleep(None), r"sleep\(\) takes a delay .*number\), not NoneType"),
        (lambda aio, loop: aio.as_completed([], timeout="1"), r"as_completed\(\) takes a timeout .*number\), not str"),
        (lambda aio, loop: aio.Semaphore("x"), r"Semaphore\(\) takes how many .*number\), not str"),
        (lambda aio, loop: aio.BoundedSemaphore("x"), r"BoundedSemaphore\(\) takes how many .*number\), not str"),
        (lambda aio, loop: aio.Queue("x"), r"Queue\(\) takes how many .*number\), not str"),
        (lambda aio, loop: aio.PriorityQueue("x"), r"Queue\(\) takes how many .*number\), not str"),
        (lambda aio, loop: aio.Barrier("x"), r"Barrier\(\) takes how many .*number\), not str"),
        (lambda aio, loop: loop.run_in_executor(5, print), r"run_in_executor\(\) takes an executor .*not 5"),
        (lambda aio, loop: aio.Future(loop=5), r"event loop was expected as loop, got 5"),
        (lambda aio, loop: loop.call_soon(print, context=5), r"contextvars.Context was expected as context, got 5"),
    ],
)
async def test_an_argument_of_a_wrong_type_is_named(aio, call, message):
    async def call_and_await():
        await call(aio, aio.get_running_loop())

    with pytest.raises(TypeError, match=message):
        await call_and_await()


@pytest.mark.parametrize("number", [1, 0, True, 0.0, fractions.Fraction(1, 1000)])
async def test_numbers_of_every_kind_are_delays(aio, number):
    loop = aio.get_running_loop()
    loop.call_later(number, print).cancel()
    loop.call_at(number, print).cancel()
    await aio.sleep(number / 1000)
    async with aio.timeout(1 + number):
        pass


@pytest.mark.plait_only("times are floats")
def test_a_time_that_no_float_can_hold_is_an_overflow_error(loop):
    with pytest.raises(OverflowError):
        loop.call_at(10**400, print)


MAKES_A_TASK = {
    "create_task": lambda aio, loop, what: loop.create_task(what),
    "Task": lambda aio, loop, what: aio.Task(what, loop=loop),
    "ensure_future": lambda aio, loop, what: aio.ensure_future(what, loop=loop),
    "run_until_complete": lambda aio, loop, what: loop.run_until_complete(what),
    "run_coroutine_threadsafe": lambda aio, loop, what: aio.run_coroutine_threadsafe(what, loop),
}


@pytest.mark.parametrize("make", MAKES_A_TASK.values(), ids=MAKES_A_TASK)
def test_a_coroutine_function_where_a_coroutine_belongs_is_a_type_error(aio, loop, says, make):
    with pytest.raises(TypeError) as caught:
        make(aio, loop, coroutine_function)
    says(caught, r"coroutine_function.*(call it|call the function|\(\))")


@pytest.mark.parametrize("make", MAKES_A_TASK.values(), ids=MAKES_A_TASK)
@pytest.mark.parametrize("bad", [None, 1, "text", print])
def test_anything_else_where_a_coroutine_belongs_is_a_type_error(aio, loop, make, bad):
    with pytest.raises(TypeError):
        make(aio, loop, bad)


@pytest.mark.parametrize("name", ["gather", "shield", "wait_for"])
async def test_coroutine_functions_in_combinators_are_a_type_error(aio, name):
    with pytest.raises(TypeError):
        await getattr(aio, name)(coroutine_function, *([1] if name == "wait_for" else []))


def test_a_coroutine_as_a_callback_in_debug_mode_is_a_type_error(loop):
    loop.set_debug(True)
    coro = coroutine_function()
    with pytest.raises(TypeError, match="coroutine"):
        loop.call_soon(coro)
    coro.close()


def test_a_task_of_a_number_leaves_nothing_to_report(aio, loop, reports):
    with pytest.raises(TypeError):
        aio.Task(1, loop=loop)
    assert reports == []


def test_unknown_options_of_create_task_are_a_type_error(loop):
    coro = coroutine_function()
    with pytest.raises(TypeError):
        loop.create_task(coro, nickname="x")
    coro.close()


@pytest.mark.stock_since(3, 15)
@pytest.mark.parametrize("bad", ["context", 1, {}])
def test_a_task_context_that_is_none_is_a_type_error(loop, bad):
    coro = coroutine_function()
    with pytest.raises(TypeError):
        loop.create_task(coro, context=bad)
    coro.close()


@pytest.mark.parametrize("bad", ["context", 1, {}])
def test_a_context_that_is_none_is_refused_or_reported(loop, reports, bad):
    try:
        loop.call_soon(print, context=bad)
    except TypeError:
        return
    loop.call_soon(loop.stop)
    loop.run_forever()
    assert len(reports) == 1


def test_a_loop_that_is_none_is_a_type_error(aio):
    with pytest.raises((TypeError, AssertionError)):
        aio.set_event_loop("loop")


def test_running_a_loop_from_two_threads_is_a_runtime_error(aio, loop):
    import threading

    caught = []

    def run_too():
        try:
            loop.run_forever()
        except RuntimeError as error:
            caught.append(str(error))
        loop.call_soon_threadsafe(loop.stop)

    thread = threading.Thread(target=run_too)
    loop.call_soon(thread.start)
    loop.run_forever()
    thread.join()
    assert len(caught) == 1
    assert "already running" in caught[0]
