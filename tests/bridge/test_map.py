"""`bridge.map`: every item is accounted for, wherever it is worked on, and memory is bounded."""

import asyncio
import contextvars
import gc
import os
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from plait import bridge

from . import process_calls

ITEMS = range(40)
SQUARES = [item * item for item in ITEMS]


def square(item: int) -> int:
    return item * item


async def square_later(item: int) -> int:
    await asyncio.sleep(0)
    return item * item


def fail_at_five(item: int) -> int:
    if item == 5:
        raise ValueError("not five")
    return item


async def one_by_one(items: Any) -> AsyncIterator[Any]:
    for item in items:
        await asyncio.sleep(0)
        yield item


class Reluctant(Executor):
    """An executor that does nothing until it is told to."""

    def __init__(self) -> None:
        self.calls: list[tuple[Future[Any], Any, Any]] = []
        self.taken = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.taken += 1
        self.calls.append((Future(), fn, args))
        return self.calls[-1][0]

    def do(self, position: int = 0) -> None:
        future, fn, args = self.calls.pop(position)
        if future.set_running_or_notify_cancel():
            try:
                future.set_result(fn(*args))
            except Exception as error:
                future.set_exception(error)


@pytest.fixture(scope="module")
def processes() -> Iterator[bridge.ProcessPool]:
    with bridge.ProcessPool(2) as pool:
        asyncio.run(all_of(bridge.map(process_calls.seconds_of_work, [0.05] * 4, on=pool)))
        yield pool


@pytest.fixture(params=["threads", "processes", "executor", "tasks"])
def mapped(request: pytest.FixtureRequest, processes: bridge.ProcessPool) -> Iterator[Callable[..., bridge.Mapped]]:
    """`map` of `square` over items at each place."""
    places: dict[str, Any] = {"threads": "threads", "processes": processes, "tasks": None}
    if request.param == "executor":
        with ThreadPoolExecutor(2) as executor:
            yield lambda items, **options: bridge.map(square, items, on=executor, **options)
    else:
        fn = square_later if request.param == "tasks" else square
        yield lambda items, **options: bridge.map(fn, items, on=places[request.param], **options)


async def all_of(mapped: bridge.Mapped) -> list[Any]:
    return [result async for result in mapped]


async def collect(mapped: bridge.Mapped, got: list[Any]) -> None:
    async for result in mapped:
        got.append(result)  # noqa: PERF401  (what came before an error counts)


async def test_results_in_order(aio: ModuleType, mapped: Callable[..., bridge.Mapped]) -> None:
    assert await all_of(mapped(ITEMS)) == SQUARES
    assert await all_of(mapped(one_by_one(ITEMS), limit=3)) == SQUARES
    assert await all_of(mapped([])) == []
    assert await all_of(mapped(one_by_one([]))) == []


async def test_results_as_they_are_done(aio: ModuleType, mapped: Callable[..., bridge.Mapped]) -> None:
    assert sorted(await all_of(mapped(ITEMS, ordered=False))) == SQUARES
    assert sorted(await all_of(mapped(one_by_one(ITEMS), ordered=False, limit=1))) == SQUARES


async def test_order_of_the_end(aio: ModuleType) -> None:
    executor = Reluctant()
    results = bridge.map(square, [1, 2, 3], on=executor, ordered=False, limit=3)
    first = aio.ensure_future(anext(results))
    await aio.sleep(0)
    executor.do(2)
    assert await first == 9
    executor.do(0)
    assert await anext(results) == 1
    executor.do(0)
    assert await anext(results) == 4
    with pytest.raises(StopAsyncIteration):
        await anext(results)
    with pytest.raises(StopAsyncIteration):
        await anext(results)


async def test_no_more_items_are_taken_than_memory_is_for(aio: ModuleType) -> None:
    executor = Reluctant()
    taken: list[int] = []
    items = (taken.append(item) or item for item in range(1000))  # type: ignore[func-returns-value]
    results = bridge.map(square, items, on=executor, limit=4)
    first = aio.ensure_future(anext(results))
    await aio.sleep(0)
    assert executor.taken == len(taken) == 4
    for _ in range(3):
        executor.do(1)  # never the first one, which the consumer waits for
        await aio.sleep(0.001)
    assert len(taken) == 7
    while len(executor.calls) > 1:
        executor.do(1)
        await aio.sleep(0.001)
    assert len(taken) == 8  # as many results wait as calls may be under way
    executor.do(0)
    assert await first == 0
    results.stop()
    executor.calls.clear()


