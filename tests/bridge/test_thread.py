"""`bridge.thread`: context, limits, cancellation that reaches the worker, and what comes too late."""

import asyncio
import contextvars
import threading
from types import ModuleType
from typing import Any

import pytest

from plait import bridge
from plait.base import limits
from plait.bridge import from_thread

variable: contextvars.ContextVar[int] = contextvars.ContextVar("variable", default=0)


class Gate:
    """A blocking function that says when it is in, and goes on when it may."""

    def __init__(self) -> None:
        self.inside = threading.Event()
        self.open = threading.Event()
        self.calls = 0

    def __call__(self, outcome: Any = None) -> Any:
        self.calls += 1
        self.inside.set()
        assert self.open.wait(30)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def until_cancelled(self) -> None:
        self.inside.set()
        while not self.open.wait(0.001):
            bridge.check_cancelled()

    async def entered(self) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self.inside.wait, 30)


def begin(coroutine: Any) -> Any:
    return asyncio.get_running_loop().create_task(coroutine)


async def call(*args: Any, **kwargs: Any) -> Any:
    return await bridge.thread(*args, **kwargs)


async def test_result_exception_and_arguments(aio: ModuleType) -> None:
    assert await bridge.thread(divmod, 7, 2) == (3, 1)
    assert await bridge.thread(dict, a=1) == {"a": 1}
    with pytest.raises(ZeroDivisionError):
        await bridge.thread(divmod, 1, 0)
    assert await bridge.thread(threading.get_ident) != threading.get_ident()


async def test_exceptions_that_are_special_to_awaits(aio: ModuleType) -> None:
    def stop() -> None:
        raise StopIteration(3)

    with pytest.raises(RuntimeError, match="StopIteration"):
        await bridge.thread(stop)


async def test_context_variables_are_kept(aio: ModuleType) -> None:
    variable.set(7)
    assert await bridge.thread(variable.get) == 7
    await bridge.thread(variable.set, 8)
    assert variable.get() == 7


async def test_no_more_at_a_time_than_the_limiter_has_tokens(aio: ModuleType) -> None:
    limiter, gate = bridge.CapacityLimiter(2), Gate()
    tasks = [begin(call(gate, number, limiter=limiter)) for number in range(5)]
    await gate.entered()
    for _ in range(20):
        await aio.sleep(0)
    assert (limiter.borrowed_tokens, limiter.available_tokens) == (2, 0)
    assert gate.calls <= 2
    gate.open.set()
    assert await aio.gather(*tasks) == [0, 1, 2, 3, 4]
    assert limiter.borrowed_tokens == 0


async def test_purposes_do_not_wait_for_each_other(aio: ModuleType) -> None:
    slow, gate = bridge.CapacityLimiter(1), Gate()
    task = begin(call(gate, limiter=slow))
    await gate.entered()
    assert await bridge.thread(int, 5) == 5
    gate.open.set()
    await task


async def test_semaphore_as_limiter_keeps_its_permit_for_an_abandoned_thread(aio: ModuleType, turns: Any) -> None:
    semaphore, gate = aio.Semaphore(1), Gate()
    task = begin(call(gate, limiter=semaphore, abandon_on_cancel=True))
    await gate.entered()
    task.cancel()
    await turns()
    assert task.cancelled()
    assert semaphore.locked()
    gate.open.set()
    async with semaphore:
        pass


def test_semaphore_gets_its_permit_back_when_the_loop_is_closed_before(aio: ModuleType, turns: Any) -> None:
    semaphore, gate = aio.Semaphore(1), Gate()

    async def abandon() -> None:
        task = begin(call(gate, limiter=semaphore, abandon_on_cancel=True))
        await gate.entered()
        task.cancel()
        await turns()

    async def wait() -> None:
        waiting = begin(semaphore.acquire())
        await turns()
        gate.open.set()
        assert await aio.wait_for(waiting, 30)

    aio.run(abandon())
    aio.run(wait())
    semaphore.release()


