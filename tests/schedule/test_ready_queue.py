"""The ready queue against a list: first in, first out, once each, whatever a runnable does meanwhile."""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from plait.schedule.handle import Handle
from plait.schedule.ready_queue import ReadyQueue

from .handles import StandIn, nothing


class Planned(Exception):
    """Raised by a callback, and reported."""


class Exit(SystemExit):
    """Raised by a callback, and passed on to who runs the batch."""


@dataclass(frozen=True)
class Push:
    """Push a runnable that does `plan`."""

    plan: tuple[object, ...]


SIMPLE_STEPS = st.sampled_from(["raise", "exit", "run a batch", "begin", "cancel the next"])
STEPS = st.recursive(
    SIMPLE_STEPS, lambda steps: st.lists(steps, max_size=3).map(lambda plan: Push(tuple(plan))), max_leaves=8
)
PLANS = st.lists(STEPS | st.just("clear"), max_size=4).map(tuple)


@dataclass(eq=False)
class Entry:
    """What the model knows of a handle."""

    handle: Handle
    is_cancelled: bool = False


@dataclass
class Model:
    """What waits, the oldest first; the first `in_batch` of it are the batch."""

    waiting: list[Entry] = field(default_factory=list)
    in_batch: int = 0

    def begin(self) -> int:
        if self.in_batch == 0:
            self.in_batch = len(self.waiting)
        return self.in_batch

    def take(self) -> Entry:
        assert self.in_batch > 0, "ran what waits for the next batch"
        self.in_batch -= 1
        return self.waiting.pop(0)

    def skip_cancelled(self) -> None:
        """Those of the batch up to the next that is not cancelled have had their turn without anybody seeing it."""
        while self.in_batch and self.waiting[0].is_cancelled:
            self.take()

    def clear(self) -> None:
        self.waiting.clear()
        self.in_batch = 0


