"""Objects and memory blocks are as many after a hundred runs of a program as after ten."""

import contextlib
import gc
import itertools
import sys
import threading
import weakref

import pytest

# Runs before measuring: caches, interned names and lazy imports are filled by then.
WARM_UP = 10
# Runs between two measures. One object lost a run shows as this many.
RUNS = 20
# Measures. The smallest growth counts, so that a cache that grows once is no leak.
ROUNDS = 4
# Memory blocks a run that the interpreter itself may keep; the programs do everything several times over.
BLOCKS_OF_NOISE = 3


def measure():
    gc.collect()
    return len(gc.get_objects()), sys.getallocatedblocks()


def smallest_growth(run):
    """Objects and blocks that `RUNS` runs leave behind."""
    for _ in range(WARM_UP):
        run()
    counts = [measure()]
    for _ in range(ROUNDS):
        for _ in range(RUNS):
            run()
        counts.append(measure())
    return smallest_step(counts)


def smallest_step(counts):
    """Of objects and of blocks, the smallest growth from one measure to the next."""
    steps = list(itertools.pairwise(counts))
    return tuple(min(after[kind] - before[kind] for before, after in steps) for kind in (0, 1))


def assert_no_growth(run):
    objects, blocks = smallest_growth(run)
    assert objects < RUNS
    assert blocks < RUNS * BLOCKS_OF_NOISE


async def tasks_and_results(aio):
    async def body(number):
        await aio.sleep(0)
        return number

    assert sum(await aio.gather(*(body(number) for number in range(10)))) == 45
    tasks = [aio.create_task(body(number), name=f"task {number}") for number in range(10)]
    done, _ = await aio.wait(tasks)
    assert len(done) == 10
    for earliest in aio.as_completed([body(1), body(2)]):
        await earliest


async def failures(aio):
    async def failing(number):
        await aio.sleep(0)
        raise ValueError(number)

    await aio.gather(failing(1), failing(2), return_exceptions=True)
    with contextlib.suppress(ValueError):
        await aio.gather(failing(1), failing(2))
    with contextlib.suppress(ExceptionGroup):
        async with aio.TaskGroup() as group:
            group.create_task(failing(3))
            group.create_task(failing(4))
    with contextlib.suppress(ValueError):
        await aio.shield(failing(5))


async def cancellations(aio):
    async def forever():
        await aio.get_running_loop().create_future()

    tasks = [aio.create_task(forever()) for _ in range(5)]
    await aio.sleep(0)
    for task in tasks:
        task.cancel("message")
    await aio.gather(*tasks, return_exceptions=True)
    aio.create_task(forever()).cancel()
    left = aio.create_task(forever())
    await aio.sleep(0)
    assert not left.done()


async def timeouts(aio):
    for delay in (None, 3600, 0):
        with contextlib.suppress(TimeoutError):
            async with aio.timeout(delay):
                await aio.sleep(0)
                if delay == 0:
                    await aio.get_running_loop().create_future()
        with contextlib.suppress(TimeoutError):
            await aio.wait_for(aio.sleep(0), delay)


async def locks(aio):
    lock, semaphore, event, condition, barrier = (
        aio.Lock(),
        aio.Semaphore(2),
        aio.Event(),
        aio.Condition(),
        aio.Barrier(5),
    )

    async def body():
        async with lock:
            await aio.sleep(0)
        async with semaphore:
            await aio.sleep(0)
        await event.wait()
        async with condition:
            condition.notify()
        await barrier.wait()

    async def waiter():
        async with condition:
            await condition.wait()

    tasks = [aio.create_task(body()) for _ in range(5)]
    waiting = aio.create_task(waiter())
    await aio.sleep(0)
    event.set()
    await aio.gather(*tasks, waiting)


async def queues(aio):
    queue = aio.Queue(2)

    async def produce():
        for number in range(10):
            await queue.put(number)

    async def consume():
        while True:
            await queue.get()
            queue.task_done()

    consumers = [aio.create_task(consume()) for _ in range(3)]
    await produce()
    await queue.join()
    for consumer in consumers:
        consumer.cancel()


async def callbacks_and_timers(aio):
    loop = aio.get_running_loop()
    fired = loop.create_future()
    for _ in range(10):
        loop.call_soon(len, "callback")
        loop.call_later(3600, len, "never").cancel()
        loop.call_soon_threadsafe(len, "callback")
    loop.call_later(0.0001, fired.set_result, None)
    loop.call_later(3600, len, "left behind")
    await fired


async def threads(aio):
    assert await aio.to_thread(abs, -1) == 1
    loop = aio.get_running_loop()
    assert await loop.run_in_executor(None, abs, -2) == 2
    woken = loop.create_future()
    thread = threading.Thread(target=loop.call_soon_threadsafe, args=(woken.set_result, 1))
    thread.start()
    await woken
    thread.join()


async def async_generators(aio):
    async def numbers():
        for number in range(10):
            await aio.sleep(0)
            yield number

    assert [number async for number in numbers()] == list(range(10))
    async for _ in numbers():
        break
    await aio.sleep(0)


async def exceptions_in_callbacks(aio):
    def failing():
        raise ValueError

    loop = aio.get_running_loop()
    reports = []
    loop.set_exception_handler(lambda _loop, context: reports.append(context["message"]))
    loop.call_soon(failing)
    fut = loop.create_future()
    fut.add_done_callback(lambda _: failing())
    fut.set_result(None)
    lost = loop.create_future()
    lost.set_exception(ValueError())
    del lost
    await aio.sleep(0)
    await aio.sleep(0)
    assert len(reports) == 3