async def test_limiter_can_be_held_by_hand_and_resized(aio: ModuleType, turns: Any) -> None:
    limiter = bridge.CapacityLimiter(1)
    async with limiter:
        waiting = begin(call(int, 1, limiter=limiter))
        await turns()
        assert not waiting.done()
        limiter.total_tokens = 2
        assert await waiting == 1
    with pytest.raises(RuntimeError, match="release"):
        limiter.release()
    for wrong, error in ((0, ValueError), (1.5, TypeError)):
        with pytest.raises(error, match="total_tokens"):
            bridge.CapacityLimiter(wrong)


async def test_cancelled_while_it_waits_for_a_token_never_begins(aio: ModuleType, turns: Any) -> None:
    limiter, called = bridge.CapacityLimiter(1), []
    async with limiter:
        task = begin(call(called.append, 1, limiter=limiter))
        await turns()
        task.cancel()
        await turns()
        assert task.cancelled()
    assert (called, limiter.borrowed_tokens) == ([], 0)


async def test_cancelled_the_worker_hears_of_it(aio: ModuleType) -> None:
    gate = Gate()
    task = begin(call(gate.until_cancelled))
    await gate.entered()
    task.cancel("enough")
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_cancelled_it_waits_for_the_worker_and_counts_its_result(
    aio: ModuleType, turns: Any, ignored: Any
) -> None:
    gate = Gate()
    task = begin(call(gate, "late"))
    await gate.entered()
    for _ in range(3):
        task.cancel()
        await turns()
        assert not task.done()
    gate.open.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ignored().results == 1


async def test_cancelled_what_the_worker_raises_is_raised(aio: ModuleType, turns: Any) -> None:
    gate = Gate()
    task = begin(call(gate, ValueError("not written")))
    await gate.entered()
    task.cancel()
    await turns()
    gate.open.set()
    with pytest.raises(ValueError, match="not written"):
        await task


async def test_abandoned_the_await_ends_at_once(aio: ModuleType, ignored: Any) -> None:
    gate = Gate()
    limiter = bridge.CapacityLimiter(1)
    task = begin(call(gate, "late", abandon_on_cancel=True, limiter=limiter))
    await gate.entered()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert limiter.borrowed_tokens == 1
    gate.open.set()
    await limiter.acquire()
    while not ignored().results:  # the worker counts it, on its own thread
        await aio.sleep(0.001)
    assert ignored().results == 1


async def test_abandoned_its_failure_is_reported(aio: ModuleType, reports: Any) -> None:
    gate = Gate()
    limiter = bridge.CapacityLimiter(1)
    task = begin(call(gate, ValueError("late"), abandon_on_cancel=True, limiter=limiter))
    await gate.entered()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    gate.open.set()
    while not reports:
        await aio.sleep(0.001)
    assert reports.exceptions == ["ValueError('late')"]
    assert "abandoned" in reports[0]["message"]


def test_abandoned_and_the_loop_closed_its_failure_is_told(aio: ModuleType, monkeypatch: Any) -> None:
    gate, told = Gate(), []
    monkeypatch.setattr(threading, "excepthook", lambda args: told.append(repr(args.exc_value)))
    before = set(threading.enumerate())

    async def main() -> None:
        task = begin(call(gate, ValueError("late"), abandon_on_cancel=True))
        await gate.entered()
        task.cancel()

    aio.run(main())
    gate.open.set()
    [worker] = [thread for thread in set(threading.enumerate()) - before if thread.name.startswith("plait bridge")]
    while not told:
        worker.join(0.001)
    assert told == ["ValueError('late')"]


