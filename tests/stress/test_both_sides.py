"""Producers and consumers of both kinds on one queue, cancelled and timed out at random: every item is accounted for."""

import asyncio
import queue as threads_queue
import random
import threading
import time

import pytest

import plait

pytestmark = pytest.mark.stress

# Seconds a run lasts.
DURATION = 1.2
# Of each kind, on each side.
MEMBERS = 2
# Places of the queue: few, so that everybody waits again and again.
PLACES = 3
# Seconds after which a thread takes what it waits for as lost.
LOST_SECONDS = 20


class Ledger:
    """What was put and what was got; each member writes its own list."""

    def __init__(self):
        self.put_lists, self.got_lists, self.failures = [], [], []
        self.end = time.monotonic() + DURATION

    def column(self, lists):
        lists.append([])
        return lists[-1]

    def is_open(self):
        return time.monotonic() < self.end


def produce_in_thread(ledger, queue, number):
    put, chance = ledger.column(ledger.put_lists), random.Random(number)
    for k in range(1_000_000):
        if not ledger.is_open():
            return
        item = (number, k)
        try:
            queue.sync.put(item, timeout=chance.choice((0, 0.0005, LOST_SECONDS)))
        except threads_queue.Full:
            continue
        put.append(item)


def consume_in_thread(ledger, queue, number):
    got, chance = ledger.column(ledger.got_lists), random.Random(number)
    while True:
        try:
            item = queue.sync.get(timeout=chance.choice((0, 0.0005, LOST_SECONDS)))
        except threads_queue.Empty:
            continue
        if item is None:
            return
        got.append(item)


async def cancelled_at_random(chance, coroutine):
    """What the coroutine gives; CancelledError if it was cancelled before it could."""
    task = asyncio.ensure_future(coroutine)
    for _ in range(chance.randrange(4)):
        await asyncio.sleep(0)
    if chance.random() < 0.3:
        task.cancel()
    return await task


async def produce(ledger, queue, number):
    put, chance, k = ledger.column(ledger.put_lists), random.Random(number), 0
    while ledger.is_open():
        item, k = (number, k), k + 1
        try:
            await cancelled_at_random(chance, queue.put(item))
        except asyncio.CancelledError:
            continue
        put.append(item)


async def consume(ledger, queue, number):
    got, chance = ledger.column(ledger.got_lists), random.Random(number)
    while True:
        try:
            item = await cancelled_at_random(chance, queue.get())
        except asyncio.CancelledError:
            continue
        if item is None:
            return
        got.append(item)


async def side(ledger, queue, first, is_producing):
    work = produce if is_producing else consume
    await asyncio.gather(*(work(ledger, queue, first + k) for k in range(MEMBERS)))


def start(ledger, work, *args):
    def run():
        try:
            work(ledger, *args)
        except BaseException as error:
            ledger.failures.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_no_item_is_lost_or_doubled():
    queue, ledger = plait.Queue(PLACES), Ledger()
    runs = (plait.run, asyncio.run)
    producers = [start(ledger, produce_in_thread, queue, 100 + k) for k in range(MEMBERS)]
    consumers = [start(ledger, consume_in_thread, queue, 200 + k) for k in range(MEMBERS)]
    for k, run in enumerate(runs):
        producers.append(start(ledger, lambda led, q, k, run: run(side(led, q, 300 + 10 * k, True)), queue, k, run))
        consumers.append(start(ledger, lambda led, q, k, run: run(side(led, q, 400 + 10 * k, False)), queue, k, run))
    for thread in producers:
        thread.join(LOST_SECONDS)
        assert not thread.is_alive(), "a producer waits for ever"
    for _ in range(MEMBERS * 3):
        queue.sync.put(None, timeout=LOST_SECONDS)
    for thread in consumers:
        thread.join(LOST_SECONDS)
        assert not thread.is_alive(), "a consumer waits for ever"
    assert not ledger.failures, ledger.failures
    put = sorted(item for column in ledger.put_lists for item in column)
    got = sorted(item for column in ledger.got_lists for item in column)
    assert len(put) > 100
    assert got == put
    assert queue.empty()


def test_a_lock_is_held_by_one_at_a_time():
    lock, inside, passed = plait.Lock(), [], [0]
    end = time.monotonic() + DURATION

    def enter():
        inside.append(None)
        assert len(inside) == 1
        passed[0] += 1
        inside.pop()

    def in_thread(ledger, number):
        chance = random.Random(number)
        while time.monotonic() < end:
            if lock.sync.acquire(timeout=chance.choice((0, 0.0005, LOST_SECONDS))):
                enter()
                lock.sync.release()

    async def task(number):
        chance = random.Random(number)
        while time.monotonic() < end:
            try:
                await cancelled_at_random(chance, lock.acquire())
            except asyncio.CancelledError:
                continue
            enter()
            await asyncio.sleep(0)
            lock.release()

    async def tasks(first):
        await asyncio.gather(*(task(first + k) for k in range(MEMBERS)))

    ledger = Ledger()
    threads = [start(ledger, in_thread, k) for k in range(MEMBERS)]
    threads += [
        start(ledger, lambda led, run, k: run(tasks(k)), run, 10 * k) for k, run in enumerate((plait.run, asyncio.run))
    ]
    for thread in threads:
        thread.join(LOST_SECONDS)
        assert not thread.is_alive(), "the lock is lost"
    assert not ledger.failures, ledger.failures
    assert passed[0] > 10
    assert not lock.locked()