PROGRAMS = [
    tasks_and_results,
    failures,
    cancellations,
    timeouts,
    locks,
    queues,
    callbacks_and_timers,
    threads,
    async_generators,
    exceptions_in_callbacks,
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_runs_of_a_program_leave_nothing_behind(aio, program):
    assert_no_growth(lambda: aio.run(program(aio)))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_a_program_repeated_on_one_loop_leaves_nothing_behind(aio, program):
    async def settled():
        await program(aio)
        others = aio.all_tasks() - {aio.current_task()}
        for task in others:
            task.cancel()
        await aio.gather(*others, return_exceptions=True)

    if program is callbacks_and_timers:
        pytest.skip("it leaves a timer behind on purpose, which the loop's end drops")
    with aio.Runner() as runner:
        assert_no_growth(lambda: runner.run(settled()))


def test_loops_that_are_made_and_closed_leave_nothing_behind(aio):
    assert_no_growth(lambda: aio.new_event_loop().close())


def test_a_closed_loop_is_freed(aio):
    loop = aio.new_event_loop()
    loop.run_until_complete(tasks_and_results(aio))
    loop.close()
    reference = weakref.ref(loop)
    del loop
    gc.collect()
    assert reference() is None


WAITS = {
    "wait": lambda aio, fut: aio.wait([fut], timeout=0),
    "wait_for of a shield": lambda aio, fut: aio.wait_for(aio.shield(fut), 0),
    "timeout": lambda aio, fut: within_no_time(aio, aio.shield(fut)),
    "as_completed": lambda aio, fut: next(iter(aio.as_completed([fut], timeout=0))),
    "gather of a shield": lambda aio, fut: within_no_time(aio, aio.gather(aio.shield(fut))),
}


async def within_no_time(aio, awaitable):
    async with aio.timeout(0):
        await awaitable


@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS)
def test_waits_that_time_out_leave_nothing_on_the_future(aio, wait):
    async def main():
        fut = aio.get_running_loop().create_future()

        async def again():
            for _ in range(RUNS):
                with contextlib.suppress(TimeoutError):
                    await wait(aio, fut)
                await aio.sleep(0)
            return measure()

        await again()
        counts = [await again() for _ in range(ROUNDS)]
        objects, blocks = smallest_step(counts)
        assert objects < RUNS / 2
        assert blocks < RUNS

    aio.run(main())


WAITERS = {
    "Lock": lambda aio: held(aio.Lock()),
    "Semaphore": lambda aio: aio.Semaphore(0),
    "Event": lambda aio: aio.Event(),
    "Queue": lambda aio: aio.Queue(),
}
OPERATIONS = {"Lock": "acquire", "Semaphore": "acquire", "Event": "wait", "Queue": "get"}


def held(lock):
    coro = lock.acquire()
    with contextlib.suppress(StopIteration):
        coro.send(None)
    return lock


@pytest.mark.parametrize("name", WAITERS)
def test_cancelled_waiters_leave_nothing_on_locks_and_queues(aio, name):
    async def main():
        primitive = WAITERS[name](aio)

        async def again():
            for _ in range(RUNS):
                task = aio.create_task(getattr(primitive, OPERATIONS[name])())
                await aio.sleep(0)
                task.cancel()
                await aio.wait([task])
            del task
            await aio.sleep(0)
            return measure()

        await again()
        counts = [await again() for _ in range(ROUNDS)]
        assert smallest_step(counts)[0] < RUNS / 2

    aio.run(main())


def test_cancelled_timers_do_not_pile_up(aio):
    async def main():
        loop = aio.get_running_loop()

        async def again():
            for _ in range(2000):
                loop.call_later(3600, len, "never").cancel()
            await aio.sleep(0)
            return measure()

        await again()
        counts = [await again() for _ in range(ROUNDS)]
        assert smallest_step(counts)[1] < 1000

    aio.run(main())


@pytest.fixture
def no_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def is_interpreted(aio):
    return aio.__name__ == "plait" and aio.build_info()["mode"] == "interpreted"


class Marker:
    """Something that can be referenced weakly."""


@pytest.mark.parametrize("ending", ["returns", "is cancelled"])
def test_the_locals_of_a_task_are_freed_when_it_ends(aio, no_collector, ending):
    if ending == "is cancelled" and is_interpreted(aio):
        pytest.skip("interpreted, the frame of the coroutine leads to plait's own frames, and so to the task")

    async def body(marker):
        if ending == "is cancelled":
            await aio.get_running_loop().create_future()

    async def main():
        marker = Marker()
        reference = weakref.ref(marker)
        task = aio.create_task(body(marker))
        del marker
        await aio.sleep(0)
        task.cancel()
        await aio.wait([task])
        del task
        await aio.sleep(0)
        assert reference() is None

    aio.run(main())


def test_the_result_of_a_task_lives_as_long_as_the_task(aio, no_collector):
    async def body():
        return Marker()

    async def main():
        task = aio.create_task(body())
        await aio.wait([task])
        reference = weakref.ref(task.result())
        assert reference() is not None
        del task
        for _ in range(3):
            await aio.sleep(0)
        assert reference() is None

    aio.run(main())


def test_an_item_is_freed_once_it_is_taken_and_dropped(aio, no_collector):
    async def main():
        queue = aio.Queue()
        queue.put_nowait(Marker())
        item = await queue.get()
        reference = weakref.ref(item)
        del item
        assert reference() is None

    aio.run(main())
