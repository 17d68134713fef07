"""The waiter queue against a list, and what locks, semaphores and events make of it when programs are random."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

import plait
from plait.sync.waiter_queue import WaiterQueue

SETTLING_TURNS = 5  # of the loop; a woken task needs two


def new_waiter() -> Any:
    """A waiter that nobody awaits."""
    waiter = plait.Lock().acquire()
    waiter.close()
    return waiter


class WaiterQueueMachine(RuleBasedStateMachine):
    """Two queues between which waiters move, and the lists that they should be."""

    def __init__(self) -> None:
        super().__init__()
        self.queues = [WaiterQueue(), WaiterQueue()]
        self.models: list[list[Any]] = [[], []]
        self.idle: list[Any] = []

    def waiter(self) -> Any:
        return self.idle.pop() if self.idle else new_waiter()

    @rule(which=st.integers(0, 1), count=st.integers(1, 5))
    def append(self, which: int, count: int) -> None:
        for _ in range(count):
            waiter = self.waiter()
            self.queues[which].append(waiter)
            self.models[which].append(waiter)

    @rule(which=st.integers(0, 1))
    def prepend(self, which: int) -> None:
        waiter = self.waiter()
        self.queues[which].prepend(waiter)
        self.models[which].insert(0, waiter)

    @rule(which=st.integers(0, 1), index=st.integers(0, 10))
    def remove(self, which: int, index: int) -> None:
        if self.models[which]:
            waiter = self.models[which].pop(index % len(self.models[which]))
            self.queues[which].remove(waiter)
            self.idle.append(waiter)

    @rule(which=st.integers(0, 1))
    def move_first(self, which: int) -> None:
        if self.models[which]:
            waiter = self.models[which].pop(0)
            self.queues[which].remove(waiter)
            self.queues[1 - which].append(waiter)
            self.models[1 - which].append(waiter)

    @rule(which=st.integers(0, 1))
    def drain(self, which: int) -> None:
        queue, drained = self.queues[which], []
        while (waiter := queue.first()) is not None:
            queue.remove(waiter)
            drained.append(waiter)
        assert list(map(id, drained)) == list(map(id, self.models[which]))
        self.models[which] = []
        self.idle += drained

    @invariant()
    def looks_like_the_list(self) -> None:
        for queue, model in zip(self.queues, self.models, strict=True):
            assert queue.size() == len(model)
            assert queue.is_empty() == (not model)
            assert queue.first() is (model[0] if model else None)

    def teardown(self) -> None:
        for which in (0, 1):
            self.drain(which)
        self.looks_like_the_list()


TestWaiterQueueIsLikeAList = WaiterQueueMachine.TestCase
TestWaiterQueueIsLikeAList.settings = settings(
    max_examples=100, stateful_step_count=40, deadline=None, derandomize=True
)


def test_new_queue_is_empty() -> None:
    queue = WaiterQueue()
    assert queue.is_empty()
    assert queue.size() == 0
    assert queue.first() is None
    assert queue.grant_first() is None
    queue.grant_all()


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 0, 2], [1, 2, 0]])
def test_leaves_from_anywhere(order: list[int]) -> None:
    queue, waiters = WaiterQueue(), [new_waiter() for _ in range(3)]
    for waiter in waiters:
        queue.append(waiter)
    left = list(waiters)
    for index in order:
        queue.remove(waiters[index])
        left.remove(waiters[index])
        assert queue.size() == len(left)
        assert queue.first() is (left[0] if left else None)
    assert queue.is_empty()


def test_thousands_of_waiters_keep_their_order() -> None:
    queue, waiters = WaiterQueue(), [new_waiter() for _ in range(5_000)]
    for waiter in waiters:
        queue.append(waiter)
    for waiter in waiters[::2]:
        queue.remove(waiter)
    for waiter in waiters[1::2]:
        assert queue.first() is waiter
        queue.remove(waiter)
    assert queue.is_empty()


class Permits:
    """What a semaphore should do, in lockstep with the real one: who waits, who was granted, what is free."""

    def __init__(self, free: int) -> None:
        self.free = free
        self.queue: list[int] = []
        self.granted: set[int] = set()

    def arrive(self, number: int) -> None:
        if self.free:
            self.free -= 1
            self.granted.add(number)
        else:
            self.queue.append(number)

    def release(self) -> None:
        if self.queue:
            self.granted.add(self.queue.pop(0))
        else:
            self.free += 1

    def cancelled(self, number: int) -> None:
        """It has seen its cancellation while it acquired."""
        if number in self.queue:
            self.queue.remove(number)
        else:
            self.granted.remove(number)
            self.release()


Step = tuple[str, int]

INDEX = st.integers(0, 7)
PERMIT_STEPS = st.tuples(st.sampled_from(["start", "start", "release", "cancel", "cancel waiting", "turn"]), INDEX)
PERMIT_PROGRAMS = st.lists(PERMIT_STEPS, max_size=40)


class PermitProgram:
    """Tasks that acquire, hold until they are told to release, and may be cancelled at any moment."""

    def __init__(self, primitive: Any, permits: int) -> None:
        self.primitive = primitive
        self.permits = permits
        self.model = Permits(permits)
        self.tasks: list[Any] = []
        self.gates: dict[int, Any] = {}  # of those who hold: what they wait for before they release
        self.finished = 0

    async def run(self, steps: list[Step]) -> None:
        for name, index in steps:
            getattr(self, name.replace(" ", "_"))(index)
            if name == "turn":
                await plait.sleep(0)
            self.check()
        await self.finish()

    async def worker(self, number: int) -> None:
        self.model.arrive(number)
        try:
            assert await self.primitive.acquire() is True
        except asyncio.CancelledError:
            self.model.cancelled(number)
            raise
        assert number in self.model.granted, "came in before its turn"
        self.gates[number] = plait.Future()
        assert len(self.gates) <= self.permits, "came in while all permits were held"
        try:
            await self.gates[number]
        finally:
            del self.gates[number]
            self.model.granted.remove(number)
            self.model.release()
            self.primitive.release()
            self.finished += 1

    def start(self, _: int) -> None:
        loop = asyncio.get_running_loop()
        self.tasks.append(plait.Task(self.worker(len(self.tasks)), loop=loop))

    def release(self, index: int) -> None:
        closed = [gate for gate in self.gates.values() if not gate.done()]
        if closed:
            closed[index % len(closed)].set_result(None)

    def cancel(self, index: int) -> None:
        alive = [task for task in self.tasks if not task.done()]
        if alive:
            alive[index % len(alive)].cancel()

    def cancel_waiting(self, index: int) -> None:
        if self.model.queue:
            self.tasks[self.model.queue[index % len(self.model.queue)]].cancel()

    def turn(self, _: int) -> None:
        """The loop turns after this step."""

    def check(self) -> None:
        assert self.primitive._waiters.size() == len(self.model.queue)
        assert self.primitive.locked() == (self.model.free == 0)
        if hasattr(self.primitive, "_value"):
            assert self.primitive._value == self.model.free

    async def finish(self) -> None:
        """All release; then everybody has had a turn and every permit is there."""
        for _ in range(SETTLING_TURNS * (len(self.tasks) + 1)):
            self.release(0)
            await plait.sleep(0)
            self.check()
        assert all(task.done() for task in self.tasks), "somebody waits for ever"
        for task in self.tasks:
            if not task.cancelled():
                task.result()
        assert self.model.free == self.permits
        assert self.model.granted == set()
        assert self.primitive._waiters.is_empty()


RUNNERS = pytest.mark.parametrize("run", [plait.run, asyncio.run], ids=["plait's loop", "a stock loop"])
RANDOM = settings(max_examples=100, deadline=None, derandomize=True)


@RUNNERS
@RANDOM
@given(steps=PERMIT_PROGRAMS)
def test_lock_grants_as_its_model_whatever_is_cancelled(run: Callable[..., Any], steps: list[Step]) -> None:
    async def main() -> None:
        await PermitProgram(plait.Lock(), 1).run(steps)

    run(main())


@RUNNERS
@pytest.mark.parametrize("kind", ["Semaphore", "BoundedSemaphore"])
@RANDOM
@given(steps=PERMIT_PROGRAMS, permits=st.integers(1, 3))
def test_semaphore_grants_as_its_model_whatever_is_cancelled(
    run: Callable[..., Any], kind: str, steps: list[Step], permits: int
) -> None:
    async def main() -> None:
        await PermitProgram(getattr(plait, kind)(permits), permits).run(steps)

    run(main())


EVENT_STEPS = st.tuples(st.sampled_from(["start", "start", "set", "clear", "cancel", "turn"]), INDEX)


class EventProgram:
    """Tasks that wait for an event, and may be cancelled at any moment."""

    def __init__(self) -> None:
        self.event = plait.Event()
        self.is_set = False
        self.waiting: list[int] = []
        self.woken: set[int] = set()
        self.passed: list[int] = []
        self.tasks: list[Any] = []

    async def run(self, steps: list[Step]) -> None:
        for name, index in steps:
            getattr(self, name)(index)
            if name == "turn":
                await plait.sleep(0)
            self.check()
        self.set(0)
        for _ in range(SETTLING_TURNS):
            await plait.sleep(0)
        self.check()
        assert all(task.done() for task in self.tasks), "somebody waits for ever"
        assert sorted(self.passed) == [number for number, task in enumerate(self.tasks) if not task.cancelled()]
        assert self.woken == set()

    async def waiter(self, number: int) -> None:
        if self.is_set:
            self.woken.add(number)
        else:
            self.waiting.append(number)
        try:
            assert await self.event.wait() is True
        except asyncio.CancelledError:
            self.woken.discard(number)
            if number in self.waiting:
                self.waiting.remove(number)
            raise
        self.woken.remove(number)  # fails if nobody woke it
        self.passed.append(number)

    def start(self, _: int) -> None:
        loop = asyncio.get_running_loop()
        self.tasks.append(plait.Task(self.waiter(len(self.tasks)), loop=loop))

    def set(self, _: int) -> None:
        self.event.set()
        self.is_set = True
        self.woken.update(self.waiting)
        self.waiting.clear()

    def clear(self, _: int) -> None:
        self.event.clear()
        self.is_set = False

    def cancel(self, index: int) -> None:
        alive = [task for task in self.tasks if not task.done()]
        if alive:
            alive[index % len(alive)].cancel()

    def turn(self, _: int) -> None:
        """The loop turns after this step."""

    def check(self) -> None:
        assert self.event.is_set() == self.is_set
        assert self.event._waiters.size() == len(self.waiting)


@RUNNERS
@RANDOM
@given(steps=st.lists(EVENT_STEPS, max_size=40))
def test_event_wakes_as_its_model_whatever_is_cancelled(run: Callable[..., Any], steps: list[Step]) -> None:
    async def main() -> None:
        await EventProgram().run(steps)

    run(main())


async def acquire(lock: Any, log: list[Any], name: Any) -> None:
    await lock.acquire()
    log.append(name)


@pytest.mark.parametrize("count", [1, 2, 1_000])
def test_lock_is_granted_in_the_order_of_arrival(count: int) -> None:
    async def main() -> None:
        lock, log = plait.Lock(), []
        await lock.acquire()
        tasks = [plait.create_task(acquire(lock, log, number)) for number in range(count)]
        await plait.sleep(0)
        assert lock._waiters.size() == count
        for task in tasks:
            lock.release()
            await task
        assert log == list(range(count))
        assert lock.locked()

    plait.run(main())


def test_a_permit_granted_to_a_cancelled_one_goes_to_the_next() -> None:
    async def main() -> None:
        lock, log = plait.Lock(), []
        await lock.acquire()
        tasks = [plait.create_task(acquire(lock, log, number)) for number in range(3)]
        await plait.sleep(0)
        lock.release()
        tasks[0].cancel()
        tasks[1].cancel()
        await tasks[2]
        assert log == [2]
        lock.release()
        assert not lock.locked()

    plait.run(main())


def test_nobody_overtakes_who_was_granted_but_has_not_run() -> None:
    async def main() -> None:
        lock, log = plait.Lock(), []
        await lock.acquire()
        waiting = plait.create_task(acquire(lock, log, "first"))
        await plait.sleep(0)
        lock.release()
        late = plait.create_task(acquire(lock, log, "late"))
        assert lock.locked()
        await waiting
        await plait.sleep(0)
        assert log == ["first"]
        lock.release()
        await late

    plait.run(main())


def test_another_loop_may_wait_at_the_same_time() -> None:
    lock, log = plait.Lock(), []
    one, other = plait.new_event_loop(), plait.new_event_loop()
    one.run_until_complete(lock.acquire())
    waiting = one.create_task(acquire(lock, log, "one"))
    one.run_until_complete(plait.sleep(0))
    also_waiting = other.create_task(acquire(lock, log, "other"))
    other.run_until_complete(plait.sleep(0))
    lock.release()
    one.run_until_complete(waiting)
    assert log == ["one"]
    lock.release()
    other.run_until_complete(also_waiting)
    assert log == ["one", "other"]
    one.close()
    other.close()