async def test_memory_is_bounded_without_a_limit_too(aio: ModuleType) -> None:
    taken: list[int] = []
    items = (taken.append(item) or item for item in range(1_000_000))  # type: ignore[func-returns-value]
    async with bridge.map(square, items) as results:
        assert await anext(results) == 0
        await aio.sleep(0.02)
        assert len(taken) <= 2 * 16 * 36 + 1


async def test_limit_is_how_many_run(aio: ModuleType) -> None:
    running, most, lock = 0, 0, threading.Lock()

    def work(item: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.0005)
        with lock:
            running -= 1
        return item

    assert await all_of(bridge.map(work, ITEMS, limit=3)) == list(ITEMS)
    assert most <= 3
    running = most = 0

    async def work_here(item: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await aio.sleep(0)
        running -= 1
        return item

    assert await all_of(bridge.map(work_here, ITEMS, limit=3)) == list(ITEMS)
    assert most == 3


async def test_error_ends_the_map_at_its_place(aio: ModuleType) -> None:
    got: list[int] = []
    with pytest.raises(ValueError, match="not five") as caught:
        await collect(bridge.map(fail_at_five, ITEMS), got)
    assert got == [0, 1, 2, 3, 4]
    assert caught.value.__notes__ == ["bridge.map: item 5, 5"]


async def test_errors_as_results(aio: ModuleType) -> None:
    results = await all_of(bridge.map(fail_at_five, range(8), return_exceptions=True))
    assert [result for result in results if isinstance(result, int)] == [0, 1, 2, 3, 4, 6, 7]
    assert repr(results[5]) == "ValueError('not five')"


async def test_what_fails_is_tried_again(aio: ModuleType) -> None:
    tries: dict[int, int] = {}

    def flaky(item: int) -> int:
        tries[item] = tries.get(item, 0) + 1
        if tries[item] <= item % 3:
            raise OSError("try again")
        return item

    assert await all_of(bridge.map(flaky, range(12), retries=2)) == list(range(12))
    assert tries == {item: 1 + item % 3 for item in range(12)}
    tries.clear()
    with pytest.raises(OSError, match="try again") as caught:
        await all_of(bridge.map(flaky, [0, 3, 2, 6, 9], retries=1))  # nothing else fails
    assert caught.value.__notes__ == ["bridge.map: item 2, 2, tried 2 times"]


async def test_item_whose_text_fails_is_described(aio: ModuleType) -> None:
    class Silent:
        def __repr__(self) -> str:
            raise RuntimeError("no text")

    with pytest.raises(TypeError) as caught:
        await all_of(bridge.map(square, [Silent()]))
    assert "bridge.map: item 0" in caught.value.__notes__[0]


@pytest.mark.parametrize("kind", [StopIteration, StopAsyncIteration, asyncio.CancelledError])
async def test_error_that_would_end_the_iteration_is_told(aio: ModuleType, kind: type[BaseException]) -> None:
    """Neither the iteration nor its task may end as if all was well."""

    def fail(item: int) -> None:
        raise kind(f"from {item}")

    with pytest.raises(RuntimeError, match=f"{kind.__name__} was raised, .* from 0"):
        await all_of(bridge.map(fail, [0]))
    with ThreadPoolExecutor(1) as executor, pytest.raises(RuntimeError, match=f"{kind.__name__} was raised"):
        await all_of(bridge.map(fail, [0], on=executor))


async def test_failing_source_is_told_after_what_came_before(aio: ModuleType) -> None:
    def source() -> Iterator[int]:
        yield 1
        yield 2
        raise OSError("the disk is gone")

    async def async_source() -> AsyncIterator[int]:
        for item in source():
            yield item

    for items in (source(), async_source()):
        results = bridge.map(square, items)
        assert [await anext(results), await anext(results)] == [1, 4]
        with pytest.raises(OSError, match="the disk is gone"):
            await anext(results)
        with pytest.raises(StopAsyncIteration):
            await anext(results)


async def test_cancelling_stops_what_has_not_begun(aio: ModuleType) -> None:
    executor = Reluctant()
    consumer = aio.create_task(all_of(bridge.map(square, ITEMS, on=executor, limit=5)))
    await aio.sleep(0.001)
    consumer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await consumer
    assert [future.cancelled() for future, _, _ in executor.calls] == [True] * 5


async def test_cancelling_kills_processes(aio: ModuleType, tmp_path: Path) -> None:
    with bridge.ProcessPool(1) as pool:
        consumer = aio.create_task(all_of(bridge.map(process_calls.hold, [str(tmp_path / "began")], on=pool)))
        while not (tmp_path / "began").exists() or not (tmp_path / "began").read_text():  # noqa: ASYNC110
            await asyncio.sleep(0.002)
        pid = int((tmp_path / "began").read_text())
        consumer.cancel()
        with pytest.raises(asyncio.CancelledError):
            await consumer
        while Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text():  # noqa: ASYNC110, ASYNC240
            await asyncio.sleep(0.002)


async def test_cancelled_map_says_so_when_it_is_asked_again(aio: ModuleType) -> None:
    results = bridge.map(square, ITEMS, on=Reluctant())
    with pytest.raises(TimeoutError):
        await aio.wait_for(anext(results), 0.002)
    with pytest.raises(RuntimeError, match="was stopped before all its results were asked for"):
        await anext(results)
    await results.aclose()


@pytest.mark.parametrize("source", [iter, one_by_one])
async def test_closing_in_another_task_ends_the_wait_for_a_result(aio: ModuleType, turns: Any, source: Any) -> None:
    results = bridge.map(square, source(ITEMS), on=Reluctant(), limit=2)
    reader = aio.create_task(anext(results))
    await turns()
    await results.aclose()
    await turns()
    assert reader.done()
    with pytest.raises(RuntimeError, match="was stopped before all its results were asked for"):
        await reader


async def test_leaving_the_block_stops_the_rest(aio: ModuleType) -> None:
    ended = 0

    async def work(item: int) -> int:
        nonlocal ended
        try:
            await aio.sleep(0 if item == 0 else 60)
        finally:
            ended += 1
        return item

    async with bridge.map(work, ITEMS, limit=5) as results:
        assert await anext(results) == 0
    assert ended == 6


async def test_dropping_the_iterator_stops_the_rest(aio: ModuleType) -> None:
    executor = Reluctant()
    results = bridge.map(square, ITEMS, on=executor, limit=5)
    first = aio.ensure_future(anext(results))
    await aio.sleep(0.001)
    executor.do(0)
    assert await first == 0
    del results, first
    gc.collect()
    await aio.sleep(0.002)
    assert all(future.cancelled() for future, _, _ in executor.calls)


async def test_late_failure_is_reported(aio: ModuleType, reports: Any) -> None:
    go, began = threading.Event(), threading.Event()

    def fail_late(item: int) -> None:
        began.set()
        go.wait()
        raise ValueError(f"late {item}")

    results = bridge.map(fail_late, [1], on="threads")
    with pytest.raises(TimeoutError):
        await aio.wait_for(anext(results), 0.01)
    await aio.to_thread(began.wait)
    go.set()
    while not reports:
        await aio.sleep(0.001)
    assert reports.exceptions == ["ValueError('late 1')"]
    assert "failed after its map() was stopped" in reports[0]["message"]


async def test_executor_that_is_shut_down_loses_nothing_silently(aio: ModuleType) -> None:
    go = threading.Event()
    executor = ThreadPoolExecutor(1)
    results = bridge.map(lambda item: go.wait() and item, range(10), on=executor, limit=3, return_exceptions=True)
    collected = aio.create_task(all_of(results))
    await aio.sleep(0.005)
    executor.shutdown(wait=False, cancel_futures=True)
    go.set()
    got = await collected
    assert got[0] == 0
    assert [type(result) for result in got[1:]] == [bridge.WorkLost] * 2 + [RuntimeError] * 7
    executor.shutdown()


@pytest.mark.parametrize("ordered", [True, False])
async def test_executor_that_takes_nothing_is_told_of_each_item_that_comes(
    aio: ModuleType, turns: Any, ordered: bool
) -> None:
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    results = bridge.map(square, one_by_one(range(6)), on=executor, limit=2, ordered=ordered, return_exceptions=True)
    collected = aio.create_task(all_of(results))
    await turns(60)
    assert collected.done()
    assert [type(error) for error in await collected] == [RuntimeError] * 6


async def test_dead_worker_costs_only_its_retries(aio: ModuleType, tmp_path: Path) -> None:
    def once(item: int) -> int:
        marker = tmp_path / str(item)
        if item % 4 == 0 and not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return item

    pytest.importorskip("cloudpickle")
    with bridge.ProcessPool(2) as pool:
        assert await all_of(bridge.map(once, range(8), on=pool, retries=1)) == list(range(8))


async def test_dead_worker_is_named(aio: ModuleType) -> None:
    with bridge.ProcessPool(1) as pool:
        results = bridge.map(process_calls.kill_itself, [signal.SIGKILL], on=pool)
        with pytest.raises(bridge.WorkerDied, match="was killed by SIGKILL while it ran kill_itself") as caught:
            await anext(results)
        assert "bridge.map: item 0" in caught.value.__notes__[0]


async def test_context_variables_reach_threads(aio: ModuleType) -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")
    variable.set("mine")

    def read(item: int) -> str:
        seen = variable.get()
        variable.set(f"changed by {item}")
        return seen

    assert set(await all_of(bridge.map(read, ITEMS, limit=2))) == {"mine"}
    with ThreadPoolExecutor(2) as executor:
        assert set(await all_of(bridge.map(read, ITEMS, on=executor))) == {"mine"}


async def test_progress_is_told(aio: ModuleType) -> None:
    told: list[tuple[int, int | None]] = []

    def show(done: int, total: int | None) -> None:
        told.append((done, total))

    await all_of(bridge.map(square, [1, 2, 3], progress=show))
    await all_of(bridge.map(square, one_by_one([1]), progress=show))
    assert told == [(1, 3), (2, 3), (3, 3), (1, None)]


async def test_failing_progress_ends_the_map(aio: ModuleType) -> None:
    def fail(done: int, total: int | None) -> None:
        raise ValueError("no paper")

    got: list[int] = []
    with pytest.raises(ValueError, match="no paper"):
        await collect(bridge.map(square, [1, 2], progress=fail, limit=1), got)
    assert got in ([1], [1, 4])


@pytest.mark.parametrize("library", ["tqdm", "rich"])
async def test_progress_bar(
    aio: ModuleType, library: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = pytest.importorskip(library)
    if library == "tqdm":
        monkeypatch.setattr(module.tqdm, "monitor_interval", 0)  # its thread stays
    assert await all_of(bridge.map(square, range(3), progress=library)) == [0, 1, 4]
    assert "3/3" in "".join(capfd.readouterr())


def test_without_a_library_the_error_names_one(run_script: Any) -> None:
    ended = run_script(
        """
        import sys
        sys.modules["tqdm"] = sys.modules["rich"] = None
        from plait import bridge
        async def main():
            try:
                async for _ in bridge.map(abs, [1], progress=True): pass
            except ImportError as error:
                print(error)
        aio.run(main())
        """
    )
    assert "pip install tqdm" in ended.stdout


async def test_two_tasks_cannot_share_a_map(aio: ModuleType) -> None:
    results = bridge.map(square, ITEMS, on=Reluctant())
    first = aio.ensure_future(anext(results))
    await aio.sleep(0)
    with pytest.raises(RuntimeError, match="two tasks iterate over one map"):
        await anext(results)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first


@pytest.mark.parametrize(
    ("arguments", "options", "error", "text"),
    [
        ((5, []), {}, TypeError, "a function of one item"),
        ((square, 5), {}, TypeError, "an iterable or an async iterable"),
        ((square, []), {"on": "cluster"}, TypeError, "is no place to run at; it can be 'threads', 'processes'"),
        ((square, []), {"on": 5}, TypeError, "is no place to run at"),
        ((square, []), {"limit": 0}, ValueError, "limit must be 1 at least"),
        ((square, []), {"retries": -1}, ValueError, "retries must be 0 at least"),
        ((square_later, []), {"on": "threads"}, TypeError, "a coroutine function runs on the loop"),
    ],
)
def test_bad_arguments_are_refused(
    arguments: tuple[Any, ...], options: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        bridge.map(*arguments, **options)


async def test_bad_progress_is_refused(aio: ModuleType) -> None:
    with pytest.raises(TypeError, match="progress=5 is no way to show it"):
        await all_of(bridge.map(square, [], progress=5))