class ReadyQueueMachine(RuleBasedStateMachine):
    """Runnables that push, raise, clear, and run the queue themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = StandIn()
        self.queue = ReadyQueue()
        self.model = Model()
        self.depth = 0

    @rule(plans=st.lists(PLANS, min_size=1, max_size=5))
    def push_some(self, plans: list[tuple[object, ...]]) -> None:
        for plan in plans:
            self.push(plan)

    def push(self, plan: tuple[object, ...]) -> None:
        entry = Entry(Handle(nothing, (), self.loop))
        entry.handle = Handle(self.turn, (entry, plan), self.loop)
        self.model.waiting.append(entry)
        self.queue.push(entry.handle)

    def turn(self, entry: Entry, plan: tuple[object, ...]) -> None:
        self.model.skip_cancelled()
        assert self.model.take() is entry
        self.check_size()
        for step in plan:
            self.do(step)

    def do(self, step: object) -> None:
        match step:
            case Push(plan):
                self.push(plan)
            case "raise":
                raise Planned
            case "exit":
                raise Exit
            case "run a batch":
                self.run_batch()
            case "begin":
                self.begin()
            case "cancel the next":
                self.cancel(0)
            case "clear":
                self.clear()

    @rule(index=st.integers(0, 5))
    def cancel(self, index: int) -> None:
        if index < len(self.model.waiting):
            entry = self.model.waiting[index]
            entry.handle.cancel()
            entry.is_cancelled = True

    @rule()
    def begin(self) -> None:
        assert self.queue.begin() == self.model.begin()

    @rule()
    def take(self) -> None:
        if self.model.in_batch:
            assert self.queue.take() is self.model.take().handle

    @rule()
    def run_batch(self) -> None:
        """Also what a runnable does to run the queue in its turn."""
        expected = self.model.begin()
        try:
            count = self.queue.run_batch()
        except Exit:
            return  # the rest of the batch stays; sizes tell
        assert count == expected
        self.model.skip_cancelled()
        assert self.model.in_batch == 0

    @rule()
    def clear(self) -> None:
        self.queue.clear()
        self.model.clear()

    def check_size(self) -> None:
        assert self.queue.size() == len(self.model.waiting)

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        self.check_size()

    @invariant()
    def only_what_was_planned_is_raised(self) -> None:
        assert [error for error in self.loop.reported if not isinstance(error, Planned)] == []

    def teardown(self) -> None:
        while self.model.waiting:
            self.run_batch()
        assert self.queue.size() == self.queue.begin() == self.queue.run_batch() == 0
        self.only_what_was_planned_is_raised()


TestReadyQueueIsLikeAList = ReadyQueueMachine.TestCase
TestReadyQueueIsLikeAList.settings = settings(max_examples=100, stateful_step_count=30, deadline=None, derandomize=True)


class Story:
    """A queue, and the names of those that ran."""

    def __init__(self) -> None:
        self.loop = StandIn()
        self.queue = ReadyQueue()
        self.ran: list[object] = []

    def push(self, name: object, *actions: object) -> Handle:
        handle = Handle(self.run, (name, actions), self.loop)
        self.queue.push(handle)
        return handle

    def run(self, name: object, actions: tuple[object, ...]) -> None:
        self.ran.append(name)
        for action in actions:
            if isinstance(action, BaseException):
                raise action
            action()  # type: ignore[operator]


@pytest.fixture
def story() -> Story:
    return Story()


def test_an_empty_queue_runs_nothing(story: Story) -> None:
    assert story.queue.begin() == story.queue.run_batch() == story.queue.size() == 0


@pytest.mark.parametrize("count", [1, 2, 5_000])
def test_runs_in_the_order_of_pushing(story: Story, count: int) -> None:
    for round_ in range(3):
        for number in range(count):
            story.push((round_, number))
        assert story.queue.size() == count
        assert story.queue.run_batch() == count
        assert story.queue.size() == 0
    assert story.ran == [(round_, number) for round_ in range(3) for number in range(count)]


def test_what_is_pushed_meanwhile_waits_for_the_next_batch(story: Story) -> None:
    story.push(1, lambda: story.push(3, lambda: story.push(4)))
    story.push(2)
    assert [story.queue.run_batch() for _ in range(4)] == [2, 1, 1, 0]
    assert story.ran == [1, 2, 3, 4]


def test_what_is_pushed_after_begin_waits_for_the_next_batch(story: Story) -> None:
    story.push(1)
    assert story.queue.begin() == 1
    story.push(2)
    assert story.queue.begin() == 1
    assert story.queue.size() == 2
    assert story.queue.run_batch() == 1
    assert story.ran == [1]
    assert story.queue.run_batch() == 1
    assert story.ran == [1, 2]


def test_take_gives_the_batch_one_by_one(story: Story) -> None:
    handles = [story.push(number) for number in range(3)]
    assert story.queue.begin() == 3
    assert [story.queue.take() for _ in range(3)] == handles
    assert story.queue.size() == 0
    assert story.ran == []


def test_a_batch_begun_by_take_is_run_to_its_end(story: Story) -> None:
    first, *_ = [story.push(number) for number in range(3)]
    story.queue.begin()
    assert story.queue.take() is first
    assert story.queue.run_batch() == 2
    assert story.ran == [1, 2]


def test_an_exception_is_reported_and_the_batch_goes_on(story: Story) -> None:
    error = ValueError("planned")
    story.push(1, error)
    story.push(2)
    assert story.queue.run_batch() == 2
    assert story.ran == [1, 2]
    assert story.loop.reported == [error]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("position", [0, 1, 2])
def test_an_exit_leaves_the_rest_of_the_batch_and_what_was_pushed(
    story: Story, kind: type[BaseException], position: int
) -> None:
    for number in range(3):
        pushes = lambda number=number: story.push(("after", number))  # noqa: E731
        story.push(number, pushes, *([kind()] if number == position else []))
    with pytest.raises(kind):
        story.queue.run_batch()
    assert story.ran == list(range(position + 1))
    assert story.queue.size() == 3
    while story.queue.run_batch():
        pass
    assert story.ran == [0, 1, 2, ("after", 0), ("after", 1), ("after", 2)]


@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_nested_run_takes_the_rest_and_doubles_nothing(story: Story, position: int) -> None:
    counts = []
    for number in range(3):
        story.push(number, *([lambda: counts.append(story.queue.run_batch())] if number == position else []))
    assert story.queue.run_batch() == 3
    assert counts == [2 - position]
    assert story.ran == [0, 1, 2]
    assert story.queue.size() == 0


def test_a_nested_run_of_the_last_one_runs_what_was_pushed(story: Story) -> None:
    story.push(1, lambda: story.push(2), lambda: story.push(3), story.queue.run_batch, lambda: story.push(4))
    story.queue.run_batch()
    assert story.ran == [1, 2, 3]
    assert story.queue.run_batch() == 1
    assert story.ran == [1, 2, 3, 4]


def test_an_exit_in_a_nested_run_loses_nothing(story: Story) -> None:
    def nested() -> None:
        with pytest.raises(Exit):
            story.queue.run_batch()

    story.push(1, nested)
    story.push(2, lambda: story.push(4), Exit())
    story.push(3)
    story.queue.run_batch()
    assert story.ran == [1, 2, 3]
    assert story.queue.run_batch() == 1
    assert story.ran == [1, 2, 3, 4]


def test_runs_nested_in_each_other_run_each_once(story: Story) -> None:
    for number in range(100):
        story.push(number, lambda number=number: story.push(100 + number), story.queue.run_batch)
    while story.queue.run_batch():
        pass
    assert story.ran == list(range(200))


def test_clear_within_a_batch_ends_it(story: Story) -> None:
    story.push(1, lambda: story.push(3), story.queue.clear, lambda: story.push(4))
    story.push(2)
    story.queue.run_batch()
    assert story.ran == [1]
    assert story.queue.run_batch() == 1
    assert story.ran == [1, 4]


def test_a_cancelled_one_has_its_turn_without_a_call(story: Story) -> None:
    first, _ = story.push(1), story.push(2)
    first.cancel()
    assert story.queue.size() == 2
    assert story.queue.run_batch() == 2
    assert story.ran == [2]


@pytest.mark.parametrize("lead", [0, 1, 40, 63, 64, 65])
@pytest.mark.parametrize("count", [63, 64, 65, 1000])
def test_order_holds_while_the_queue_grows(lead: int, count: int) -> None:
    """`lead` runnables have gone through the queue before, so that what follows wraps around its end."""
    queue, loop, seen = ReadyQueue(), StandIn(), []
    for number in range(lead + count):
        queue.push(Handle(seen.append, (number,), loop))
        if number < lead:
            queue.run_batch()
    assert queue.size() == count
    queue.run_batch()
    assert seen == list(range(lead + count))
    assert queue.size() == 0


def test_growing_amid_a_batch_changes_nothing_of_it() -> None:
    queue, loop, seen = ReadyQueue(), StandIn(), []

    def push_many() -> None:
        for number in range(100):
            queue.push(Handle(seen.append, (number,), loop))

    for letter in "ab":
        queue.push(Handle(seen.append, (letter,), loop))
        queue.push(Handle(push_many, (), loop))
    assert queue.run_batch() == 4
    assert seen == ["a", "b"]
    queue.run_batch()
    assert seen == ["a", "b", *range(100), *range(100)]


def test_memory_of_a_burst_is_given_back() -> None:
    queue, handle = ReadyQueue(), Handle(nothing, (), StandIn())
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(200_000):
            queue.push(handle)
        for _ in range(20):
            queue.run_batch()
        assert tracemalloc.get_traced_memory()[0] - before < 100_000
    finally:
        tracemalloc.stop()
