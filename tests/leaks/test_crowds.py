"""The garbage collector passes over what a long queue holds; once it is out of the queue, its cycles are found as ever."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import subprocess
import sys
import textwrap
import threading
import warnings
import weakref
from contextvars import ContextVar, copy_context

import pytest

import plait
from plait.build import build_info

CROWD = 300  # plait passes over what comes to a queue of more than 64
FAR = 3600.0
TURNS = 100  # until all that was made has run, and the loop has polled since: so long it may keep the last context

current: ContextVar[object] = ContextVar("current")


class Owner:
    """Refers to a handle or a task that refers to it."""

    def work(self) -> None:
        pass

    async def work_later(self) -> None:
        pass

    async def wait(self, future) -> None:
        await future


def make_callback(loop, owner):
    owner.handle = loop.call_soon(owner.work)


def make_timer(loop, owner):
    owner.handle = loop.call_later(0, owner.work)


def make_cancelled_callback(loop, owner):
    make_callback(loop, owner)
    owner.handle.cancel()


def make_cancelled_timer(loop, owner):
    owner.handle = loop.call_later(FAR, owner.work)
    owner.handle.cancel()


def make_far_timer(loop, owner):
    owner.handle = loop.call_later(FAR, owner.work)


def make_waiting_task(loop, owner):
    owner.task = loop.create_task(owner.wait(loop.create_future()))


def make_callback_that_finds_its_handle(loop, owner):
    """Only while it runs is there a reference to the handle, and it lasts."""

    def find():
        owner.found = owner.reference()

    owner.reference = weakref.ref(loop.call_soon(find))


def make_callback_that_fails(loop, owner):
    def fail():
        raise ZeroDivisionError(owner)

    loop.set_exception_handler(lambda loop, context: None)
    owner.handle = loop.call_soon(fail)


def make_callback_from_a_thread(loop, owner):
    def call():
        owner.handle = loop.call_soon_threadsafe(owner.work)

    owner.call = loop.run_in_executor(None, call)


def make_task(loop, owner):
    owner.task = loop.create_task(owner.work_later())


def make_cancelled_task(loop, owner):
    owner.task = loop.create_task(owner.wait(loop.create_future()))
    loop.call_soon(owner.task.cancel)


def make_eager_task(loop, owner):
    make_callback(loop, Owner())  # it is their queue that counts
    task_class = type(asyncio.current_task())
    options = {"eager_start": True} if sys.version_info >= (3, 12) or not issubclass(asyncio.Task, task_class) else {}
    owner.task = task_class(owner.wait(asyncio.sleep(0)), loop=loop, **options)


def make_task_of_a_subclass(loop, owner):
    """With a dictionary, a finalizer, and a factory that makes it."""

    class OwnTask(type(asyncio.current_task())):
        def __del__(self):
            super().__del__()

    def make(loop, coro, **options):
        task = OwnTask(coro, loop=loop, **options)
        task.owner = owner
        return task

    loop.set_task_factory(make)
    owner.task = loop.create_task(owner.work_later())
    loop.set_task_factory(None)


def make_context(loop, owner):
    """The cycle goes through the context of the task only."""
    current.set(owner)
    owner.context = copy_context()
    loop.create_task(Owner().work_later(), context=owner.context)


MAKERS = [
    make_callback,
    make_timer,
    make_cancelled_callback,
    make_cancelled_timer,
    make_callback_that_finds_its_handle,
    make_callback_that_fails,
    make_callback_from_a_thread,
    make_task,
    make_cancelled_task,
    make_eager_task,
    make_task_of_a_subclass,
    make_context,
]


async def fill_and_wait(make):
    """Make an owner for each place of a crowd, wait until all is done, and return weak references to the owners."""
    loop = asyncio.get_running_loop()
    owners = [Owner() for _ in range(CROWD)]
    for owner in owners:
        current.set(owner)
        make(loop, owner)
    await asyncio.gather(*(owner.call for owner in owners if hasattr(owner, "call")))
    await loop.shutdown_default_executor()  # its threads hold what they ran last
    for _ in range(TURNS):
        await asyncio.sleep(0)
    current.set(None)
    return [weakref.ref(owner) for owner in owners]


def count_alive(references):
    gc.collect()
    gc.collect()  # what a finalizer has seen goes the second time
    return sum(reference() is not None for reference in references)


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("make", MAKERS)
def test_what_came_out_of_a_long_queue_can_be_collected(aio, make, debug):
    async def main():
        references = await aio.create_task(fill_and_wait(make))
        await aio.sleep(0)
        assert count_alive(references) == 0

    aio.run(main(), debug=debug)


@pytest.mark.parametrize("make", MAKERS)
def test_what_came_out_of_a_long_queue_in_a_run_inside_can_be_collected(make):
    async def main():
        for _ in range(CROWD):
            asyncio.get_running_loop().call_soon(Owner().work)
        assert count_alive(plait.run(fill_and_wait(make))) == 0

    plait.run(main())


def test_what_came_out_of_a_long_queue_in_another_thread_can_be_collected(aio):
    counts = []

    async def main():
        counts.append(count_alive(await aio.create_task(fill_and_wait(make_callback))))

    thread = threading.Thread(target=aio.run, args=(main(),))
    thread.start()
    thread.join()
    assert counts == [0]


@pytest.mark.skipif(build_info()["mode"] == "interpreted", reason="interpreted, the collector passes over nothing")
@pytest.mark.skipif(not getattr(sys, "_is_gil_enabled", lambda: True)(), reason="without the GIL neither")
@pytest.mark.parametrize("make", [make_callback, make_far_timer, make_waiting_task, make_task_of_a_subclass])
def test_the_collector_passes_over_a_long_queue_as_long_as_the_loop_runs(make):
    owners = [Owner() for _ in range(CROWD)]

    def passed_over():
        return sum(not gc.is_tracked(vars(owner).get("task") or owner.handle) for owner in owners)

    async def fill():
        loop = asyncio.get_running_loop()
        for owner in owners:
            loop.call_soon(owner.work)  # tasks are passed over while many callbacks wait
            make(loop, owner)
        return passed_over()

    loop = plait.new_event_loop()
    assert loop.run_until_complete(fill()) > CROWD // 2
    assert passed_over() == 0
    loop.run_until_complete(cancel_all_tasks())
    loop.close()


async def cancel_all_tasks():
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def test_what_waits_in_a_long_queue_is_kept(aio):
    async def main():
        loop = aio.get_running_loop()
        owners = [Owner() for _ in range(CROWD)]
        for owner in owners:
            current.set(owner)
            make_timer(loop, owner)
            make_callback(loop, owner)
            owner.other = loop.create_task(owner.wait(aio.sleep(FAR)))
        references = [weakref.ref(owner) for owner in owners]
        current.set(None)
        del owners, owner
        gc.collect()
        assert sum(reference() is None for reference in references) == 0

    aio.run(main())


LEFT_WAITING = [
    make_callback,
    make_timer,
    make_far_timer,
    make_cancelled_timer,
    make_task,
    make_waiting_task,
    make_cancelled_task,
]


@pytest.mark.parametrize("runs", [1, 3])
@pytest.mark.parametrize("make", LEFT_WAITING)
def test_a_loop_that_was_never_closed_can_be_collected_with_its_long_queues(aio, make, runs):
    async def fill(owners):
        for owner in owners:
            make(aio.get_running_loop(), owner)

    loop = aio.new_event_loop()
    references = [weakref.ref(loop)]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the loop, and of the coroutines that never ran
        loop.set_exception_handler(lambda loop, context: None)  # tells of the tasks that are destroyed
        for _ in range(runs):
            owners = [Owner() for _ in range(CROWD)]
            references += map(weakref.ref, owners)
            loop.run_until_complete(fill(owners))
        del loop, owners
        assert count_alive(references) == 0


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_what_an_exception_leaves_in_a_long_queue_can_be_collected(aio, error):
    """It comes out of the midst of a batch, from a callback that somebody keeps; the loop does not run again."""

    def end(owner):
        raise error

    def fill(loop, owners):
        for number, owner in enumerate(owners):
            owner.handle = loop.call_soon(end, owner) if number == CROWD // 2 else loop.call_soon(owner.work)
            owner.timer = loop.call_later(FAR, owner.work)

    loop = aio.new_event_loop()
    owners = [Owner() for _ in range(CROWD)]
    loop.call_soon(fill, loop, owners)
    with pytest.raises(error):
        loop.run_forever()
    references = list(map(weakref.ref, owners))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        del loop, owners
        assert count_alive(references) == 0


def test_a_report_of_a_slow_callback_does_not_keep_it(aio, caplog):
    """Debug mode's log records are kept, by Sentry say, and a record must not hold what the collector passes over."""

    async def main():
        loop = aio.get_running_loop()
        loop.slow_callback_duration = 0
        references = await aio.create_task(fill_and_wait(make_callback))
        loop.slow_callback_duration = FAR
        await aio.sleep(0)
        assert count_alive(references) == 0

    with caplog.at_level(logging.WARNING, "asyncio"):
        aio.run(main(), debug=True)
    assert len(caplog.records) > CROWD


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_what_a_forked_child_left_to_its_parent_can_be_collected():
    source = """
        import asyncio, gc, os, plait, weakref

        class Owner:
            def work(self):
                pass

        async def main():
            loop = asyncio.get_running_loop()
            owners = [Owner() for _ in range(300)]
            for owner in owners:
                owner.handle = loop.call_soon(owner.work)
            child = os.fork()
            if child:
                print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
                return
            references = list(map(weakref.ref, owners))
            del owner, owners
            gc.collect()
            os._exit(any(reference() for reference in references))

        plait.run(main())
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(source)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("0\n", "")
