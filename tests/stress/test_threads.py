"""Two threads against one loop: a million calls, none lost, none late, and no wake-up missed."""

import asyncio
import queue
import threading

import pytest

pytestmark = pytest.mark.stress

THREADS = 2
# Calls of all threads together; half by call_soon_threadsafe, half by settling futures.
CALLS = 1_000_000
# Calls of a thread before it waits for the loop to have run them: the loop sleeps now and then, memory is bounded.
BURST = 500
# Calls that are answered one by one, so that the loop sleeps before each.
ROUND_TRIPS = 10_000
# Seconds after which a thread takes its loop for asleep for good.
LOST_SECONDS = 20


class Threads:
    """Threads that run `work(number)`; what they raise is raised at the end of the block."""

    def __init__(self, work):
        self.failures = []
        self.threads = [threading.Thread(target=self.run, args=(work, number)) for number in range(THREADS)]

    def run(self, work, number):
        try:
            work(number)
        except BaseException as error:
            self.failures.append(error)

    def __enter__(self):
        for thread in self.threads:
            thread.start()

    def __exit__(self, *_):
        for thread in self.threads:
            thread.join()
        assert not self.failures, self.failures


def wait_for_loop(semaphore):
    assert semaphore.acquire(timeout=LOST_SECONDS), "the loop did not wake up, or lost a call"


def run_until_stopped(aio, main_threads):
    """Run a loop until every thread has said that it is done."""
    loop = aio.new_event_loop()
    left = THREADS

    def one_is_done():
        nonlocal left
        left -= 1
        if not left:
            loop.stop()

    def work(number):
        try:
            main_threads(loop, number)
        finally:
            loop.call_soon_threadsafe(one_is_done)

    try:
        with Threads(work):
            loop.run_forever()
    finally:
        loop.close()


def test_call_soon_threadsafe_loses_no_call_and_keeps_each_threads_order(aio):
    bursts = CALLS // 2 // THREADS // BURST
    last, counts = [-1] * THREADS, [0] * THREADS
    wrong = []

    def call(number, serial):
        counts[number] += 1
        if serial != last[number] + 1:
            wrong.append((number, serial))
        last[number] = serial

    def calling(loop, number):
        ran = threading.Semaphore(0)
        for burst in range(bursts):
            for serial in range(burst * BURST, (burst + 1) * BURST):
                loop.call_soon_threadsafe(call, number, serial)
            loop.call_soon_threadsafe(ran.release)
            wait_for_loop(ran)

    run_until_stopped(aio, calling)
    assert wrong == []
    assert counts == [bursts * BURST] * THREADS


def test_each_single_call_wakes_a_sleeping_loop(aio):
    counts = [0] * THREADS

    def answer(number, ran):
        counts[number] += 1
        ran.release()

    def calling(loop, number):
        ran = threading.Semaphore(0)
        for _ in range(ROUND_TRIPS // THREADS):
            loop.call_soon_threadsafe(answer, number, ran)
            wait_for_loop(ran)

    run_until_stopped(aio, calling)
    assert counts == [ROUND_TRIPS // THREADS] * THREADS


def test_settling_futures_from_threads_loses_no_result(plait):
    """Each awaiter hands futures to a thread in bursts, and awaits them one by one."""

    def settling(mailbox):
        while (futures := mailbox.get()) is not None:
            for serial, future in enumerate(futures):
                future.set_result(serial)

    async def awaiting(mailbox):
        loop, total = plait.get_running_loop(), 0
        for _ in range(CALLS // 2 // THREADS // BURST):
            futures = [loop.create_future() for _ in range(BURST)]
            mailbox.put(futures)
            for future in futures:
                total += await future
        mailbox.put(None)
        return total

    async def main():
        return await plait.gather(*(awaiting(mailbox) for mailbox in mailboxes))

    mailboxes = [queue.SimpleQueue() for _ in range(THREADS)]
    with Threads(lambda number: settling(mailboxes[number])):
        totals = plait.run(main())
    assert totals == [CALLS // 2 // THREADS // BURST * sum(range(BURST))] * THREADS


def test_settling_one_future_at_a_time_wakes_a_sleeping_loop(plait):
    def settling(mailbox):
        while (future := mailbox.get()) is not None:
            future.set_result(1)

    async def awaiting(mailbox):
        total = 0
        for _ in range(ROUND_TRIPS // THREADS):
            future = plait.get_running_loop().create_future()
            mailbox.put(future)
            total += await future
        mailbox.put(None)
        return total

    async def main():
        return await plait.gather(*(awaiting(mailbox) for mailbox in mailboxes))

    mailboxes = [queue.SimpleQueue() for _ in range(THREADS)]
    with Threads(lambda number: settling(mailboxes[number])):
        assert plait.run(main()) == [ROUND_TRIPS // THREADS] * THREADS


def test_two_threads_race_to_settle_each_future_once(plait):
    """One settles, the other cancels: one of them wins, and the awaiter sees the winner."""
    rounds = ROUND_TRIPS

    def racing(number):
        mailbox = mailboxes[number]
        while (future := mailbox.get()) is not None:
            try:
                if number:
                    future.cancel()
                else:
                    future.set_result("result")
            except plait.InvalidStateError:
                pass  # The other was faster.

    async def main():
        outcomes = {"result": 0, "cancelled": 0}
        for _ in range(rounds):
            future = plait.get_running_loop().create_future()
            for mailbox in mailboxes:
                mailbox.put(future)
            try:
                outcomes[await future] += 1
            except plait.CancelledError:
                outcomes["cancelled"] += 1
        for mailbox in mailboxes:
            mailbox.put(None)
        return outcomes

    mailboxes = [queue.SimpleQueue() for _ in range(THREADS)]
    with Threads(racing):
        outcomes = plait.run(main())
    assert sum(outcomes.values()) == rounds


def test_threads_feed_a_queue_that_coroutines_empty(plait):
    per_thread = 50_000
    taken = [[] for _ in range(THREADS)]

    async def main():
        items = plait.Queue()

        def feeding(number):
            for serial in range(per_thread):
                items.put_nowait((number, serial))

        async def emptying():
            for _ in range(per_thread):
                number, serial = await items.get()
                taken[number].append(serial)

        threads = Threads(feeding)
        with_threads = plait.get_running_loop().run_in_executor(None, run_all, threads)
        await plait.gather(*(emptying() for _ in range(THREADS)))
        await with_threads

    plait.run(main())
    assert [sorted(serials) for serials in taken] == [list(range(per_thread))] * THREADS


def run_all(threads):
    with threads:
        pass


def test_run_coroutine_threadsafe_answers_every_caller(aio):
    per_thread = 5_000
    sums = [0] * THREADS

    async def answer(value):
        await aio.sleep(0)
        return value

    def calling(loop, number):
        for value in range(per_thread):
            sums[number] += aio.run_coroutine_threadsafe(answer(value), loop).result(LOST_SECONDS)

    run_until_stopped(aio, calling)
    assert sums == [sum(range(per_thread))] * THREADS


def test_all_tasks_are_listed_while_another_thread_makes_and_closes_loops(plait):
    async def look():
        assert asyncio.current_task() in asyncio.all_tasks()

    def list_or_run(number):
        if number == 0:
            for _ in range(5_000):
                assert asyncio.all_tasks(loop) == {task}
        else:
            for _ in range(500):
                plait.run(look())

    loop = plait.new_event_loop()
    task = loop.create_task(look())
    run_all(Threads(list_or_run))
    loop.run_until_complete(task)
    loop.close()
