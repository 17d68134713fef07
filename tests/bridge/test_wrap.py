"""`bridge.wrap`: futures and handles of the standard library's worlds, and of whatever is registered."""

import asyncio
import concurrent.futures
import multiprocessing.pool
import multiprocessing.resource_tracker
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from plait import bridge
from plait.base import limits
from plait.bridge.worlds import registry


@pytest.fixture(scope="module", autouse=True)
def resource_tracker() -> None:
    """A process that multiprocessing starts once, and keeps."""
    multiprocessing.resource_tracker.ensure_running()


@pytest.fixture
def executor(nothing_left_behind: None) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as executor:
        yield executor


@pytest.fixture
def own_worlds(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is gone afterwards."""
    monkeypatch.setattr(registry, "_known", dict(registry._known))
    monkeypatch.setattr(registry, "_entry_points_are_read", False)


@pytest.fixture
def other(aio: ModuleType) -> Iterator[Any]:
    """A loop that another thread runs."""
    loop = aio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    if not loop.is_closed():
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def until(condition: Any) -> None:
    while not condition():  # noqa: ASYNC110  (another thread or process does it)
        await asyncio.sleep(0.001)


# Futures of executors.


async def test_concurrent_future_gives_its_result(aio: ModuleType, executor: ThreadPoolExecutor) -> None:
    assert await bridge.wrap(executor.submit(abs, -1)) == 1
    done = executor.submit(abs, -2)
    done.result()
    assert await bridge.wrap(done) == 2


async def test_concurrent_future_raises_its_error(aio: ModuleType, executor: ThreadPoolExecutor) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        await bridge.wrap(executor.submit(int, "x"))


async def test_cancelling_cancels_a_concurrent_future(aio: ModuleType) -> None:
    future: concurrent.futures.Future[None] = concurrent.futures.Future()
    waiting = aio.create_task(aio.wait_for(bridge.wrap(future), 10))
    await aio.sleep(0.001)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert future.cancelled()


async def test_cancelled_concurrent_future_is_a_cancellation(aio: ModuleType) -> None:
    future: concurrent.futures.Future[None] = concurrent.futures.Future()
    future.cancel()
    with pytest.raises(asyncio.CancelledError):
        await bridge.wrap(future)


# Futures of other loops.


async def test_future_of_this_loop_is_awaited(aio: ModuleType) -> None:
    future = aio.get_running_loop().create_future()
    future.set_result(5)
    assert await bridge.wrap(future) == 5


async def test_task_of_another_loop_gives_its_result(aio: ModuleType, other: Any) -> None:
    future = concurrent.futures.Future[Any]()
    other.call_soon_threadsafe(lambda: future.set_result(other.create_task(asyncio.sleep(0.01, 7))))
    assert await bridge.wrap(await bridge.wrap(future)) == 7


async def test_error_of_another_loop_is_raised(aio: ModuleType, other: Any) -> None:
    future = other.create_future()
    other.call_soon_threadsafe(future.set_exception, KeyError("there"))
    with pytest.raises(KeyError, match="there"):
        await bridge.wrap(future)


async def test_cancelling_cancels_the_future_of_another_loop(aio: ModuleType, other: Any) -> None:
    future = other.create_future()
    waiting = aio.ensure_future(bridge.wrap(future))
    await aio.sleep(0.002)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await until(future.cancelled)


async def test_closed_loop_loses_its_futures(aio: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "OTHER_LOOP_LOOK_SECONDS", 0.001)
    other = aio.new_event_loop()
    pending, done = other.create_future(), other.create_future()
    waiting = aio.ensure_future(bridge.wrap(pending))
    await aio.sleep(0.002)
    done.set_result(3)
    other.close()
    with pytest.raises(bridge.WorkLost, match="is closed, so that it will never be done"):
        await waiting
    assert await bridge.wrap(done) == 3
    with pytest.raises(bridge.WorkLost):
        await bridge.wrap(pending)


async def test_plait_and_asyncio_await_each_others_futures(aio: ModuleType) -> None:
    import plait

    stranger = asyncio if aio is plait else plait
    answers: list[int] = []

    async def theirs() -> int:
        await stranger.sleep(0.001)
        return 9

    ready = threading.Event()
    shared: list[Any] = []

    async def main() -> None:
        shared.append(asyncio.ensure_future(theirs()))
        ready.set()
        answers.append(await shared[0])

    thread = threading.Thread(target=stranger.run, args=(main(),))
    thread.start()
    await until(ready.is_set)
    assert await bridge.wrap(shared[0]) == 9
    await bridge.wrap(thread)
    assert answers == [9]


# Pools, processes, threads.


async def test_result_of_a_pool(aio: ModuleType) -> None:
    with multiprocessing.pool.ThreadPool(1) as pool:
        assert await bridge.wrap(pool.apply_async(abs, (-1,))) == 1
        assert await bridge.wrap(pool.map_async(abs, (-1, -2))) == [1, 2]
        with pytest.raises(ValueError, match="invalid literal"):
            await bridge.wrap(pool.apply_async(int, ("x",)))
        pool.close()
        pool.join()


async def test_terminated_pool_loses_its_jobs(aio: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "OTHER_LOOP_LOOK_SECONDS", 0.002)
    began, go = threading.Event(), threading.Event()

    def hold() -> None:
        began.set()
        go.wait()

    pool = multiprocessing.pool.ThreadPool(1)
    pool.apply_async(hold)
    waiting = aio.ensure_future(bridge.wrap(pool.apply_async(abs, (-1,))))
    await until(began.is_set)
    threading.Timer(0.02, go.set).start()
    await aio.to_thread(pool.terminate)
    with pytest.raises(bridge.WorkLost, match="was terminated before the job was done"):
        await waiting
    pool.join()


@pytest.mark.parametrize("by_thread", [False, True])
async def test_child_process_gives_its_return_code(
    aio: ModuleType, by_thread: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if by_thread:
        monkeypatch.setattr("os.pidfd_open", refuse, raising=False)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(0.05); raise SystemExit(3)"]) as child:  # noqa: ASYNC220
        assert await bridge.wrap(child) == 3
        assert await bridge.wrap(child) == 3


def refuse(*_: Any) -> None:
    raise OSError("not here")


@pytest.mark.parametrize("by_thread", [False, True])
async def test_cancelling_terminates_a_child_process(
    aio: ModuleType, by_thread: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if by_thread:
        monkeypatch.setattr("os.pidfd_open", refuse, raising=False)
    with subprocess.Popen(["sleep", "60"]) as child:  # noqa: ASYNC220
        waiting = aio.ensure_future(bridge.wrap(child))
        await aio.sleep(0.001)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert child.wait() == -15


async def test_thread_is_waited_for(aio: ModuleType) -> None:
    go = threading.Event()
    thread = threading.Thread(target=go.wait)
    with pytest.raises(RuntimeError, match="was not started"):
        await bridge.wrap(thread)
    thread.start()
    aio.get_running_loop().call_later(0.002, go.set)
    assert await bridge.wrap(thread) is None
    assert not thread.is_alive()
    assert await bridge.wrap(thread) is None


async def test_thread_cannot_wait_for_itself(aio: ModuleType) -> None:
    with pytest.raises(bridge.SelfDeadlock):
        await bridge.wrap(threading.current_thread())


async def test_cancelled_wait_leaves_a_thread_alone(aio: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "OTHER_LOOP_LOOK_SECONDS", 0.002)
    go = threading.Event()
    thread = threading.Thread(target=go.wait)
    thread.start()
    waiting = aio.ensure_future(bridge.wrap(thread))
    await aio.sleep(0.001)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert thread.is_alive()
    go.set()


# The registry.


class Promise:
    """A future of nobody's world."""

    def __init__(self, value: int) -> None:
        self.value = value


class Pledge(Promise):
    pass


async def adapted(promise: Promise) -> int:
    return promise.value


async def test_what_is_registered_is_awaited(aio: ModuleType, own_worlds: None) -> None:
    with pytest.raises(TypeError, match=r"tell it by bridge\.register\(.*\.Promise, adapter\)"):
        await bridge.wrap(Promise(1))
    bridge.register(Promise, adapted)
    assert [await bridge.wrap(Promise(1)), await bridge.wrap(Pledge(2))] == [1, 2]


async def test_nearest_class_decides(aio: ModuleType, own_worlds: None) -> None:
    async def negated(promise: Promise) -> int:
        return -promise.value

    bridge.register(Promise, adapted)
    bridge.register(f"{__name__}.Pledge", negated)
    assert [await bridge.wrap(Promise(1)), await bridge.wrap(Pledge(2))] == [1, -2]


async def test_entry_points_are_asked(aio: ModuleType, own_worlds: None, monkeypatch: pytest.MonkeyPatch) -> None:
    point = metadata.EntryPoint(f"{__name__}.Promise", f"{__name__}:adapted", registry.ENTRY_POINTS)
    monkeypatch.setattr(metadata, "entry_points", lambda group: [point] if group == registry.ENTRY_POINTS else [])
    assert [await bridge.wrap(Promise(1)), await bridge.wrap(Pledge(2))] == [1, 2]


async def test_coroutine_is_awaited_as_it_is(aio: ModuleType) -> None:
    assert await bridge.wrap(aio.sleep(0, 4)) == 4


def test_bad_registrations_are_refused() -> None:
    with pytest.raises(TypeError, match="adapter is a function"):
        bridge.register(Promise, 5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a class or its full name, got 5"):
        bridge.register(5, adapted)  # type: ignore[arg-type]


def test_nothing_of_other_worlds_is_imported(run_script: Any) -> None:
    ended = run_script(
        """
        import sys
        from plait import bridge
        bridge.wrap, bridge.map
        async def main():
            try:
                bridge.wrap(object())
            except TypeError:
                pass
            print([x async for x in bridge.map(abs, [-1])])
        aio.run(main())
        worlds = ("distributed", "dask", "ray", "twisted", "celery", "multiprocessing", "cloudpickle", "tqdm", "rich")
        print([name for name in worlds if name in sys.modules])
        """
    )
    assert (ended.stdout, ended.stderr) == ("[1]\n[]\n", "")


def test_recognition_is_by_name() -> None:
    from plait.bridge.worlds.recognition import is_of_type

    assert is_of_type(Pledge(1), f"{__name__}.Promise")
    assert not is_of_type(SimpleNamespace(), f"{__name__}.Promise")
