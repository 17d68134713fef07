"""Nothing that is ready keeps anything else waiting: counted in steps, never in time."""

import os

import pytest

SPINNERS = 1000
# Steps within which the loop must look at timers and descriptors again: each spinner's turn, a few times over.
STEPS_UNTIL_SERVED = 5 * SPINNERS


class Spinning:
    """Tasks that do nothing but give way, and count."""

    def __init__(self, aio, count=SPINNERS):
        self.aio, self.steps, self.turns = aio, 0, [0] * count
        self.tasks = [aio.create_task(self.spin(number)) for number in range(count)]

    async def spin(self, number):
        while True:
            self.steps += 1
            self.turns[number] += 1
            await self.aio.sleep(0)

    async def steps_until(self, served, most=STEPS_UNTIL_SERVED):
        """Steps made until `served()`, or until it is clear that it will not be."""
        start = self.steps
        while not served() and self.steps - start <= most:
            await self.aio.sleep(0)
        return self.steps - start

    async def stop(self):
        for task in self.tasks:
            task.cancel()
        await self.aio.wait(self.tasks)


@pytest.fixture
def pipe():
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    yield reader, writer
    os.close(reader)
    os.close(writer)


async def test_spinning_tasks_take_turns(aio, turns):
    spinning = Spinning(aio, 100)
    await turns(20)
    assert max(spinning.turns) - min(spinning.turns) <= 1
    await spinning.stop()


async def test_spinning_tasks_do_not_starve_a_timer(aio, turns):
    spinning, fired = Spinning(aio), []
    await turns(1)
    loop = aio.get_running_loop()
    loop.call_at(loop.time() - 1, fired.append, True)
    assert await spinning.steps_until(lambda: fired) <= STEPS_UNTIL_SERVED
    await spinning.stop()


async def test_spinning_tasks_do_not_starve_a_reader(aio, turns, pipe):
    reader, writer = pipe
    spinning, read = Spinning(aio), []
    loop = aio.get_running_loop()
    loop.add_reader(reader, lambda: read.append(os.read(reader, 10)))
    await turns(3)
    os.write(writer, b"x")
    assert await spinning.steps_until(lambda: read) <= STEPS_UNTIL_SERVED
    loop.remove_reader(reader)
    await spinning.stop()


async def test_spinning_tasks_serve_a_reader_again_and_again(aio, turns, pipe):
    reader, writer = pipe
    spinning, read = Spinning(aio), []
    loop = aio.get_running_loop()
    loop.add_reader(reader, lambda: read.append(os.read(reader, 1)))
    for number in range(10):
        os.write(writer, b"x")
        steps = await spinning.steps_until(lambda number=number: len(read) > number)
        assert steps <= STEPS_UNTIL_SERVED
    loop.remove_reader(reader)
    await spinning.stop()


async def test_spinning_tasks_do_not_starve_calls_from_threads(aio):
    spinning, called = Spinning(aio), []
    loop = aio.get_running_loop()
    waiting = loop.run_in_executor(None, loop.call_soon_threadsafe, called.append, True)
    waiting.add_done_callback(lambda _: None)
    # The thread needs its own time; once its call is in, the loop must see it within the bound.
    while not waiting.done():
        await aio.sleep(0)
    assert await spinning.steps_until(lambda: called) <= STEPS_UNTIL_SERVED
    await spinning.stop()


async def test_one_task_that_spins_does_not_starve_timers_and_readers(aio, pipe):
    reader, writer = pipe
    spinning, served = Spinning(aio, 1), []
    loop = aio.get_running_loop()
    loop.add_reader(reader, lambda: served.append(os.read(reader, 1)))
    loop.call_at(loop.time() - 1, served.append, "timer")
    os.write(writer, b"x")
    assert await spinning.steps_until(lambda: len(served) == 2) <= STEPS_UNTIL_SERVED
    loop.remove_reader(reader)
    await spinning.stop()


