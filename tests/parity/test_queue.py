"""Queues: bounded, first come first served at both ends, no item lost to cancellation, shut down for good."""

import pytest


def getter(aio, queue, trace):
    async def get():
        trace.append(await queue.get())

    return aio.create_task(get())


def putter(aio, queue, item, trace=None):
    async def put():
        await queue.put(item)
        if trace is not None:
            trace.append(item)

    return aio.create_task(put())


def drain(queue):
    return [queue.get_nowait() for _ in range(queue.qsize())]


@pytest.mark.parametrize(
    ("name", "expected"), [("Queue", [3, 1, 2]), ("PriorityQueue", [1, 2, 3]), ("LifoQueue", [2, 1, 3])]
)
async def test_the_order_in_which_items_come_out(aio, name, expected):
    queue = getattr(aio, name)()
    for item in (3, 1, 2):
        queue.put_nowait(item)
    assert drain(queue) == expected


def test_a_queue_may_be_made_and_filled_without_a_loop(aio):
    queue = aio.Queue()
    queue.put_nowait("early")
    assert aio.run(queue.get()) == "early"


async def test_sizes(aio):
    queue = aio.Queue(2)
    assert (queue.maxsize, queue.qsize(), queue.empty(), queue.full()) == (2, 0, True, False)
    queue.put_nowait(1)
    assert (queue.qsize(), queue.empty(), queue.full()) == (1, False, False)
    queue.put_nowait(2)
    assert (queue.qsize(), queue.empty(), queue.full()) == (2, False, True)


@pytest.mark.parametrize("maxsize", [0, -1])
async def test_a_size_that_is_not_positive_means_without_bound(aio, maxsize):
    queue = aio.Queue(maxsize)
    for item in range(1000):
        queue.put_nowait(item)
    assert not queue.full()
    assert queue.qsize() == 1000


async def test_get_nowait_of_an_empty_queue_raises(aio):
    with pytest.raises(aio.QueueEmpty):
        aio.Queue().get_nowait()


async def test_put_nowait_into_a_full_queue_raises(aio):
    queue = aio.Queue(1)
    queue.put_nowait(1)
    with pytest.raises(aio.QueueFull):
        queue.put_nowait(2)
    assert drain(queue) == [1]


async def test_get_and_put_do_not_give_way_when_they_need_not_wait(aio):
    queue, trace = aio.Queue(1), []
    aio.get_running_loop().call_soon(trace.append, "the loop ran")
    await queue.put(1)
    assert await queue.get() == 1
    assert trace == []


async def test_a_failing_comparison_of_a_priority_queue_is_raised(aio):
    queue = aio.PriorityQueue()
    queue.put_nowait(1)
    with pytest.raises(TypeError):
        queue.put_nowait("text")


async def test_a_subclass_may_keep_its_items_elsewhere(aio):
    class Stack(aio.Queue):
        def _init(self, maxsize):
            self.items = []

        def _put(self, item):
            self.items.append(item)

        def _get(self):
            return self.items.pop()

        def qsize(self):
            return len(self.items)

        def empty(self):
            return not self.items

    queue, trace = Stack(2), []
    getter(aio, queue, trace)
    await aio.sleep(0)
    await queue.put(0)
    await aio.sleep(0)
    for item in (1, 2):
        await queue.put(item)
    assert [trace, queue.full(), await queue.get(), queue.get_nowait(), queue.empty()] == [[0], True, 2, 1, True]


async def test_a_subclass_may_say_that_it_is_full_or_empty(aio):
    class Paused(aio.Queue):
        paused = True

        def empty(self):
            return self.paused or super().empty()

        def full(self):
            return self.paused or super().full()

    queue, trace = Paused(), []
    with pytest.raises(aio.QueueFull):
        queue.put_nowait(1)
    with pytest.raises(aio.QueueEmpty):
        queue.get_nowait()
    waiting = [putter(aio, queue, 1), getter(aio, queue, trace)]
    await aio.sleep(0)
    assert not any(task.done() for task in waiting)
    queue.paused = False
    await queue.put(2)
    await waiting[1]
    assert trace == [2]
    waiting[0].cancel()


