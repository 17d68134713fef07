"""The garbage collector passes over what a long queue holds; once it is out of the queue, its cycles are found as ever."""

from __future__ import annotations

import gc
import warnings
import weakref
from contextvars import ContextVar

import pytest

CROWD = 300  # plait passes over what comes to a queue of more than 64
FAR = 3600.0

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


def make_callback_from_a_thread(loop, owner):
    def call():
        owner.handle = loop.call_soon_threadsafe(owner.work)

    owner.call = loop.run_in_executor(None, call)


def make_task(loop, owner):
    owner.task = loop.create_task(owner.work_later())


def make_cancelled_task(loop, owner):
    owner.task = loop.create_task(owner.wait(loop.create_future()))
    loop.call_soon(owner.task.cancel)


def make_context(loop, owner):
    """The cycle goes through the context of the task only."""
    current.set(owner)
    owner.context = loop.create_task(Owner().work_later()).get_context()


MAKERS = [
    make_callback,
    make_timer,
    make_cancelled_callback,
    make_cancelled_timer,
    make_callback_from_a_thread,
    make_task,
    make_cancelled_task,
    make_context,
]


@pytest.mark.parametrize("make", MAKERS)
def test_what_came_out_of_a_long_queue_can_be_collected(aio, make):
    async def fill_and_wait():
        loop = aio.get_running_loop()
        owners = [Owner() for _ in range(CROWD)]
        for owner in owners:
            current.set(owner)
            make(loop, owner)
        await aio.sleep(0.05)
        current.set(None)
        return [weakref.ref(owner) for owner in owners]

    async def main():
        references = await aio.create_task(fill_and_wait())
        await aio.sleep(0)
        gc.collect()
        assert sum(reference() is not None for reference in references) == 0

    aio.run(main())


def test_what_waits_in_a_long_queue_is_kept(aio):
    async def main():
        loop = aio.get_running_loop()
        owners = [Owner() for _ in range(CROWD)]
        for owner in owners:
            current.set(owner)
            make_timer(loop, owner)
            make_callback(loop, owner)
            owner.other = loop.create_task(owner.wait(aio.sleep(0.01)))
        references = [weakref.ref(owner) for owner in owners]
        current.set(None)
        del owners, owner
        gc.collect()
        assert sum(reference() is None for reference in references) == 0

    aio.run(main())


@pytest.mark.parametrize("make", [make_callback, make_timer, make_cancelled_timer, make_task, make_cancelled_task])
def test_a_loop_that_was_never_closed_can_be_collected_with_its_long_queues(aio, make):
    loop = aio.new_event_loop()
    owners = [Owner() for _ in range(CROWD)]

    async def fill():
        for owner in owners:
            make(loop, owner)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the loop, and of the coroutines that never ran
        loop.set_exception_handler(lambda loop, context: None)  # tells of the tasks that are destroyed
        loop.run_until_complete(fill())
        references = [weakref.ref(loop), *map(weakref.ref, owners)]
        del loop, owners, fill
        gc.collect()
        gc.collect()
    assert sum(reference() is not None for reference in references) == 0
