"""The loop tells the time by the clock it is given, and by nothing else."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import plait
from plait.poll.select_poller import SelectPoller
from plait.schedule.clock import Clock

A_YEAR = 365 * 24 * 3600.0


class TestClock(Clock):
    """Tells what the test says."""

    __test__ = False

    def __init__(self, now: float = 0.0) -> None:
        self.now = now
        self.asked = 0

    def time(self) -> float:
        self.asked += 1
        return self.now


class SkippingPoller(SelectPoller):
    """Never waits: the time for which the loop would sleep has passed at once."""

    def __init__(self, clock: TestClock) -> None:
        super().__init__()
        self.clock = clock

    def wait(self, timeout: float) -> int:
        assert timeout >= 0, "the loop would wait for ever"
        self.clock.now += timeout
        return super().wait(0)


@contextlib.contextmanager
def loop_of(clock: TestClock, **options: Any) -> Iterator[plait.EventLoop]:
    loop = plait.EventLoop(clock=clock, **options)
    try:
        yield loop
    finally:
        loop.close()


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def loop(clock: TestClock) -> Iterator[plait.EventLoop]:
    """It turns when the test says so; nothing in it may sleep."""
    with loop_of(clock) as loop:
        yield loop


@pytest.fixture
def run(clock: TestClock) -> Iterator[Callable[[Coroutine[Any, Any, Any]], Any]]:
    """Runs a coroutine to its end in virtual time."""
    with loop_of(clock, poller=SkippingPoller(clock)) as loop:
        yield loop.run_until_complete


def turn(loop: plait.EventLoop) -> None:
    """One turn of the loop, which does not wait."""
    loop.stop()
    loop.run_forever()


def test_loop_tells_the_time_of_its_clock(clock: TestClock, loop: plait.EventLoop) -> None:
    for now in (0.0, 12.5, -3.0, 1e12):
        clock.now = now
        assert loop.time() == now


def test_default_clock_is_monotonic_time() -> None:
    loop = plait.EventLoop()
    before, now, after = Clock().time(), loop.time(), Clock().time()
    loop.close()
    assert before <= now <= after


def test_timer_runs_when_the_clock_says_so_and_not_before(clock: TestClock, loop: plait.EventLoop) -> None:
    ran: list[str] = []
    timer = loop.call_later(A_YEAR, ran.append, "ran")
    assert timer.when() == A_YEAR
    for clock.now in (0.0, 1.0, A_YEAR - 1):
        turn(loop)
        assert ran == []
    clock.now = A_YEAR
    turn(loop)
    assert ran == ["ran"]
    turn(loop)
    assert ran == ["ran"]


def test_delay_counts_from_the_clock_of_the_call(clock: TestClock, loop: plait.EventLoop) -> None:
    clock.now = 100.0
    assert loop.call_later(5, print).when() == 105.0
    clock.now = 200.0
    assert loop.call_later(5, print).when() == 205.0
    assert loop.call_at(7, print).when() == 7.0


def test_a_jump_of_the_clock_fires_timers_in_their_order(clock: TestClock, loop: plait.EventLoop) -> None:
    ran: list[int] = []
    for when in (3, 1, 2, 9, 1):
        loop.call_at(when, ran.append, when)
    clock.now = 8.0
    turn(loop)
    assert ran == [1, 1, 2, 3]


def test_a_clock_that_stands_still_fires_nothing_in_the_future(clock: TestClock, loop: plait.EventLoop) -> None:
    ran: list[int] = []
    loop.call_later(1e-9, ran.append, 1)
    loop.call_later(0, ran.append, 0)
    for _ in range(100):
        turn(loop)
    assert ran == [0]


def test_a_clock_that_goes_back_delays(clock: TestClock, loop: plait.EventLoop) -> None:
    ran: list[int] = []
    clock.now = 10.0
    loop.call_later(1, ran.append, 1)
    clock.now = 5.0
    turn(loop)
    assert ran == []
    clock.now = 11.0
    turn(loop)
    assert ran == [1]


def test_a_cancelled_timer_does_not_run_when_its_time_comes(clock: TestClock, loop: plait.EventLoop) -> None:
    ran: list[int] = []
    loop.call_at(1, ran.append, 1).cancel()
    clock.now = 2.0
    turn(loop)
    assert ran == []


def test_the_clock_is_not_asked_when_there_are_no_timers(clock: TestClock, loop: plait.EventLoop) -> None:
    loop.call_soon(int)
    turn(loop)
    assert clock.asked == 0


def test_what_the_clock_raises_comes_out() -> None:
    class Broken(Clock):
        def time(self) -> float:
            raise LookupError("no time")

    loop = plait.EventLoop(clock=Broken())
    with pytest.raises(LookupError, match="no time"):
        loop.time()
    with pytest.raises(LookupError, match="no time"):
        loop.call_later(1, print)
    loop.close()


def test_minus_one_is_a_time_as_any_other(clock: TestClock, loop: plait.EventLoop) -> None:
    ran: list[int] = []
    clock.now = -1.0
    assert loop.time() == -1.0
    loop.call_at(-1, ran.append, 1)
    turn(loop)
    assert ran == [1]


@settings(deadline=None, derandomize=True, max_examples=50)
@given(
    deadlines=st.lists(st.integers(0, 20)),
    moments=st.lists(st.integers(0, 25), max_size=6).map(sorted),
)
def test_any_walk_of_the_clock_fires_what_is_due(deadlines: list[int], moments: list[int]) -> None:
    clock = TestClock()
    ran: list[tuple[int, int]] = []
    with loop_of(clock) as loop:
        made = [(deadline, number) for number, deadline in enumerate(deadlines)]
        for pair in made:
            loop.call_at(pair[0], ran.append, pair)
        for clock.now in moments:
            turn(loop)
            assert ran == sorted(pair for pair in made if pair[0] <= clock.now)


def test_sleep_takes_virtual_time_only(clock: TestClock, run: Callable[..., Any]) -> None:
    async def main() -> str:
        return await plait.sleep(A_YEAR, "slept")

    assert run(main()) == "slept"
    assert A_YEAR <= clock.now < A_YEAR + 1


def test_sleepers_wake_in_the_order_of_their_deadlines(clock: TestClock, run: Callable[..., Any]) -> None:
    woke: list[tuple[float, float]] = []

    async def sleeper(delay: float) -> None:
        await plait.sleep(delay)
        woke.append((delay, clock.now))

    async def main() -> None:
        await plait.gather(*map(sleeper, (300, 100, 200, 0.5)))

    run(main())
    assert woke == [(0.5, 0.5), (100, 100.0), (200, 200.0), (300, 300.0)]


def test_timeout_expires_in_virtual_time(clock: TestClock, run: Callable[..., Any]) -> None:
    async def main() -> None:
        async with plait.timeout(60):
            await plait.sleep(3600)

    with pytest.raises(TimeoutError):
        run(main())
    assert clock.now == 60.0


def test_timeout_that_is_not_reached_does_nothing(clock: TestClock, run: Callable[..., Any]) -> None:
    async def main() -> None:
        async with plait.timeout(3600):
            await plait.sleep(60)

    run(main())
    assert clock.now == 60.0


def test_wait_for_and_stock_timeout_follow_the_clock(clock: TestClock, run: Callable[..., Any]) -> None:
    async def main() -> None:
        with pytest.raises(TimeoutError):
            await plait.wait_for(plait.sleep(100), 10)
        assert clock.now == 10.0
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(20):
                await asyncio.sleep(100)
        assert clock.now == 30.0

    run(main())