async def test_a_queue_may_be_subclassed_by_its_three_hooks(aio):
    class Unique(aio.Queue):
        def _init(self, maxsize):
            self.items = self._queue = {}

        def _put(self, item):
            self.items[item] = None

        def _get(self):
            return self.items.popitem()[0]

    queue = Unique(5)
    for item in "abcab":
        queue.put_nowait(item)
    assert queue.qsize() == 3
    assert sorted(drain(queue)) == ["a", "b", "c"]


async def test_get_waits_for_an_item(aio, turns):
    queue, trace = aio.Queue(), []
    task = getter(aio, queue, trace)
    await turns()
    assert trace == []
    queue.put_nowait("item")
    await task
    assert trace == ["item"]


async def test_put_waits_for_room(aio, turns):
    queue = aio.Queue(1)
    queue.put_nowait(1)
    task = putter(aio, queue, 2)
    await turns()
    assert queue.qsize() == 1
    assert queue.get_nowait() == 1
    await task
    assert drain(queue) == [2]


async def test_getters_are_served_in_the_order_they_came(aio, turns):
    queue, trace = aio.Queue(), []

    async def get(number):
        trace.append((number, await queue.get()))

    tasks = [aio.create_task(get(number)) for number in range(4)]
    await turns()
    for item in "abcd":
        queue.put_nowait(item)
    await aio.gather(*tasks)
    assert trace == [(0, "a"), (1, "b"), (2, "c"), (3, "d")]


async def test_putters_are_served_in_the_order_they_came(aio, turns):
    queue = aio.Queue(1)
    queue.put_nowait("first")
    tasks = [putter(aio, queue, number) for number in range(4)]
    await turns()
    taken = [await queue.get() for _ in range(5)]
    await aio.gather(*tasks)
    assert taken == ["first", 0, 1, 2, 3]


async def test_producers_and_consumers_pass_every_item_once(aio):
    queue, taken = aio.Queue(3), []

    async def produce(start):
        for item in range(start, start + 50):
            await queue.put(item)

    async def consume():
        for _ in range(50):
            taken.append(await queue.get())
            await aio.sleep(0)

    await aio.gather(produce(0), produce(100), consume(), consume())
    assert sorted(taken) == [*range(50), *range(100, 150)]
    assert [item for item in taken if item < 100] == list(range(50))


async def test_cancel_of_a_getter_takes_no_item(aio, turns):
    queue, trace = aio.Queue(), []
    task = getter(aio, queue, trace)
    await turns()
    task.cancel()
    await aio.wait([task])
    queue.put_nowait("item")
    assert drain(queue) == ["item"]


async def test_cancel_of_a_getter_that_has_been_woken_leaves_the_item(aio, turns):
    queue, trace = aio.Queue(), []
    task = getter(aio, queue, trace)
    await turns()
    queue.put_nowait("item")
    task.cancel()
    await aio.wait([task])
    assert task.cancelled()
    assert drain(queue) == ["item"]


async def test_cancel_of_a_woken_getter_wakes_the_next(aio, turns):
    queue, trace = aio.Queue(), []
    first, second = getter(aio, queue, trace), getter(aio, queue, trace)
    await turns()
    queue.put_nowait("item")
    first.cancel()
    await aio.wait([first, second])
    assert trace == ["item"]
    assert first.cancelled()


@pytest.mark.parametrize("position", [0, 1, 2])
async def test_cancel_of_one_getter_keeps_the_order_of_the_others(aio, turns, position):
    queue, trace = aio.Queue(), []

    async def get(number):
        trace.append((number, await queue.get()))

    tasks = [aio.create_task(get(number)) for number in range(3)]
    await turns()
    tasks[position].cancel()
    await turns()
    queue.put_nowait("a")
    queue.put_nowait("b")
    await aio.wait(tasks)
    assert trace == list(zip([number for number in range(3) if number != position], "ab", strict=True))


