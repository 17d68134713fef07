"""One primitive, tasks on one side and threads on the other, on plait's loop and on stock asyncio's."""

from __future__ import annotations

import asyncio
import queue as threads_queue
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import plait
from plait.bridge import SelfDeadlock

PATIENCE = 20.0  # seconds after which a thread takes what it waits for as lost
SHORT = 0.01  # seconds of a time-out that is to pass
TURNS = 5  # of the loop, after which a woken task has run

Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture(params=("plait", "asyncio"))
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a coroutine on a loop of plait's, or of asyncio's with its own tasks."""
    runner: Run = plait.run if request.param == "plait" else asyncio.run
    return runner


class Worker(threading.Thread):
    """A thread whose result, or exception, `outcome` gives."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._value: Any = None
        self._error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._value = self._work()
        except BaseException as error:
            self._error = error

    def outcome(self) -> Any:
        self.join(PATIENCE)
        assert not self.is_alive(), "the thread waits for ever"
        if self._error is not None:
            raise self._error
        return self._value


async def outcome(worker: Worker) -> Any:
    return await asyncio.to_thread(worker.outcome)


async def until(condition: Callable[[], bool]) -> None:
    """Give way until `condition` holds."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110  (threads tell nobody)
            await asyncio.sleep(0.001)


def waiting(primitive: Any) -> int:
    queues = [primitive._waiters] if hasattr(primitive, "_waiters") else [primitive._getters, primitive._putters]
    return sum(one.size() for one in queues)


# Queue.


def test_items_go_from_threads_to_tasks_and_back_in_order(run: Run) -> None:
    async def main() -> None:
        queue: Any = plait.Queue(3)
        putting = Worker(lambda: [queue.sync.put(item) for item in range(100)])
        assert [await queue.get() for _ in range(100)] == list(range(100))
        await outcome(putting)
        getting = Worker(lambda: [queue.sync.get() for _ in range(100)])
        for item in range(100):
            await queue.put(item)
        assert await outcome(getting) == list(range(100))

    run(main())


@pytest.mark.parametrize("kind", [plait.PriorityQueue, plait.LifoQueue])
def test_other_orders_have_a_face_too(kind: Any, run: Run) -> None:
    async def main() -> None:
        queue = kind()
        await outcome(Worker(lambda: [queue.sync.put(item) for item in (2, 1, 3)]))
        order = [1, 2, 3] if kind is plait.PriorityQueue else [3, 1, 2]
        assert [await queue.get() for _ in range(3)] == order

    run(main())


def test_getters_of_both_kinds_are_served_in_the_order_of_their_coming(run: Run) -> None:
    async def main() -> None:
        queue: Any = plait.Queue()
        log: list[str] = []

        async def task(name: str) -> None:
            log.append(f"{name} {await queue.get()}")

        def work(name: str) -> None:
            log.append(f"{name} {queue.sync.get()}")

        getters: list[Any] = []
        for number, name in enumerate("tTtT"):
            if name == "t":
                getters.append(asyncio.create_task(task(f"task{number}")))
            else:
                getters.append(asyncio.ensure_future(asyncio.to_thread(work, f"thread{number}")))
            await until(lambda: waiting(queue) == len(getters))
        for item in range(4):
            await asyncio.to_thread(queue.sync.put, item)
            await getters[item]  # of two who are woken at a time, either may be the first to run
        assert log == ["task0 0", "thread1 1", "task2 2", "thread3 3"]

    run(main())


def test_a_time_out_leaves_the_line_and_takes_nothing(run: Run) -> None:
    async def main() -> None:
        queue: Any = plait.Queue(1)
        with pytest.raises(threads_queue.Empty):
            await asyncio.to_thread(queue.sync.get, True, SHORT)
        await queue.put("first")
        with pytest.raises(threads_queue.Full):
            await asyncio.to_thread(queue.sync.put, "late", True, SHORT)
        with pytest.raises(plait.QueueFull):
            queue.sync.put_nowait("late")
        assert (queue.get_nowait(), queue.qsize(), waiting(queue)) == ("first", 0, 0)
        with pytest.raises(plait.QueueEmpty):
            queue.sync.get_nowait()

    run(main())


def test_a_task_cancelled_after_its_grant_passes_the_item_to_the_thread_behind_it(run: Run) -> None:
    async def main() -> None:
        queue: Any = plait.Queue()
        first = asyncio.create_task(queue.get())
        await until(lambda: waiting(queue) == 1)
        second = Worker(queue.sync.get)
        await until(lambda: waiting(queue) == 2)
        queue.put_nowait("item")  # granted to the task, which has not run
        first.cancel()
        assert await outcome(second) == "item"
        with pytest.raises(asyncio.CancelledError):
            await first

    run(main())


def test_shutdown_reaches_threads(run: Run) -> None:
    async def main() -> None:
        queue: Any = plait.Queue()
        getting = Worker(queue.sync.get)
        await until(lambda: waiting(queue) == 1)
        queue.shutdown()
        with pytest.raises(plait.QueueShutDown):
            await outcome(getting)
        with pytest.raises(getattr(threads_queue, "ShutDown", plait.QueueShutDown)):
            queue.sync.put(1)

    run(main())


def test_join_waits_for_work_on_the_other_side(run: Run) -> None:
    async def main() -> None:
        queue: Any = plait.Queue()
        await queue.put(1)
        assert await asyncio.to_thread(queue.sync.join, SHORT) is False
        joining = Worker(queue.sync.join)
        queue.sync.get_nowait()
        queue.sync.task_done()
        assert await outcome(joining) is True
        await queue.join()

    run(main())


def test_a_queue_of_threads_alone_needs_no_loop() -> None:
    queue: Any = plait.Queue(1)
    putting = Worker(lambda: [queue.sync.put(item) for item in range(50)])
    assert [queue.sync.get(timeout=PATIENCE) for _ in range(50)] == list(range(50))
    putting.outcome()


def test_it_goes_where_a_queue_of_the_standard_library_is_expected() -> None:
    import logging.handlers

    queue: Any = plait.Queue()
    records: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: records.append(record.getMessage())  # type: ignore[method-assign]
    listener = logging.handlers.QueueListener(queue.sync, handler)
    listener.start()
    logging.handlers.QueueHandler(queue.sync).emit(logging.makeLogRecord({"msg": "seen"}))
    listener.stop()
    assert records == ["seen"]


# Lock, Semaphore, Event.


def test_a_lock_excludes_tasks_and_threads(run: Run) -> None:
    async def main() -> None:
        lock: Any = plait.Lock()
        inside, most = 0, 0

        def step(change: int) -> None:
            nonlocal inside, most
            inside += change
            most = max(most, inside)

        def work() -> None:
            for _ in range(50):
                with lock.sync:
                    step(1)
                    step(-1)

        workers = [Worker(work) for _ in range(3)]

        async def task() -> None:
            for _ in range(50):
                async with lock:
                    step(1)
                    await asyncio.sleep(0)
                    step(-1)

        await asyncio.gather(task(), task())
        for worker in workers:
            await outcome(worker)
        assert most == 1
        assert not lock.locked()

    run(main())


def test_a_lock_is_handed_to_the_thread_that_waits() -> None:
    async def main() -> None:
        lock: Any = plait.Lock()
        await lock.acquire()
        worker = Worker(lambda: lock.sync.acquire(timeout=PATIENCE))
        await until(lambda: waiting(lock) == 1)
        lock.release()
        assert lock.locked()
        assert await outcome(worker) is True
        assert await asyncio.to_thread(lock.sync.acquire, True, SHORT) is False
        assert lock.sync.acquire(blocking=False) is False
        lock.sync.release()
        with pytest.raises(RuntimeError, match="not acquired"):
            lock.sync.release()

    plait.run(main())


def test_permits_are_counted_over_both_sides(run: Run) -> None:
    async def main() -> None:
        semaphore: Any = plait.BoundedSemaphore(2)
        await semaphore.acquire()
        assert semaphore.sync.acquire()
        assert semaphore.sync.acquire(blocking=False) is False
        worker = Worker(lambda: semaphore.sync.acquire(timeout=PATIENCE))
        await until(lambda: waiting(semaphore) == 1)
        semaphore.release()
        assert await outcome(worker)
        semaphore.sync.release(2)
        with pytest.raises(ValueError, match="too many times"):
            semaphore.sync.release()

    run(main())


def test_an_event_wakes_tasks_and_threads(run: Run) -> None:
    async def main() -> None:
        event: Any = plait.Event()
        assert await asyncio.to_thread(event.sync.wait, SHORT) is False
        task, worker = asyncio.create_task(event.wait()), Worker(event.sync.wait)
        await until(lambda: waiting(event) == 2)
        await asyncio.to_thread(event.sync.set)
        assert await task is True
        assert await outcome(worker) is True
        event.sync.clear()
        assert not event.is_set()

    run(main())


def test_a_condition_works_on_a_lock_that_threads_share(run: Run) -> None:
    async def main() -> None:
        lock: Any = plait.Lock()
        condition, ready = plait.Condition(lock), False
        lock.sync.acquire()
        lock.sync.release()

        async def consume() -> bool:
            async with condition:
                return await condition.wait_for(lambda: ready)

        def produce() -> None:
            nonlocal ready
            with lock.sync:
                ready = True
                condition.notify_all()

        consumer = asyncio.create_task(consume())
        await until(lambda: condition._waiters.size() == 1)
        await outcome(Worker(produce))
        assert await consumer is True
        assert not lock.locked()

    run(main())


def test_several_loops_share_a_queue() -> None:
    queue: Any = plait.Queue(2)

    async def put() -> None:
        for item in range(50):
            await queue.put(item)

    async def get() -> list[int]:
        return [await queue.get() for _ in range(50)]

    getting = Worker(lambda: asyncio.run(get()))
    putting = Worker(lambda: plait.run(put()))
    assert getting.outcome() == list(range(50))
    putting.outcome()


def test_a_grant_does_not_die_with_its_loop() -> None:
    lock: Any = plait.Lock()
    lock.sync.acquire()
    loop = plait.new_event_loop()
    task = loop.create_task(lock.acquire())
    loop.run_until_complete(plait.sleep(0))
    task._log_destroy_pending = False
    loop.close()
    worker = Worker(lambda: lock.sync.acquire(timeout=PATIENCE))
    while waiting(lock) < 2:
        threading.Event().wait(0.001)
    lock.sync.release()
    assert worker.outcome() is True


# On the thread of a loop.


@pytest.mark.parametrize(
    ("make", "wait"),
    [
        (plait.Queue, lambda face: face.get()),
        (plait.Queue, lambda face: face.get(timeout=PATIENCE)),
        (plait.Event, lambda face: face.wait()),
        (lambda: plait.Semaphore(0), lambda face: face.acquire()),
    ],
)
def test_to_block_the_loops_thread_is_an_error(make: Any, wait: Any, run: Run) -> None:
    async def main() -> None:
        primitive = make()
        with pytest.raises(SelfDeadlock, match="await"):
            wait(primitive.sync)
        assert waiting(primitive) == 0

    run(main())


def test_a_lock_that_a_task_of_this_loop_holds_cannot_be_waited_for(run: Run) -> None:
    async def main() -> None:
        lock: Any = plait.Lock()
        async with lock:
            with pytest.raises(SelfDeadlock), lock.sync:
                pass
        assert not lock.locked()

    run(main())


def test_a_lock_that_another_thread_holds_can(run: Run) -> None:
    async def main() -> None:
        lock: Any = plait.Lock()
        held, done = threading.Event(), threading.Event()

        def hold() -> None:
            with lock.sync:
                held.set()
                done.wait(PATIENCE)

        worker = Worker(hold)
        held.wait(PATIENCE)
        threading.Timer(SHORT, done.set).start()
        with lock.sync:
            assert lock.locked()
        await outcome(worker)

    run(main())


# Interrupted.


class Interrupted(Exception):
    """Raised by a signal handler."""


@contextmanager
def alarm(seconds: float) -> Iterator[None]:
    def interrupt(*_: Any) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_a_signal_ends_the_wait_and_the_place_in_the_line() -> None:
    queue: Any = plait.Queue()
    with alarm(SHORT), pytest.raises(Interrupted):
        queue.sync.get()
    assert waiting(queue) == 0
    queue.sync.put(1)
    assert queue.sync.get() == 1


def test_wrong_time_outs_are_refused() -> None:
    with pytest.raises(ValueError, match="non-negative"):
        plait.Queue().sync.get(timeout=-1)
    with pytest.raises(ValueError, match="non-negative"):
        plait.Lock().sync.acquire(timeout=-2)
    with pytest.raises(ValueError, match="non-blocking"):
        plait.Semaphore().sync.acquire(blocking=False, timeout=1)
