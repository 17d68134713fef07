"""`to_callback`, `concurrent_future`, `block_on` and `Portal`: from code that is not asynchronous."""

import asyncio
import concurrent.futures
import contextlib
import contextvars
import gc
import threading
from collections.abc import AsyncIterator
from types import ModuleType
from typing import Any

import pytest

from plait import bridge


async def double(number: int) -> int:
    await asyncio.sleep(0)
    if number < 0:
        raise ValueError("negative")
    return 2 * number


async def test_result_goes_to_one_callback_and_error_to_the_other(aio: ModuleType, turns: Any) -> None:
    called: list[Any] = []
    for number in (2, -1):
        task = bridge.to_callback(double(number), called.append, lambda error: called.append(str(error)))
        assert isinstance(task, asyncio.Task)
    await turns()
    assert called == [4, "negative"]


async def test_the_task_is_kept(aio: ModuleType, turns: Any) -> None:
    called: list[Any] = []
    ready: list[Any] = []

    async def wait() -> int:
        future = asyncio.get_running_loop().create_future()
        ready.append(future.set_result)
        del future
        return await double(1)

    bridge.to_callback(wait(), called.append)
    gc.collect()
    await turns()
    assert called == [2]


async def test_cancelled_task_calls_on_error(aio: ModuleType, turns: Any) -> None:
    called: list[Any] = []
    task = bridge.to_callback(double(1), called.append, lambda error: called.append(type(error)))
    task.cancel()
    await turns()
    assert called == [asyncio.CancelledError]
    bridge.to_callback(double(1)).cancel()
    await turns()


async def test_failures_that_nobody_takes_are_reported(aio: ModuleType, turns: Any, reports: Any) -> None:
    bridge.to_callback(double(-1), lambda _: None)
    bridge.to_callback(double(1), lambda number: 1 / (number - 2))
    bridge.to_callback(double(1), lambda number: double(number))
    await turns()
    assert sorted(reports.exceptions) == ["None", "ValueError('negative')", "ZeroDivisionError('division by zero')"]


async def test_callbacks_that_would_do_nothing_are_refused(aio: ModuleType) -> None:
    async def coroutine(_: Any) -> None: ...

    def generator(_: Any) -> Any:
        yield

    for wrong in (coroutine, generator, 5):
        future = asyncio.get_running_loop().create_future()
        with pytest.raises(TypeError, match="callback"):
            bridge.to_callback(future, wrong)  # type: ignore[arg-type]
    made: list[Any] = []
    bridge.to_callback(double(1), lambda number: made.append(complex(number)))


def test_without_a_loop_the_fix_is_named(aio: ModuleType) -> None:
    coroutine = double(1)
    for function in (bridge.to_callback, bridge.concurrent_future):
        with pytest.raises(RuntimeError, match="use a Portal"):
            function(coroutine)
    coroutine.close()


async def test_concurrent_future_is_for_other_threads(aio: ModuleType) -> None:
    future = bridge.concurrent_future(double(3))
    assert isinstance(future, concurrent.futures.Future)
    assert await bridge.thread(future.result, 10) == 6
    assert future.result() == 6
    failed = bridge.concurrent_future(double(-3))
    assert isinstance(await bridge.thread(failed.exception, 10), ValueError)


async def test_cancelled_concurrent_future_cancels_the_coroutine(aio: ModuleType, turns: Any) -> None:
    ended: list[int] = []

    async def wait() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.append(1)

    future = bridge.concurrent_future(wait())
    await turns()
    await bridge.thread(future.cancel)
    await turns()
    assert ended == [1]


async def test_waiting_for_it_in_the_loops_thread_is_refused(aio: ModuleType) -> None:
    future = bridge.concurrent_future(double(3))
    for wait in (future.result, future.exception):
        with pytest.raises(bridge.SelfDeadlock, match="wait in another thread"):
            wait()
        with pytest.raises(TimeoutError):
            wait(0)
    assert await asyncio.wrap_future(future) == 6


async def test_so_is_waiting_for_run_coroutine_threadsafe(aio: ModuleType) -> None:
    if aio is asyncio:
        pytest.skip("stock asyncio's own function hangs")
    future = aio.run_coroutine_threadsafe(double(1), asyncio.get_running_loop())
    with pytest.raises(bridge.SelfDeadlock):
        future.result()
    assert await asyncio.wrap_future(future) == 2


# block_on