async def test_worker_that_does_not_listen_is_reported(aio: ModuleType, reports: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(limits, "CANCEL_PATIENCE_SECONDS", 0.001)
    gate = Gate()
    task = begin(call(gate))
    await gate.entered()
    task.cancel()
    while not reports:
        await aio.sleep(0.001)
    gate.open.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert "check_cancelled" in reports[0]["message"]
    assert "in wait" in reports[0]["message"]


async def test_what_needs_no_thread_is_refused(aio: ModuleType) -> None:
    with pytest.raises(TypeError, match="is a coroutine function"):
        bridge.thread(call)
    with pytest.raises(TypeError, match="needs a function"):
        bridge.thread(None)
    with pytest.raises(TypeError, match="limiter must be"):
        bridge.thread(int, limiter=5)
    with pytest.raises(RuntimeError, match="did not start"):
        bridge.check_cancelled()


async def test_coroutine_runs_on_the_loop_for_its_worker(aio: ModuleType) -> None:
    loop, thread = asyncio.get_running_loop(), threading.get_ident()

    async def work(number: int) -> Any:
        await aio.sleep(0)
        return number, threading.get_ident() == thread, asyncio.get_running_loop() is loop, variable.get()

    def worker() -> Any:
        variable.set(5)
        return from_thread.run(work, 3)

    assert await bridge.thread(worker) == (3, True, True, 5)
    assert await bridge.thread(from_thread.call, threading.get_ident) == thread


async def test_exception_comes_back_to_the_worker(aio: ModuleType) -> None:
    async def fail() -> None:
        await aio.sleep(0)
        raise KeyError("x")

    def worker() -> str:
        with pytest.raises(KeyError):
            from_thread.run(fail)
        with pytest.raises(ZeroDivisionError):
            from_thread.call(divmod, 1, 0)
        return "caught"

    assert await bridge.thread(worker) == "caught"


async def test_cancelled_what_the_worker_waits_for_is_cancelled(aio: ModuleType, turns: Any) -> None:
    entered, ended = asyncio.Event(), []

    async def wait() -> None:
        entered.set()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.append(1)

    def worker() -> None:
        try:
            from_thread.run(wait)
        finally:
            with pytest.raises(asyncio.CancelledError):
                from_thread.run(wait)  # from now on it does not begin

    task = begin(call(worker))
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == [1]


async def test_wrong_kinds_of_function_from_a_thread(aio: ModuleType) -> None:
    def worker() -> None:
        with pytest.raises(TypeError, match=r"use from_thread\.run"):
            from_thread.call(call, int)
        with pytest.raises(TypeError, match="not an awaitable"):
            from_thread.run(int)
        with pytest.raises(TypeError, match="a function is needed"):
            from_thread.run(5)

    await bridge.thread(worker)


async def test_a_thread_of_no_loop_names_one(aio: ModuleType) -> None:
    loop, answers = asyncio.get_running_loop(), []

    def worker() -> None:
        with pytest.raises(RuntimeError, match="give loop="):
            from_thread.run(call, int, 3)
        answers.append(from_thread.run(call, int, 3, loop=loop))

    await loop.run_in_executor(None, worker)
    assert answers == [3]


async def test_waiting_for_itself_is_refused(aio: ModuleType) -> None:
    loop = asyncio.get_running_loop()
    with pytest.raises(bridge.SelfDeadlock, match="await it instead"):
        from_thread.run(call, int, loop=loop)


def test_a_loop_that_is_closed_leaves_no_thread_waiting(aio: ModuleType, loop: Any, in_thread: Any) -> None:
    raised: list[BaseException] = []

    def wait() -> None:
        try:
            from_thread.run(loop.create_future, loop=loop)
        except BaseException as error:
            raised.append(error)

    thread = in_thread(wait)
    while not aio.all_tasks(loop):
        loop.call_soon(loop.stop)
        loop.run_forever()
    [task] = aio.all_tasks(loop)
    task._log_destroy_pending = False
    loop.close()
    thread.join(10)
    assert [type(error) for error in raised] == [bridge.LoopClosed]
    task.get_coro().close()
