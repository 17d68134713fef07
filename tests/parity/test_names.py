"""Every name of the documentation's pages on coroutines, locks, queues, runners and the loop is there."""

import asyncio
import contextlib
import inspect

import pytest

RUNNERS = ["run", "Runner"]
COROUTINES_AND_TASKS = """
    ALL_COMPLETED FIRST_COMPLETED FIRST_EXCEPTION Task TaskGroup Timeout all_tasks as_completed create_task
    current_task ensure_future gather iscoroutine iscoroutinefunction run_coroutine_threadsafe shield sleep timeout
    timeout_at to_thread wait wait_for
""".split()  # noqa: SIM905
FUTURES = ["Future", "isfuture", "wrap_future"]
SYNCHRONIZATION = ["Barrier", "BoundedSemaphore", "Condition", "Event", "Lock", "Semaphore"]
QUEUES = ["LifoQueue", "PriorityQueue", "Queue", "QueueEmpty", "QueueFull"]
EXCEPTIONS = ["BrokenBarrierError", "CancelledError", "InvalidStateError", "TimeoutError"]
LOOPS = """
    AbstractEventLoop Handle TimerHandle get_event_loop get_running_loop new_event_loop set_event_loop
""".split()  # noqa: SIM905
SINCE_3_12 = ["create_eager_task_factory", "eager_task_factory"]
SINCE_3_13 = ["QueueShutDown"]

NAMES = [
    *RUNNERS,
    *COROUTINES_AND_TASKS,
    *FUTURES,
    *SYNCHRONIZATION,
    *QUEUES,
    *EXCEPTIONS,
    *LOOPS,
    *(pytest.param(name, marks=pytest.mark.stock_since(3, 12)) for name in SINCE_3_12),
    *(pytest.param(name, marks=pytest.mark.stock_since(3, 13)) for name in SINCE_3_13),
]

METHODS = {
    "Future": """add_done_callback cancel cancelled done exception get_loop remove_done_callback result set_exception
        set_result""",
    "Task": """cancel cancelled cancelling done exception get_coro get_name get_stack print_stack remove_done_callback
        result set_name uncancel add_done_callback""",
    "Timeout": "expired reschedule when",
    "TaskGroup": "create_task",
    "Runner": "close get_loop run",
    "Lock": "acquire locked release",
    "Event": "clear is_set set wait",
    "Condition": "notify notify_all wait wait_for",
    "Semaphore": "acquire locked release",
    "BoundedSemaphore": "acquire locked release",
    "Barrier": "abort reset wait",
    "Queue": "empty full get get_nowait join put put_nowait qsize task_done",
    "Handle": "cancel cancelled",
    "TimerHandle": "cancel cancelled when",
}

LOOP_METHODS = """
    add_reader add_signal_handler add_writer call_at call_exception_handler call_later call_soon call_soon_threadsafe
    close create_future create_task default_exception_handler get_debug get_exception_handler get_task_factory is_closed
    is_running remove_reader remove_signal_handler remove_writer run_forever run_in_executor run_until_complete
    set_debug set_default_executor set_exception_handler set_task_factory shutdown_asyncgens shutdown_default_executor
    stop time
""".split()  # noqa: SIM905


@pytest.mark.parametrize("name", NAMES)
def test_the_module_has(aio, name):
    assert getattr(aio, name) is not None
    assert name in aio.__all__ or name == "TaskGroup"  # Python 3.11 forgot it.


@pytest.mark.parametrize(
    ("kind", "method"), [(kind, name) for kind, names in METHODS.items() for name in names.split()]
)
def test_the_class_has(aio, kind, method):
    assert callable(getattr(getattr(aio, kind), method))


@pytest.mark.stock_since(3, 13)
def test_the_classes_have_what_came_later(aio):
    assert callable(aio.Queue.shutdown)
    assert callable(aio.Task.get_context)
    assert callable(aio.Handle.get_context)


@pytest.mark.parametrize("method", LOOP_METHODS)
def test_a_loop_has(loop, method):
    assert callable(getattr(loop, method))


def test_a_loop_is_an_abstract_event_loop(loop):
    assert isinstance(loop, asyncio.AbstractEventLoop)


@pytest.mark.parametrize("name", [*EXCEPTIONS, "QueueEmpty", "QueueFull"])
def test_exceptions_are_asyncios_own(aio, name):
    assert getattr(aio, name) is getattr(asyncio, name)


@pytest.mark.parametrize("name", ["ALL_COMPLETED", "FIRST_COMPLETED", "FIRST_EXCEPTION"])
def test_constants_are_asyncios_own(aio, name):
    assert getattr(aio, name) == getattr(asyncio, name)


# How arguments may be passed, as the documentation writes them.
SIGNATURES = {
    "create_task": "coro, **kwargs",
    "ensure_future": "coro_or_future, *, loop",
    "gather": "*coros_or_futures, return_exceptions",
    "shield": "arg",
    "sleep": "delay, result",
    "timeout": "delay",
    "timeout_at": "when",
    "to_thread": "func, /, *args, **kwargs",
    "wait": "fs, *, timeout, return_when",
    "wait_for": "fut, timeout",
    "as_completed": "fs, *, timeout",
    "run_coroutine_threadsafe": "coro, loop",
    "wrap_future": "future, *, loop",
    "current_task": "loop",
    "all_tasks": "loop",
    "iscoroutine": "obj",
    "isfuture": "obj",
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_keyword_arguments_are_named_as_documented(aio, name):
    """Builtins and compiled functions may hide their signature; those that tell it use asyncio's names."""
    try:
        parameters = inspect.signature(getattr(aio, name)).parameters
    except (TypeError, ValueError):
        return
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
    for expected in SIGNATURES[name].split(", "):
        assert expected[0] in "*/" or takes_any or expected in parameters or name in {"current_task", "all_tasks"}


async def test_keyword_arguments_are_taken(aio):
    loop, trace = aio.get_running_loop(), []
    assert aio.current_task(loop=loop) in aio.all_tasks(loop=loop)
    assert await aio.sleep(delay=0, result="slept") == "slept"
    assert await aio.wait_for(fut=aio.sleep(0, 1), timeout=1) == 1
    done, _ = await aio.wait(fs=[loop.create_future()], timeout=0, return_when=aio.FIRST_COMPLETED)
    assert done == set()
    async with aio.timeout(delay=None), aio.timeout_at(when=None):
        trace.append("inside")
    with contextlib.suppress(TimeoutError):
        await next(iter(aio.as_completed(fs=[loop.create_future()], timeout=0)))
    assert await aio.shield(arg=aio.sleep(0, 2)) == 2
    assert await aio.ensure_future(coro_or_future=aio.sleep(0, 3), loop=loop) == 3
    assert aio.Queue(maxsize=3).maxsize == 3
    assert aio.Semaphore(value=0).locked()
    assert aio.BoundedSemaphore(value=0).locked()
    assert aio.Barrier(parties=2).parties == 2
    assert aio.Condition(lock=aio.Lock()).locked() is False
    assert aio.Timeout(when=None).when() is None
    assert aio.run_coroutine_threadsafe(coro=aio.sleep(0), loop=loop).cancel()
    await aio.sleep(0)