def test_block_on_in_plain_code(aio: ModuleType) -> None:
    assert bridge.block_on(double(2)) == 4
    with pytest.raises(ValueError, match="negative"):
        bridge.block_on(double(-2))
    with pytest.raises(TypeError, match=r"double\(\)"):
        bridge.block_on(double)  # type: ignore[arg-type]


async def test_block_on_in_a_worker_uses_its_loop(aio: ModuleType) -> None:
    loop = asyncio.get_running_loop()

    async def which() -> bool:
        await aio.sleep(0)
        return asyncio.get_running_loop() is loop

    assert await bridge.thread(lambda: bridge.block_on(which())) is True


async def test_block_on_a_task_of_a_loop_in_another_thread(aio: ModuleType) -> None:
    task = asyncio.get_running_loop().create_task(double(4))
    assert await asyncio.get_running_loop().run_in_executor(None, bridge.block_on, task) == 8


def test_block_on_a_future_of_a_loop_that_does_not_run(aio: ModuleType, loop: Any) -> None:
    future = loop.create_future()
    loop.call_soon(future.set_result, 3)
    assert bridge.block_on(future) == 3


async def test_block_on_under_a_running_loop(aio: ModuleType) -> None:
    def not_asynchronous(number: int) -> int:
        return bridge.block_on(double(number))  # type: ignore[no-any-return]

    assert not_asynchronous(3) == 6


async def test_block_on_a_task_of_plaits_running_loop(aio: ModuleType) -> None:
    if aio is asyncio:
        pytest.skip("a stock loop cannot turn inside a call")
    assert bridge.block_on(asyncio.get_running_loop().create_task(double(4))) == 8


async def test_block_on_what_belongs_to_a_standing_loop_is_refused(aio: ModuleType) -> None:
    if aio is not asyncio:
        pytest.skip("plait's loop can turn inside a call")
    task = asyncio.get_running_loop().create_task(double(4))
    with pytest.raises(bridge.SelfDeadlock, match="stands still"):
        bridge.block_on(task)
    assert await task == 8


# Portal


@pytest.fixture
def portal(aio: ModuleType) -> Any:
    with bridge.Portal(loop_factory=aio.new_event_loop) as portal:
        yield portal


def test_portal_calls_and_submits(portal: Any) -> None:
    assert portal.call(double, 2) == 4
    assert portal.call(threading.get_ident) != threading.get_ident()
    assert portal.submit(double, 3).result(10) == 6
    with pytest.raises(ValueError, match="negative"):
        portal.call(double, -1)
    with pytest.raises(TypeError, match="its arguments apart"):
        portal.call(double(1)) if (coroutine := double(1)).close() else portal.call(coroutine)


def test_portal_enters_asynchronous_context_managers(portal: Any) -> None:
    steps: list[str] = []

    @contextlib.asynccontextmanager
    async def managed() -> AsyncIterator[int]:
        steps.append("in")
        try:
            yield 5
        except KeyError:
            steps.append("handled")
        steps.append("out")

    with portal.enter(managed()) as value:
        assert value == 5
    with portal.enter(managed()):
        raise KeyError
    assert steps == ["in", "out", "in", "handled", "out"]


def test_portal_enters_and_leaves_in_one_task_and_context(portal: Any) -> None:
    variable: contextvars.ContextVar[int] = contextvars.ContextVar("variable")

    @contextlib.asynccontextmanager
    async def managed() -> AsyncIterator[int]:
        task, token = asyncio.current_task(), variable.set(1)
        async with asyncio.timeout(60):
            try:
                yield 5
            finally:
                assert asyncio.current_task() is task
                variable.reset(token)

    with portal.enter(managed()) as value:
        assert value == 5
    with pytest.raises(KeyError) as caught, portal.enter(managed()):
        raise KeyError("of the block")
    assert caught.value.__context__ is None


@pytest.mark.parametrize("fails", [False, True])
def test_portal_leaves_what_is_interrupted_in_its_block(portal: Any, fails: bool) -> None:
    left = threading.Event()

    @contextlib.asynccontextmanager
    async def managed(how: Any) -> AsyncIterator[None]:
        async with how() as manager:
            try:
                if isinstance(manager, asyncio.TaskGroup):
                    manager.create_task(double(-1))
                yield
            finally:
                left.set()

    for how, error in ((lambda: asyncio.timeout(0.001), TimeoutError), (asyncio.TaskGroup, ExceptionGroup)):
        left.clear()
        with pytest.raises(error) as caught, portal.enter(managed(how)):
            block(left, fails)
        assert repr(caught.value.__context__).startswith("KeyError") or not fails