async def test_cancel_of_a_putter_puts_nothing(aio, turns):
    queue = aio.Queue(1)
    queue.put_nowait(1)
    task = putter(aio, queue, 2)
    await turns()
    task.cancel()
    await aio.wait([task])
    assert drain(queue) == [1]
    assert queue.empty()


async def test_cancel_of_a_woken_putter_leaves_the_room_to_the_next(aio, turns):
    queue, trace = aio.Queue(1), []
    queue.put_nowait(1)
    first, second = putter(aio, queue, "first", trace), putter(aio, queue, "second", trace)
    await turns()
    assert queue.get_nowait() == 1
    first.cancel()
    await aio.wait([first, second])
    assert trace == ["second"]
    assert drain(queue) == ["second"]


async def test_cancel_of_every_woken_putter_leaves_the_queue_usable(aio, turns):
    queue = aio.Queue(1)
    queue.put_nowait(1)
    tasks = [putter(aio, queue, number) for number in range(3)]
    await turns()
    queue.get_nowait()
    for task in tasks:
        task.cancel()
    await aio.wait(tasks)
    assert queue.empty()
    await queue.put("next")
    assert drain(queue) == ["next"]


async def test_a_timeout_of_get_loses_no_item(aio):
    queue = aio.Queue()
    with pytest.raises(TimeoutError):
        await aio.wait_for(queue.get(), 0.001)
    queue.put_nowait("item")
    assert await aio.wait_for(queue.get(), 3600) == "item"


async def test_items_survive_a_storm_of_cancelled_getters(aio, turns):
    queue, taken = aio.Queue(2), []

    async def consume():
        taken.append(await queue.get())

    async def produce():
        for item in range(60):
            await queue.put(item)

    producer = aio.create_task(produce())
    rounds = 0
    while not producer.done() or not queue.empty():
        tasks = [aio.create_task(consume()) for _ in range(3)]
        await turns(rounds % 4)
        tasks[rounds % 3].cancel()
        await turns()
        for task in tasks:
            task.cancel()
        await aio.wait(tasks)
        rounds += 1
    assert sorted(taken) == list(range(60))


async def test_join_of_an_empty_queue_returns_at_once(aio):
    trace = []
    aio.get_running_loop().call_soon(trace.append, "the loop ran")
    await aio.Queue().join()
    assert trace == []


async def test_join_waits_until_every_item_is_done(aio, turns):
    queue = aio.Queue()
    queue.put_nowait(1)
    queue.put_nowait(2)
    task = aio.create_task(queue.join())
    drain(queue)
    queue.task_done()
    await turns()
    assert not task.done()
    queue.task_done()
    await task


async def test_join_waits_again_after_new_items(aio, turns):
    queue = aio.Queue()
    queue.put_nowait(1)
    queue.get_nowait()
    queue.task_done()
    await queue.join()
    queue.put_nowait(2)
    task = aio.create_task(queue.join())
    await turns()
    assert not task.done()
    queue.get_nowait()
    queue.task_done()
    await task


async def test_task_done_too_often_is_a_value_error(aio):
    queue = aio.Queue()
    with pytest.raises(ValueError, match="called too many times"):
        queue.task_done()
    queue.put_nowait(1)
    queue.task_done()
    with pytest.raises(ValueError, match="called too many times"):
        queue.task_done()


async def test_cancel_of_join_leaves_the_count(aio, turns):
    queue = aio.Queue()
    queue.put_nowait(1)
    task = aio.create_task(queue.join())
    await turns()
    task.cancel()
    await aio.wait([task])
    again = aio.create_task(queue.join())
    await turns()
    assert not again.done()
    queue.get_nowait()
    queue.task_done()
    await again


