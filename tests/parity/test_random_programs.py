"""Random programs behave on every implementation as on stock asyncio, and keep what locks and queues promise."""

import asyncio
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conducted_programs import Conductor
from .conducted_programs import programs as conducted_programs
from .structured_programs import Machine
from .structured_programs import programs as structured_programs

randomly = settings(
    deadline=None,
    max_examples=200,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)

stock_is_the_newest = pytest.mark.skipif(
    sys.version_info < (3, 13), reason="plait behaves as the newest asyncio, which this Python's is not"
)


@stock_is_the_newest
@randomly
@given(program=structured_programs())
def test_nested_blocks_cancel_time_out_and_fail_as_on_stock_asyncio(aio, program):
    assert aio.run(Machine(aio).run(program)) == asyncio.run(Machine(asyncio).run(program))


@stock_is_the_newest
@randomly
@given(program=conducted_programs())
def test_waiters_are_served_and_cancelled_as_on_stock_asyncio(aio, program):
    assert aio.run(Conductor(aio).run(program)) == asyncio.run(Conductor(asyncio).run(program))


# Each task: steps before it asks, turns it stays inside, and the turn after which it is cancelled, if at all.
visits = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.one_of(st.none(), st.integers(0, 12))), min_size=1, max_size=8
)


async def cancel_in_turn(aio, tasks, cancel_turns):
    """Cancels each task after its number of turns; None is never."""
    for turn in range(max((turn for turn in cancel_turns if turn is not None), default=0) + 1):
        for task, cancel_turn in zip(tasks, cancel_turns, strict=True):
            if cancel_turn == turn:
                task.cancel()
        await aio.sleep(0)


async def give_way(aio, count):
    for _ in range(count):
        await aio.sleep(0)


@randomly
@given(visits=visits)
def test_a_lock_admits_one_at_a_time_in_the_order_of_asking(aio, visits):
    asked, admitted, inside = [], [], []

    async def visit(number, lock, before, within):
        await give_way(aio, before)
        asked.append(number)
        async with lock:
            inside.append(number)
            assert inside == [number]
            admitted.append(number)
            try:
                await give_way(aio, within)
            finally:
                inside.remove(number)

    async def main():
        lock = aio.Lock()
        tasks = [aio.create_task(visit(number, lock, *visit_[:2])) for number, visit_ in enumerate(visits)]
        await cancel_in_turn(aio, tasks, [cancel for _, _, cancel in visits])
        results = await aio.gather(*tasks, return_exceptions=True)
        assert all(result is None or isinstance(result, aio.CancelledError) for result in results)
        assert not lock.locked()
        for number, (_, _, cancel) in enumerate(visits):
            assert cancel is not None or number in admitted

    aio.run(main())
    assert admitted == [number for number in asked if number in admitted]


@randomly
@given(visits=visits, value=st.integers(1, 3), bounded=st.booleans())
def test_a_semaphore_admits_its_number_and_gets_every_permit_back(aio, visits, value, bounded):
    inside, most = 0, 0

    async def visit(semaphore, before, within):
        nonlocal inside, most
        await give_way(aio, before)
        async with semaphore:
            inside += 1
            most = max(most, inside)
            try:
                await give_way(aio, within)
            finally:
                inside -= 1

    async def main():
        semaphore = (aio.BoundedSemaphore if bounded else aio.Semaphore)(value)
        tasks = [aio.create_task(visit(semaphore, *visit_[:2])) for visit_ in visits]
        await cancel_in_turn(aio, tasks, [cancel for _, _, cancel in visits])
        await aio.gather(*tasks, return_exceptions=True)
        for _ in range(value):
            assert not semaphore.locked()
            await semaphore.acquire()
        assert semaphore.locked()

    aio.run(main())
    assert most <= value


