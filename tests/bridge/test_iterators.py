"""`events` and `async_iter_in_thread`: repeated callbacks and blocking iterators as asynchronous iterators."""

import asyncio
import gc
import os
import signal
import sqlite3
import threading
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from plait import bridge


class Source:
    """Calls those who subscribe."""

    def __init__(self) -> None:
        self.callbacks: list[Any] = []

    def on(self, callback: Any) -> None:
        self.callbacks.append(callback)

    def off(self, callback: Any) -> None:
        self.callbacks.remove(callback)

    def send(self, *values: Any) -> None:
        for callback in list(self.callbacks):
            callback(*values)


async def all_of(iterator: Any) -> list[Any]:
    return [item async for item in iterator]


async def test_events_come_in_order_until_the_end(aio: ModuleType) -> None:
    source = Source()
    events = bridge.events(source.on, source.off)
    for value in range(3):
        source.send(value)
    asyncio.get_running_loop().call_soon(lambda: source.callbacks[0].end())
    assert [event async for event in events] == [0, 1, 2]
    assert source.callbacks == []


async def test_events_from_a_thread(aio: ModuleType, in_thread: Any) -> None:
    source = Source()
    async with bridge.events(source.on, source.off, buffer=2, overflow="wait") as events:
        in_thread(lambda: [source.send(number) for number in range(100)])
        assert [await anext(events) for _ in range(100)] == list(range(100))
    assert source.callbacks == []


async def test_no_event_of_many_threads_is_lost(aio: ModuleType, in_thread: Any) -> None:
    source = Source()
    async with bridge.events(source.on, source.off, buffer=3, overflow="wait") as events:
        for first in range(0, 400, 100):
            in_thread(lambda first=first: [source.send(first + number) for number in range(100)])
        assert sorted([await anext(events) for _ in range(400)]) == list(range(400))


async def test_oldest_or_newest_are_dropped_and_counted(aio: ModuleType, ignored: Any) -> None:
    for overflow, kept in (("drop_oldest", [3, 4]), ("drop_newest", [0, 1])):
        source = Source()
        events = bridge.events(source.on, source.off, buffer=2, overflow=overflow)
        for value in range(5):
            source.send(value)
        source.callbacks[0].end()
        assert [event async for event in events] == kept
        assert events.dropped == 3
    assert ignored().events == 6


async def test_overflow_that_is_an_error_comes_behind_what_was_kept(aio: ModuleType) -> None:
    source = Source()
    events = bridge.events(source.on, source.off, buffer=2)
    for value in range(4):
        source.send(value)
    assert [await anext(events), await anext(events)] == [0, 1]
    with pytest.raises(bridge.EventsLost, match="larger buffer"):
        await anext(events)
    assert source.callbacks == []
    assert events.dropped == 2


async def test_waiting_on_the_loops_own_thread_is_refused(aio: ModuleType) -> None:
    source = Source()
    async with bridge.events(source.on, source.off, buffer=1, overflow="wait") as events:
        source.send(1)
        with pytest.raises(bridge.SelfDeadlock):
            source.send(2)
        assert await anext(events) == 1
        with pytest.raises(bridge.SelfDeadlock):
            await anext(events)


async def test_a_thread_that_waits_for_room_is_let_go_at_the_end(aio: ModuleType, in_thread: Any) -> None:
    source, waiting = Source(), threading.Event()
    async with bridge.events(source.on, source.off, buffer=1, overflow="wait") as events:

        def send() -> None:
            source.send(1)
            waiting.set()
            source.send(2)

        thread = in_thread(send)
        await asyncio.get_running_loop().run_in_executor(None, waiting.wait, 10)
    await asyncio.get_running_loop().run_in_executor(None, thread.join, 10)
    assert not thread.is_alive()
    assert events.dropped == 2


async def test_the_sources_failure_is_raised(aio: ModuleType) -> None:
    source = Source()
    events = bridge.events(source.on, source.off)
    source.send(1)
    source.callbacks[0].error(OSError("unplugged"))
    assert await anext(events) == 1
    with pytest.raises(OSError, match="unplugged"):
        await anext(events)


async def test_what_subscribe_returns_may_unsubscribe(aio: ModuleType) -> None:
    source = Source()

    def on(callback: Any) -> Any:
        source.on(callback)
        return lambda: source.callbacks.clear()

    async with bridge.events(on):
        assert len(source.callbacks) == 1
    assert source.callbacks == []


async def test_an_iteration_that_is_left_unsubscribes(aio: ModuleType, turns: Any) -> None:
    source = Source()

    async def first() -> Any:
        found = None
        async for event in bridge.events(source.on, source.off):
            found = event
            break
        return found

    asyncio.get_running_loop().call_soon(source.send, 5)
    assert await first() == 5
    gc.collect()
    await turns()
    assert source.callbacks == []


async def test_a_source_that_forgets_its_callback_ends_with_an_error(aio: ModuleType, turns: Any) -> None:
    source = Source()
    events = bridge.events(source.on, source.off)
    source.send(1)
    source.callbacks.clear()
    assert await anext(events) == 1
    with pytest.raises(bridge.LostCallback, match="on has dropped the callback"):
        await anext(events)


async def test_a_cancelled_read_loses_nothing(aio: ModuleType, turns: Any) -> None:
    source = Source()
    async with bridge.events(source.on, source.off) as events:
        task = asyncio.get_running_loop().create_task(events.__anext__())
        await turns()
        source.send(1)
        task.cancel()
        await turns()
        if task.cancelled():
            assert await anext(events) == 1
        else:
            assert task.result() == 1