@pytest.mark.stock_since(3, 13)
class TestShutdown:
    async def test_put_is_refused(self, aio):
        queue = aio.Queue()
        queue.shutdown()
        with pytest.raises(aio.QueueShutDown):
            queue.put_nowait(1)
        with pytest.raises(aio.QueueShutDown):
            await queue.put(1)

    async def test_get_empties_the_queue_first(self, aio):
        queue = aio.Queue()
        queue.put_nowait(1)
        queue.put_nowait(2)
        queue.shutdown()
        assert (await queue.get(), queue.get_nowait()) == (1, 2)
        with pytest.raises(aio.QueueShutDown):
            await queue.get()
        with pytest.raises(aio.QueueShutDown):
            queue.get_nowait()

    async def test_immediate_drops_the_items(self, aio):
        queue = aio.Queue()
        queue.put_nowait(1)
        queue.shutdown(immediate=True)
        assert queue.empty()
        with pytest.raises(aio.QueueShutDown):
            queue.get_nowait()

    @pytest.mark.parametrize("immediate", [False, True])
    async def test_waiting_getters_are_woken(self, aio, turns, immediate):
        queue, trace = aio.Queue(), []
        tasks = [getter(aio, queue, trace) for _ in range(3)]
        await turns()
        queue.shutdown(immediate)
        results = await aio.gather(*tasks, return_exceptions=True)
        assert [type(result) for result in results] == [aio.QueueShutDown] * 3

    @pytest.mark.parametrize("immediate", [False, True])
    async def test_waiting_putters_are_woken(self, aio, turns, immediate):
        queue = aio.Queue(1)
        queue.put_nowait(0)
        tasks = [putter(aio, queue, number) for number in (1, 2)]
        await turns()
        queue.shutdown(immediate)
        results = await aio.gather(*tasks, return_exceptions=True)
        assert [type(result) for result in results] == [aio.QueueShutDown] * 2
        assert queue.qsize() == (0 if immediate else 1)

    async def test_join_still_waits_for_the_items(self, aio, turns):
        queue = aio.Queue()
        queue.put_nowait(1)
        task = aio.create_task(queue.join())
        queue.shutdown()
        await turns()
        assert not task.done()
        await queue.get()
        queue.task_done()
        await task

    async def test_immediate_ends_join_when_nothing_is_in_work(self, aio, turns):
        queue = aio.Queue()
        queue.put_nowait(1)
        task = aio.create_task(queue.join())
        await turns()
        queue.shutdown(immediate=True)
        await task

    async def test_immediate_leaves_what_is_in_work_to_task_done(self, aio, turns):
        queue = aio.Queue()
        queue.put_nowait(1)
        queue.put_nowait(2)
        queue.get_nowait()
        task = aio.create_task(queue.join())
        queue.shutdown(immediate=True)
        await turns()
        assert not task.done()
        queue.task_done()
        await task

    async def test_twice_is_once_and_may_become_immediate(self, aio):
        queue = aio.Queue()
        queue.put_nowait(1)
        queue.shutdown()
        queue.shutdown()
        assert queue.qsize() == 1
        queue.shutdown(immediate=True)
        assert queue.empty()

    @pytest.mark.parametrize("name", ["PriorityQueue", "LifoQueue"])
    async def test_other_orders_shut_down_too(self, aio, name):
        queue = getattr(aio, name)()
        queue.put_nowait(1)
        queue.shutdown()
        assert queue.get_nowait() == 1
        with pytest.raises(aio.QueueShutDown):
            queue.get_nowait()

    async def test_cancel_of_a_getter_during_shutdown(self, aio, turns):
        queue, trace = aio.Queue(), []
        first, second = getter(aio, queue, trace), getter(aio, queue, trace)
        await turns()
        queue.shutdown()
        first.cancel()
        results = await aio.gather(first, second, return_exceptions=True)
        assert [type(result) for result in results] == [aio.CancelledError, aio.QueueShutDown]


async def test_repr_tells_size_and_waiters(aio, turns):
    queue = aio.Queue(5)
    assert "maxsize=5" in repr(queue)
    task = getter(aio, queue, [])
    await turns()
    assert "_getters[1]" in repr(queue)
    queue.put_nowait(1)
    await task
    queue.put_nowait(2)
    assert "tasks=2" in repr(queue)
