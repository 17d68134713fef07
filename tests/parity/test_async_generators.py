"""Async generators: finished by the loop when dropped, and all at the loop's end."""

import contextlib
import gc
import sys

import pytest


async def counting(aio, trace, stop=None):
    number = 0
    try:
        while number != stop:
            await aio.sleep(0)
            yield number
            number += 1
    finally:
        await aio.sleep(0)
        trace.append("finished")


async def test_a_generator_that_runs_out_finishes_by_itself(aio):
    trace = []
    assert [number async for number in counting(aio, trace, 3)] == [0, 1, 2]
    assert trace == ["finished"]


async def test_a_dropped_generator_is_finished_by_the_loop(aio, turns):
    trace = []
    async for number in counting(aio, trace):
        if number == 2:
            break
    gc.collect()
    await turns()
    assert trace == ["finished"]


async def test_aclosing_finishes_at_the_end_of_the_block(aio):
    trace = []
    async with contextlib.aclosing(counting(aio, trace)) as numbers:
        assert await anext(numbers) == 0
    assert trace == ["finished"]


async def test_a_cancelled_consumer_finishes_its_generator(aio, turns):
    trace = []

    async def consume():
        async with contextlib.aclosing(counting(aio, trace)) as numbers:
            async for _ in numbers:
                pass

    task = aio.create_task(consume())
    await turns()
    task.cancel()
    await aio.wait([task])
    assert task.cancelled()
    assert trace == ["finished"]


async def test_two_tasks_in_one_generator_is_a_runtime_error(aio, turns):
    gate = aio.Event()

    async def waiting():
        await gate.wait()
        yield "value"

    generator = waiting()
    first = aio.create_task(anext(generator))
    await turns()
    with pytest.raises(RuntimeError, match="already running"):
        await anext(generator)
    gate.set()
    assert await first == "value"
    await generator.aclose()


def test_shutdown_asyncgens_finishes_all_that_are_suspended(aio, loop):
    trace, generators = [], []

    async def main():
        generators.extend(counting(aio, trace) for _ in range(3))
        for generator in generators:
            await anext(generator)

    loop.run_until_complete(main())
    assert trace == []
    loop.run_until_complete(loop.shutdown_asyncgens())
    assert trace == ["finished"] * 3
    loop.run_until_complete(loop.shutdown_asyncgens())


def test_shutdown_asyncgens_without_any(loop):
    loop.run_until_complete(loop.shutdown_asyncgens())


def test_a_failure_while_finishing_is_reported_and_the_others_finish(aio, loop, reports):
    trace, generators = [], []

    async def failing():
        try:
            yield
        finally:
            raise ValueError("while finishing")

    async def main():
        generators.extend([failing(), counting(aio, trace)])
        for generator in generators:
            await anext(generator)

    loop.run_until_complete(main())
    loop.run_until_complete(loop.shutdown_asyncgens())
    assert trace == ["finished"]
    assert reports.exceptions == ["ValueError('while finishing')"]
    assert reports[0]["asyncgen"] is generators[0]


def test_a_generator_that_starts_after_the_shutdown_warns(aio, loop):
    trace, generators = [], []

    async def main():
        generators.append(counting(aio, trace))
        await anext(generators[0])
        await generators[0].aclose()

    loop.run_until_complete(loop.shutdown_asyncgens())
    with pytest.warns(ResourceWarning, match=r"after loop\.shutdown_asyncgens"):
        loop.run_until_complete(main())


def test_the_hooks_of_the_interpreter_are_restored(aio, loop):
    def own(_generator):
        pass

    async def main():
        return sys.get_asyncgen_hooks()

    before = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(own, own)
    try:
        during = loop.run_until_complete(main())
        assert during.firstiter is not own
        assert during.finalizer is not own
        assert tuple(sys.get_asyncgen_hooks()) == (own, own)
    finally:
        sys.set_asyncgen_hooks(*before)


def test_a_generator_dropped_after_its_loop_was_closed_says_nothing(aio):
    trace = []

    async def main():
        generator = counting(aio, trace)
        await anext(generator)
        return generator

    loop = aio.new_event_loop()
    generator = loop.run_until_complete(main())
    loop.close()
    del generator
    gc.collect()
    assert trace == []


def test_run_finishes_a_generator_whose_consumer_failed(aio):
    trace = []

    async def numbers():
        try:
            yield 1
        finally:
            trace.append("finished")

    async def main():
        async for _ in numbers():
            raise ValueError("in the loop's body")

    with pytest.raises(ValueError, match="in the loop's body"):
        aio.run(main())
    assert trace == ["finished"]


async def test_values_and_exceptions_may_be_sent_in(aio):
    async def echo():
        received = None
        while True:
            try:
                await aio.sleep(0)
                received = yield received
            except ValueError as error:
                received = str(error)

    async with contextlib.aclosing(echo()) as generator:
        assert await anext(generator) is None
        assert await generator.asend("sent") == "sent"
        assert await generator.athrow(ValueError("thrown")) == "thrown"


async def test_async_comprehensions_and_context_managers(aio):
    @contextlib.asynccontextmanager
    async def managed(name):
        trace.append(f"enter {name}")
        await aio.sleep(0)
        try:
            yield name
        finally:
            await aio.sleep(0)
            trace.append(f"exit {name}")

    trace = []
    async with contextlib.AsyncExitStack() as stack:
        names = [await stack.enter_async_context(managed(name)) for name in "ab"]
    assert names == ["a", "b"]
    assert trace == ["enter a", "enter b", "exit b", "exit a"]