async def test_events_of_a_signal_handler(aio: ModuleType) -> None:
    source = Source()
    before = signal.signal(signal.SIGUSR1, lambda number, _: source.send(number))
    keep_turning = asyncio.get_running_loop().call_later(30, lambda: None)
    try:
        async with bridge.events(source.on, source.off) as events:
            threading.Timer(0.01, os.kill, (os.getpid(), signal.SIGUSR1)).start()
            assert await anext(events) == signal.SIGUSR1
    finally:
        keep_turning.cancel()
        signal.signal(signal.SIGUSR1, before)


async def test_events_after_the_end_are_counted(aio: ModuleType, ignored: Any) -> None:
    source = Source()
    events = bridge.events(source.on, lambda callback: None)
    await events.aclose()
    source.send(1)
    assert ignored().events == 1


async def test_closing_in_another_task_ends_the_reader(aio: ModuleType, turns: Any) -> None:
    source = Source()
    events = bridge.events(source.on, source.off)
    reader = aio.create_task(all_of(events))
    await turns()
    source.send(1)
    await turns()
    await events.aclose()
    await turns()
    assert reader.done()
    assert await reader == [1]


async def test_a_second_reader_is_refused_and_the_first_reads_on(aio: ModuleType, turns: Any) -> None:
    source = Source()
    async with bridge.events(source.on, source.off) as events:
        first = aio.create_task(events.__anext__())
        await turns()
        with pytest.raises(RuntimeError, match="two tasks wait"):
            await anext(events)
        source.send(1)
        await turns()
        assert first.done()
        assert await first == 1


async def test_wrong_policies_and_sources_are_refused(aio: ModuleType) -> None:
    for wrong, message in (({"overflow": "block"}, "overflow must be"), ({"buffer": 0}, "room for one")):
        with pytest.raises(ValueError, match=message):
            bridge.events(Source().on, **wrong)
    with pytest.raises(TypeError, match="takes a callback"):
        bridge.events(5)  # type: ignore[arg-type]

    def fail(_: Any) -> None:
        raise OSError("no such topic")

    with pytest.raises(OSError, match="no such topic"):
        bridge.events(fail)


# async_iter_in_thread


async def test_items_come_in_order_from_one_thread(aio: ModuleType) -> None:
    threads: set[int] = set()

    def items() -> Iterator[int]:
        for number in range(200):
            threads.add(threading.get_ident())
            yield number

    for source in (items, items()):
        assert [item async for item in bridge.async_iter_in_thread(source, read_ahead=7)] == list(range(200))
    assert threading.get_ident() not in threads


async def test_it_reads_no_more_than_so_far_ahead(aio: ModuleType) -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    async with bridge.async_iter_in_thread(items, read_ahead=5) as iterator:
        assert await anext(iterator) == 0
        for _ in range(50):
            await aio.sleep(0.0002)
        assert len(made) <= 7


async def test_what_the_iterator_raises_comes_behind_its_items(aio: ModuleType) -> None:
    def items() -> Iterator[int]:
        yield 1
        raise OSError("disk")

    iterator = bridge.async_iter_in_thread(items)
    assert await anext(iterator) == 1
    with pytest.raises(OSError, match="disk"):
        await anext(iterator)
    with pytest.raises(StopAsyncIteration):
        await anext(iterator)


async def test_left_early_the_generator_is_closed_in_its_thread(aio: ModuleType) -> None:
    closed: list[int] = []

    def items() -> Iterator[int]:
        try:
            while True:
                yield threading.get_ident()
        finally:
            closed.append(threading.get_ident())

    async with bridge.async_iter_in_thread(items, read_ahead=3) as iterator:
        thread = await anext(iterator)
    assert closed == [thread]


async def test_closed_in_another_task_or_read_by_a_second(aio: ModuleType, turns: Any) -> None:
    go = threading.Event()

    def items() -> Iterator[int]:
        assert go.wait(30)
        yield 1

    iterator = bridge.async_iter_in_thread(items)
    reader = aio.create_task(all_of(iterator))
    await turns()
    second = aio.create_task(iterator.__anext__())
    await turns()
    refused = second.done()
    closing = aio.create_task(iterator.aclose())
    await turns()
    go.set()
    await closing
    await turns()
    assert refused
    with pytest.raises(RuntimeError, match="two tasks wait"):
        await second
    assert reader.done()
    assert await reader == []


async def test_dropped_the_thread_ends(aio: ModuleType, turns: Any) -> None:
    closed = threading.Event()

    def items() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.set()

    async for _ in bridge.async_iter_in_thread(items, read_ahead=3):
        break
    gc.collect()
    assert await asyncio.get_running_loop().run_in_executor(None, closed.wait, 10)
    await turns()
    await bridge.thread(int)


async def test_cancelled_with_the_program_the_thread_ends(aio: ModuleType) -> None:
    def items() -> Iterator[int]:
        while True:
            yield 1

    iterator = bridge.async_iter_in_thread(items, read_ahead=3)
    assert await anext(iterator) == 1
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()

    async def read_on() -> None:
        async for _ in iterator:
            pass

    with pytest.raises(asyncio.CancelledError):
        await read_on()


async def test_rows_of_a_cursor_that_belongs_to_its_thread(aio: ModuleType, tmp_path: Any) -> None:
    path = tmp_path / "data"
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("create table t (n)")
        connection.executemany("insert into t values (?)", [(n,) for n in range(50)])
    connection.close()

    def rows() -> Iterator[Any]:
        own = sqlite3.connect(path)
        try:
            yield from own.execute("select n from t order by n")
        finally:
            own.close()

    assert [row[0] async for row in bridge.async_iter_in_thread(rows)] == list(range(50))


async def test_what_cannot_be_iterated_is_refused(aio: ModuleType) -> None:
    with pytest.raises(TypeError, match="an iterable is needed"):
        bridge.async_iter_in_thread(5)  # type: ignore[arg-type]
