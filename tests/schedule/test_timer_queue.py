"""The timer queue against a list: in the order of the deadlines, then of adding, and never a cancelled one."""

from __future__ import annotations

import random
from collections.abc import Iterable
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from plait.base import limits
from plait.schedule.timer import Timer
from plait.schedule.timer_queue import TimerQueue

from .handles import StandIn, nothing

FEW_TIMES = st.integers(-3, 6).map(float)  # so that many deadlines are equal
ANY_TIMES = st.floats(allow_nan=False, max_value=1e300)
TIMES = FEW_TIMES | ANY_TIMES
LATEST = 1e301


class TimerQueueMachine(RuleBasedStateMachine):
    """`waiting` is the model: what is in the queue, in the order of adding."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = TimerQueue()
        self.waiting: list[Timer] = []
        self.made: list[Timer] = []

    @rule(deadlines=st.lists(TIMES, min_size=1, max_size=20))
    def add(self, deadlines: list[float]) -> None:
        for deadline in deadlines:
            timer = new_timer(deadline)
            self.queue.add(timer)
            self.waiting.append(timer)
            self.made.append(timer)

    @rule(deadline=FEW_TIMES, count=st.integers(50, 200))
    def add_a_burst(self, deadline: float, count: int) -> None:
        self.add([deadline + index % 3 for index in range(count)])

    @rule(data=st.data())
    def cancel_any(self, data: st.DataObject) -> None:
        if self.made:
            self.cancel(data.draw(st.sampled_from(self.made)))

    @rule(start=st.integers(0, 200), step=st.integers(1, 3), reverse=st.booleans())
    def cancel_many(self, start: int, step: int, reverse: bool) -> None:
        chosen = self.waiting[start::step]
        for timer in reversed(chosen) if reverse else chosen:
            self.cancel(timer)

    def cancel(self, timer: Timer) -> None:
        timer.cancel()
        self.waiting = [other for other in self.waiting if other is not timer]

    @rule(now=TIMES, at_most=st.integers(1, 100))
    def take_due(self, now: float, at_most: int) -> None:
        for _ in range(at_most):
            expected = earliest(self.waiting, now)
            taken = self.queue.take_due(now)
            assert taken is expected
            if taken is None:
                return
            assert not taken._scheduled
            self.waiting = [other for other in self.waiting if other is not taken]

    @rule()
    def clear(self) -> None:
        self.queue.clear()
        assert not any(timer._scheduled for timer in self.waiting)
        self.waiting = []

    @rule()
    def next_deadline(self) -> None:
        assert self.queue.next_deadline() == min((timer.when() for timer in self.waiting), default=inf)

    @invariant()
    def size_is_that_of_those_not_cancelled(self) -> None:
        assert self.queue.size() == len(self.waiting)

    @invariant()
    def cancelled_ones_are_few(self) -> None:
        assert self.queue._count <= len(self.waiting) + most_cancelled_kept(len(self.waiting))

    def teardown(self) -> None:
        self.take_due(LATEST, len(self.waiting) + 1)


TestTimerQueueIsLikeAList = TimerQueueMachine.TestCase
TestTimerQueueIsLikeAList.settings = settings(max_examples=100, stateful_step_count=40, deadline=None, derandomize=True)


@settings(deadline=None, derandomize=True)
@given(st.lists(TIMES))
def test_comes_out_sorted_and_stable(deadlines: list[float]) -> None:
    queue, timers = filled(deadlines)
    assert same(drain(queue), sorted(timers, key=Timer.when))


@settings(deadline=None, derandomize=True)
@given(st.lists(st.tuples(FEW_TIMES, st.booleans())))
def test_cancelled_never_come_out(program: list[tuple[float, bool]]) -> None:
    queue, timers = filled(deadline for deadline, _ in program)
    for timer, (_, is_cancelled) in zip(timers, program, strict=True):
        if is_cancelled:
            timer.cancel()
    left = [timer for timer in timers if not timer.cancelled()]
    assert queue.size() == len(left)
    assert same(drain(queue), sorted(left, key=Timer.when))


@pytest.mark.parametrize("times", [10, 1_000, 1_000_000])
def test_thousands_of_timers_come_out_in_order(times: int) -> None:
    chance = random.Random(times)
    queue, timers = filled(float(chance.randrange(times)) for _ in range(20_000))
    for timer in chance.sample(timers, 7_000):
        timer.cancel()
    left = [timer for timer in timers if not timer.cancelled()]
    assert queue.size() == len(left) == 13_000
    assert same(drain(queue), sorted(left, key=Timer.when))


def test_thousands_added_while_others_are_taken_keep_the_order() -> None:
    chance = random.Random(1)
    queue, timers = filled([])
    taken = []
    for now in range(2_000):
        for _ in range(5):
            timers.append(new_timer(now + 1.0 + chance.randrange(50)))
            queue.add(timers[-1])
        taken += drain(queue, now)
    taken += drain(queue)
    assert same(taken, sorted(timers, key=Timer.when))


def test_one_deadline_comes_out_in_the_order_of_adding() -> None:
    queue, timers = filled([1.0] * 5_000)
    assert same(drain(queue, 1.0), timers)


def test_order_of_adding_outlives_a_sweep() -> None:
    queue, timers = filled([1.0] * 5_000)
    for timer in timers[::3] + timers[1::3]:
        timer.cancel()
    assert queue._count < len(timers)
    late = new_timer(1.0)
    queue.add(late)
    assert same(drain(queue), [*timers[2::3], late])


@pytest.mark.parametrize("kept", [0, 1, 500])
def test_many_cancelled_are_swept(kept: int) -> None:
    queue, timers = filled(float(index % 7) for index in range(10_000))
    for timer in timers[: len(timers) - kept]:
        timer.cancel()
    assert queue.size() == kept
    assert queue._count <= kept + most_cancelled_kept(kept)
    assert same(drain(queue), sorted(timers[len(timers) - kept :], key=Timer.when))
    assert queue._count == 0


def test_all_cancelled_newest_first_leave_nothing() -> None:
    queue, timers = filled(map(float, range(5_000)))
    for timer in reversed(timers):
        timer.cancel()
    assert queue.size() == queue._count == 0


def test_a_cancelled_first_does_not_count_as_the_next_deadline() -> None:
    queue, (first, second, _) = filled([1.0, 2.0, 3.0])
    first.cancel()
    assert queue.next_deadline() == 2.0
    second.cancel()
    assert queue.next_deadline() == 3.0
    assert queue.take_due(2.5) is None
    assert queue.size() == 1


def test_cancelling_twice_counts_once() -> None:
    queue, (first, _) = filled([1.0, 2.0])
    first.cancel()
    first.cancel()
    assert queue.size() == 1


@pytest.mark.parametrize("moment", ["taken", "cleared"])
def test_cancelling_what_has_left_changes_nothing(moment: str) -> None:
    queue, (first, *_) = filled([1.0, 2.0, 3.0])
    if moment == "taken":
        assert queue.take_due(1.0) is first
    else:
        queue.clear()
        queue.add(new_timer(2.0))
        queue.add(new_timer(3.0))
    first.cancel()
    assert queue.size() == 2
    assert [timer.when() for timer in drain(queue)] == [2.0, 3.0]


def test_is_due_at_its_very_deadline_and_not_before() -> None:
    queue, (timer,) = filled([1.0])
    assert queue.take_due(0.9999999999999999) is None
    assert queue.take_due(1.0) is timer
    assert queue.take_due(1.0) is None


@pytest.mark.parametrize("deadline", [-inf, -1.0, -0.0, 5e-324, 1.7976931348623157e308])
def test_odd_deadlines_come_out(deadline: float) -> None:
    queue, (timer,) = filled([deadline])
    assert queue.next_deadline() == deadline
    assert queue.take_due(deadline) is timer


def test_a_deadline_that_never_comes_waits() -> None:
    queue, (timer, soon) = filled([inf, 1.0])
    assert drain(queue) == [soon]
    assert queue.size() == 1
    assert queue.next_deadline() == inf
    timer.cancel()
    assert queue.size() == 0


def test_nothing_is_due_in_an_empty_queue() -> None:
    queue = TimerQueue()
    assert queue.size() == 0
    assert queue.next_deadline() == inf
    assert queue.take_due(LATEST) is None
    queue.clear()
    assert queue.size() == 0


def test_nothing_is_due_in_an_empty_queue_at_the_end_of_time() -> None:
    queue = TimerQueue()
    assert queue.take_due(inf) is None


def new_timer(deadline: float) -> Timer:
    return Timer(deadline, nothing, (), StandIn())


def filled(deadlines: Iterable[float]) -> tuple[TimerQueue, list[Timer]]:
    queue, timers = TimerQueue(), [new_timer(deadline) for deadline in deadlines]
    for timer in timers:
        queue.add(timer)
    return queue, timers


def drain(queue: TimerQueue, now: float = LATEST) -> list[Timer]:
    """All that is due."""
    taken = []
    while (timer := queue.take_due(now)) is not None:
        taken.append(timer)
    return taken


def earliest(waiting: list[Timer], now: float) -> Timer | None:
    first = min(waiting, key=Timer.when, default=None)  # of equal ones, the first in the list
    return first if first is not None and first.when() <= now else None


def most_cancelled_kept(waiting: int) -> int:
    return max(limits.CANCELLED_TIMERS_KEPT, waiting)


def same(one: list[Timer], other: list[Timer]) -> bool:
    """Whether they are the very same timers; equal ones are others."""
    return list(map(id, one)) == list(map(id, other))


def test_timers_are_a_crowd_when_there_are_many_most_of_which_are_new() -> None:
    """So what `surface` looks through is never more than twice what has come since it was called before."""
    queue, timers = filled(map(float, range(limits.CROWD)))
    assert not queue.is_crowd()
    add(queue, 1)
    assert queue.is_crowd()
    queue.surface()
    assert not queue.is_crowd()
    add(queue, limits.CROWD)
    assert not queue.is_crowd()
    add(queue, 2)
    assert queue.is_crowd()
    for timer in timers[:-1]:
        timer.cancel()
    drain(queue, limits.CROWD)
    assert queue.is_crowd()


def add(queue: TimerQueue, count: int) -> None:
    for _ in range(count):
        queue.add(new_timer(LATEST))
