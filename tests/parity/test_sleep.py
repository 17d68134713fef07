"""sleep: gives way, never returns early, gives its result, may be cancelled."""

import math

import pytest


@pytest.mark.parametrize("delay", [0, 0.0, -1, -0.5])
async def test_no_delay_gives_way_once(aio, delay):
    trace = []

    async def body(name):
        for step in range(3):
            trace.append((name, step))
            await aio.sleep(delay)

    await aio.gather(body("a"), body("b"))
    assert trace == [(name, step) for step in range(3) for name in "ab"]


@pytest.mark.parametrize("delay", [0, 0.001])
@pytest.mark.parametrize("result", [None, "result", (1, 2)])
async def test_the_result_is_what_was_given(aio, delay, result):
    assert await aio.sleep(delay, result) is result


async def test_a_delay_is_never_shorter(aio):
    loop = aio.get_running_loop()
    for delay in (0.001, 0.0125, 0.02):
        before = loop.time()
        await aio.sleep(delay)
        assert loop.time() - before >= delay


async def test_sleepers_wake_in_the_order_of_their_deadlines(aio):
    trace = []

    async def body(delay):
        await aio.sleep(delay)
        trace.append(delay)

    await aio.gather(*(body(delay) for delay in (0.03, 0.001, 0.015)))
    assert trace == [0.001, 0.015, 0.03]


@pytest.mark.parametrize("delay", [0, 3600, math.inf])
async def test_cancel_while_sleeping(aio, turns, delay):
    task = aio.create_task(aio.sleep(delay))
    await turns(1)
    task.cancel()
    await aio.wait([task])
    assert task.cancelled() or delay == 0


@pytest.mark.stock_since(3, 13)
async def test_a_delay_that_is_no_number_is_a_value_error(aio):
    with pytest.raises(ValueError, match="NaN"):
        await aio.sleep(math.nan)


async def test_a_delay_of_another_type_is_a_type_error(aio):
    with pytest.raises(TypeError):
        await aio.sleep("1")