def block(left: threading.Event, fails: bool) -> None:
    """Lasts until its context manager was left."""
    assert left.wait(10)
    if fails:
        raise KeyError("of the block")


def test_interruption_that_is_swallowed_hides_no_error_of_the_block(portal: Any) -> None:
    left = threading.Event()

    @contextlib.asynccontextmanager
    async def managed() -> AsyncIterator[None]:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.001):
                yield
        left.set()

    with portal.enter(managed()):
        block(left, False)
    left.clear()
    with pytest.raises(KeyError), portal.enter(managed()):
        block(left, True)


@pytest.mark.parametrize("cancels", [False, True])
def test_portal_that_stops_leaves_what_threads_are_in(aio: ModuleType, in_thread: Any, cancels: bool) -> None:
    portal = bridge.Portal(loop_factory=aio.new_event_loop).start()
    entered, stopped, steps = threading.Event(), threading.Event(), []

    @contextlib.asynccontextmanager
    async def managed() -> AsyncIterator[None]:
        try:
            yield
        finally:
            await asyncio.sleep(0)
            steps.append("left")

    def visit() -> None:
        try:
            with portal.enter(managed()):
                entered.set()
                assert stopped.wait(10)
        except bridge.PortalStopped as error:
            steps.append("while a thread was in" in str(error))

    thread = in_thread(visit)
    assert entered.wait(10)
    portal.stop(cancel_remaining=cancels)
    stopped.set()
    thread.join(10)
    assert steps == ["left", True]


def test_portal_is_left_when_its_calls_have_ended(aio: ModuleType) -> None:
    gate = threading.Event()

    async def wait() -> str:
        await asyncio.get_running_loop().run_in_executor(None, gate.wait, 10)
        return "done"

    with bridge.Portal(loop_factory=aio.new_event_loop) as portal:
        future = portal.submit(wait)
        gate.set()
    assert future.result(0) == "done"


def test_stopped_with_work_in_flight_each_caller_hears_of_it(aio: ModuleType, in_thread: Any) -> None:
    portal = bridge.Portal(loop_factory=aio.new_event_loop).start()
    entered = threading.Semaphore(0)

    async def wait() -> None:
        entered.release()
        await asyncio.get_running_loop().create_future()

    raised: list[BaseException] = []

    def caller() -> None:
        try:
            portal.call(wait)
        except BaseException as error:
            raised.append(error)

    future, thread = portal.submit(wait), in_thread(caller)
    for _ in range(2):
        assert entered.acquire(timeout=10)
    portal.stop(cancel_remaining=True)
    thread.join(10)
    assert [type(error) for error in raised] == [bridge.PortalStopped]
    with pytest.raises(bridge.PortalStopped, match=r"while .*wait.* was under way"):
        future.result(0)
    for use in (lambda: portal.call(double, 1), lambda: portal.submit(double, 1), lambda: portal.loop, portal.start):
        with pytest.raises(bridge.PortalStopped):
            use()
    portal.stop()


def test_portal_that_was_not_started_says_so(aio: ModuleType) -> None:
    with pytest.raises(bridge.PortalStopped, match="has not been started"):
        bridge.Portal().call(double, 1)


def test_portal_whose_loop_cannot_be_made_raises_where_it_is_started(aio: ModuleType) -> None:
    def no_loop() -> Any:
        raise OSError("no descriptors")

    with pytest.raises(OSError, match="no descriptors"):
        bridge.Portal(loop_factory=no_loop).start()


def test_waiting_for_the_portal_in_its_own_thread_is_refused(portal: Any) -> None:
    async def wrong(function: Any, *args: Any) -> None:
        with pytest.raises(bridge.SelfDeadlock):
            function(*args)

    portal.call(wrong, portal.call, double, 1)
    portal.call(wrong, portal.stop)


def test_cancelled_future_of_a_portal_cancels_the_call(portal: Any) -> None:
    entered, ended = threading.Event(), threading.Event()

    async def wait() -> None:
        entered.set()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.set()

    future = portal.submit(wait)
    assert entered.wait(10)
    assert future.cancel()
    assert ended.wait(10)


def test_a_program_that_never_stops_its_portal_ends(run_script: Any) -> None:
    ended = run_script(
        """
        import asyncio
        from plait import bridge

        async def wait(entered):
            entered.set()
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                print("cleaned up")

        import threading
        portal = bridge.Portal(loop_factory=aio.new_event_loop).start()
        entered = threading.Event()
        portal.submit(wait, entered)
        entered.wait(10)
        """
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "cleaned up\n", "")
