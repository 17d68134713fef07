"""Faults at every step of a map: each item ends as a result, as a named error, or with the map that was stopped; nothing hangs.

The step of a fault goes through all calls of the few that a round makes; rounds are many and short.
"""

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from plait import bridge

from . import process_calls

# Items of a round, and rounds of each fault: each step is met several times.
ITEMS = 6
ROUNDS = 60
PROCESS_ROUNDS = 8

Place = Callable[[], Any]


class Fault(Exception):
    """What is injected."""


class Steps:
    """Counts the steps of a round and raises at one of them."""

    def __init__(self, at: int, error: BaseException) -> None:
        self._left = at
        self._error = error
        self._lock = threading.Lock()

    def step(self) -> None:
        with self._lock:
            self._left -= 1
            fails = self._left == -1
        if fails:
            raise self._error

    @property
    def fired(self) -> bool:
        return self._left < 0


@pytest.fixture(params=["threads", "executor", "tasks"])
def place(request: pytest.FixtureRequest) -> Iterator[Any]:
    if request.param == "executor":
        with ThreadPoolExecutor(2) as executor:
            yield executor
    else:
        yield None if request.param == "tasks" else "threads"


def at(place: Any, work: Callable[[int], int]) -> Any:
    """`work`, as a coroutine function where the loop itself works."""
    if place is not None:
        return work

    async def work_here(item: int) -> int:
        await asyncio.sleep(0)
        return work(item)

    return work_here


async def source(steps: Steps) -> AsyncIterator[int]:
    for item in range(ITEMS):
        steps.step()
        yield item
        steps.step()


async def test_every_item_is_accounted_for(aio: ModuleType, place: Any) -> None:
    """A fault at each step of the work and of the source: what comes out is a gapless beginning, then the fault."""
    for round_number in range(ROUNDS):
        fault = Fault(round_number)
        steps = Steps(round_number % (3 * ITEMS + 2), fault)

        def work(item: int, steps: Steps = steps) -> int:
            steps.step()
            return item

        got: list[int] = []
        try:
            async for result in bridge.map(at(place, work), source(steps), on=place, limit=1 + round_number % 3):
                got.append(result)  # noqa: PERF401
        except Fault as error:
            assert error is fault  # noqa: PT017
        else:
            assert not steps.fired
            assert len(got) == ITEMS
        assert got == list(range(len(got)))


async def test_every_item_is_tried_until_it_is_done(aio: ModuleType, place: Any) -> None:
    for round_number in range(ROUNDS):
        steps = Steps(round_number % ITEMS, Fault(round_number))

        def work(item: int, steps: Steps = steps) -> int:
            steps.step()
            return item

        results = bridge.map(
            at(place, work), range(ITEMS), on=place, limit=1 + round_number % 3, ordered=False, retries=1
        )
        assert sorted([result async for result in results]) == list(range(ITEMS))
        assert steps.fired


async def test_cancellation_at_every_turn(aio: ModuleType, place: Any) -> None:
    """However far it is, the map stops: no item begins afterwards, and what was handed out is a gapless beginning."""
    for turns in range(ROUNDS):
        begun: list[int] = []

        def work(item: int, begun: list[int] = begun) -> int:
            begun.append(item)
            return item

        got: list[int] = []

        async def consume(work: Any = work, got: list[int] = got) -> None:
            async with bridge.map(at(place, work), range(ITEMS), on=place, limit=2) as results:
                async for result in results:
                    got.append(result)  # noqa: PERF401

        consumer = aio.create_task(consume())
        for _ in range(turns % 20):
            await aio.sleep(0)
        consumer.cancel()
        await aio.wait([consumer])
        assert got == list(range(len(got)))
        assert consumer.cancelled() or got == list(range(ITEMS))
        await aio.sleep(0)
        so_far = len(begun)
        await aio.sleep(0)
        assert len(begun) <= so_far + 2, "threads finish what they are at, and begin no other"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
async def test_workers_killed_at_any_moment(aio: ModuleType, number: int) -> None:
    """A worker is killed at moments that go through the call, from before it begins until after it has ended."""
    with bridge.ProcessPool(1) as pool:
        for round_number in range(PROCESS_ROUNDS):
            pid = await pool.run(os.getpid)
            payload = b"x" * (1 if round_number % 2 else 2_000_000)
            call = aio.create_task(pool.run(len, payload))
            for _ in range(round_number // 2):
                await aio.sleep(0)
            os.kill(pid, number)
            try:
                assert await call == len(payload)
            except bridge.WorkerDied as error:
                assert error.signal == number  # noqa: PT017
            await until_gone(pid)  # the next call is not to meet it
        assert await pool.run(abs, -1) == 1


async def until_gone(pid: int) -> None:
    while is_alive(pid):  # noqa: ASYNC110  (a process tells only its parent)
        await asyncio.sleep(0.001)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_workers_killed_under_a_map(aio: ModuleType) -> None:
    with bridge.ProcessPool(2) as pool:
        results = bridge.map(
            process_calls.seconds_of_work, [0.005] * 40, on=pool, ordered=False, retries=40, return_exceptions=True
        )
        pids = [pid async for pid in kill_each_tenth(results)]
    assert len(pids) == 40
    assert all(isinstance(pid, int) for pid in pids)


async def kill_each_tenth(results: AsyncIterator[Any]) -> AsyncIterator[Any]:
    count = 0
    async for pid in results:
        yield pid
        count += 1
        if count % 10 == 5:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                """An earlier one was this one."""


async def test_cancelled_at_every_turn_of_a_call_in_a_process(aio: ModuleType) -> None:
    with bridge.ProcessPool(1) as pool:
        for turns in range(PROCESS_ROUNDS):
            call = aio.create_task(pool.run(abs, -turns))
            for _ in range(turns):
                await aio.sleep(0)
            call.cancel()
            await aio.wait([call])
            assert call.cancelled() or call.result() == turns
        assert await pool.run(abs, -1) == 1