def test_callbacks_that_reschedule_themselves_do_not_starve_timers_and_readers(loop, pipe):
    reader, writer = pipe
    steps, served = 0, []

    def again():
        nonlocal steps
        steps += 1
        if len(served) == 2 or steps > STEPS_UNTIL_SERVED:
            loop.stop()
        else:
            loop.call_soon(again)

    loop.add_reader(reader, lambda: served.append(os.read(reader, 1)))
    loop.call_at(loop.time() - 1, served.append, "timer")
    os.write(writer, b"x")
    loop.call_soon(again)
    loop.run_forever()
    loop.remove_reader(reader)
    assert len(served) == 2


def test_timers_that_are_always_due_do_not_starve_readers_and_callbacks(loop, pipe):
    reader, writer = pipe
    steps, served = 0, []

    def again():
        nonlocal steps
        steps += 1
        if len(served) == 2 or steps > STEPS_UNTIL_SERVED:
            loop.stop()
        else:
            loop.call_at(loop.time() - 1, again)

    loop.add_reader(reader, lambda: served.append(os.read(reader, 1)))
    loop.call_at(loop.time() - 1, again)
    os.write(writer, b"x")
    loop.call_soon(loop.call_soon, served.append, "callback")
    loop.run_forever()
    loop.remove_reader(reader)
    assert len(served) == 2


def test_a_reader_that_is_always_ready_does_not_starve_anything(loop, pipe):
    reader, writer = pipe
    other_reader, other_writer = os.pipe()
    served = {"always": 0, "other": 0, "timer": 0, "callback": 0}

    def serve(name):
        served[name] += 1
        if all(served.values()) or served["always"] > STEPS_UNTIL_SERVED:
            loop.stop()

    for fd, name in ((reader, "always"), (other_reader, "other")):
        loop.add_reader(fd, serve, name)
    os.write(writer, b"x")
    os.write(other_writer, b"x")
    loop.call_at(loop.time() - 1, serve, "timer")
    loop.call_soon(loop.call_soon, serve, "callback")
    loop.run_forever()
    for fd in (reader, other_reader):
        loop.remove_reader(fd)
    os.close(other_reader)
    os.close(other_writer)
    assert all(served.values())
    assert served["always"] <= STEPS_UNTIL_SERVED


async def test_two_tasks_that_wake_each_other_do_not_starve_a_third(aio, pipe):
    reader, writer = pipe
    ping, pong, served, steps = aio.Queue(), aio.Queue(), [], 0
    loop = aio.get_running_loop()

    async def play(mine, theirs):
        nonlocal steps
        while True:
            theirs.put_nowait(await mine.get())
            steps += 1

    players = [aio.create_task(play(ping, pong)), aio.create_task(play(pong, ping))]
    ping.put_nowait("ball")
    loop.add_reader(reader, lambda: served.append(os.read(reader, 1)))
    loop.call_at(loop.time() - 1, served.append, "timer")
    os.write(writer, b"x")
    while len(served) < 2 and steps <= STEPS_UNTIL_SERVED:
        await aio.sleep(0)
    loop.remove_reader(reader)
    for player in players:
        player.cancel()
    assert len(served) == 2


async def test_tasks_that_share_a_lock_all_get_it(aio, turns):
    lock, entries = aio.Lock(), [0] * 10

    async def body(number):
        while True:
            async with lock:
                entries[number] += 1
                await aio.sleep(0)

    tasks = [aio.create_task(body(number)) for number in range(10)]
    await turns(300)
    assert max(entries) - min(entries) <= 1
    assert min(entries) > 0
    for task in tasks:
        task.cancel()


async def test_a_long_chain_of_done_futures_does_not_block_the_loop_for_ever(aio):
    """A task that awaits only done futures never gives way, as documented; with one sleep(0) in between it does."""
    done, trace = aio.get_running_loop().create_future(), []
    done.set_result(None)
    aio.get_running_loop().call_soon(trace.append, "callback")
    for _ in range(1000):
        await done
    assert trace == []
    await aio.sleep(0)
    assert trace == ["callback"]