@randomly
@given(
    maxsize=st.integers(0, 3),
    producers=st.lists(st.integers(0, 6), min_size=1, max_size=4),
    consumers=st.lists(st.one_of(st.none(), st.integers(0, 15)), min_size=1, max_size=5),
    kind=st.sampled_from(["Queue", "PriorityQueue", "LifoQueue"]),
)
def test_a_queue_loses_and_doubles_no_item_whoever_is_cancelled(aio, maxsize, producers, consumers, kind):
    put, taken = [], [[] for _ in consumers]

    async def produce(queue, producer, count):
        for number in range(count):
            await queue.put((number, producer))
            put.append((number, producer))

    async def consume(queue, consumer):
        while True:
            taken[consumer].append(await queue.get())
            queue.task_done()

    async def main():
        queue = getattr(aio, kind)(maxsize)
        consuming = [aio.create_task(consume(queue, number)) for number in range(len(consumers))]
        producing = [aio.create_task(produce(queue, number, count)) for number, count in enumerate(producers)]
        await cancel_in_turn(aio, consuming, consumers)
        rescue = aio.create_task(consume_rest(queue))
        await aio.gather(*producing)
        await queue.join()
        for task in (*consuming, rescue):
            task.cancel()
        await aio.wait([*consuming, rescue])
        assert queue.empty()

    rest = []

    async def consume_rest(queue):
        while True:
            rest.append(await queue.get())
            queue.task_done()

    aio.run(main())
    assert sorted([*rest, *(item for items in taken for item in items)]) == sorted(put)
    if kind == "Queue":
        for items in [*taken, rest]:
            for producer in range(len(producers)):
                numbers = [number for number, origin in items if origin == producer]
                assert numbers == sorted(numbers)


@randomly
@given(
    items=st.lists(st.integers(1, 3), max_size=6),
    consumers=st.lists(st.one_of(st.none(), st.integers(0, 12)), min_size=2, max_size=5),
)
@pytest.mark.stock_since(3, 13)
def test_a_condition_leaves_no_consumer_asleep_beside_an_item(aio, items, consumers):
    taken = []

    async def consume(condition, stock):
        while True:
            async with condition:
                await condition.wait_for(lambda: stock)
                taken.append(stock.pop(0))

    async def produce(condition, stock):
        for number, count in enumerate(items):
            async with condition:
                stock.extend([number] * count)
                condition.notify(count)
            await aio.sleep(0)

    async def main():
        condition, stock = aio.Condition(), []
        consuming = [aio.create_task(consume(condition, stock)) for _ in consumers]
        producing = aio.create_task(produce(condition, stock))
        await cancel_in_turn(aio, consuming, consumers)
        await producing
        await give_way(aio, 50)
        if any(cancel is None for cancel in consumers):
            assert stock == []
        assert len(taken) + len(stock) == sum(items)
        assert not condition.locked()
        for task in consuming:
            task.cancel()
        await aio.wait(consuming)

    aio.run(main())


@randomly
@given(
    depth=st.integers(1, 6),
    cancel_turn=st.integers(0, 8),
    endings=st.lists(st.sampled_from(["obeys", "cleans up", "fails"]), min_size=6, max_size=6),
)
def test_no_task_of_nested_groups_outlives_its_group(aio, depth, cancel_turn, endings):
    started, ended = [], []

    async def nest(level):
        started.append(level)
        try:
            async with aio.TaskGroup() as group:
                if level:
                    group.create_task(nest(level - 1))
                    group.create_task(nest(level - 1))
                await aio.get_running_loop().create_future()
        except aio.CancelledError:
            if endings[level - 1] == "cleans up":
                await aio.sleep(0)
            elif endings[level - 1] == "fails":
                raise ValueError(level) from None
            raise
        finally:
            ended.append(level)

    async def main():
        task = aio.create_task(nest(min(depth, 4)))
        await give_way(aio, cancel_turn)
        task.cancel()
        (result,) = await aio.gather(task, return_exceptions=True)
        assert isinstance(result, aio.CancelledError | ValueError | ExceptionGroup)
        assert sorted(started) == sorted(ended)
        assert aio.all_tasks() == {aio.current_task()}

    aio.run(main())
