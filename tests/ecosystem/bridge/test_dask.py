"""A real Dask cluster: `bridge.map` and `bridge.wrap` while workers, the scheduler and the client come and go."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from plait import bridge

from .conftest import OwnCluster

distributed = pytest.importorskip("distributed")


async def all_of(mapped: bridge.Mapped) -> list[Any]:
    return [result async for result in mapped]


async def test_map_over_a_cluster(client: Any) -> None:
    assert await all_of(bridge.map(lambda item: item * item, range(300), on=client)) == [n * n for n in range(300)]


async def test_items_run_in_the_workers(client: Any) -> None:
    pids = set(await all_of(bridge.map(lambda _: os.getpid(), range(20), on=client)))
    assert pids
    assert os.getpid() not in pids


async def test_error_comes_at_its_place(client: Any) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        await all_of(bridge.map(lambda item: 1 / (item - 5), range(50), on=client))
    assert "bridge.map: item 5, 5" in caught.value.__notes__


async def test_what_fails_is_tried_again(client: Any, tmp_path: Any) -> None:
    def flaky(item: int) -> int:
        marker = tmp_path / str(item)
        if not marker.exists():
            marker.touch()
            raise OSError("try again")
        return item

    assert await all_of(bridge.map(flaky, range(10), on=client, retries=1)) == list(range(10))


async def test_killed_worker_costs_no_item(client: Any) -> None:
    def work(item: int) -> int:
        time.sleep(0.02)
        return item

    def pid(dask_worker: Any) -> int:
        return os.getpid()

    pids = await asyncio.to_thread(client.run, pid)
    got = []
    async for item in bridge.map(work, range(60), on=client, ordered=False):
        got.append(item)
        if len(got) == 10:
            os.kill(next(iter(pids.values())), signal.SIGKILL)
    assert sorted(got) == list(range(60))


async def test_cancelling_stops_the_far_work(client: Any, tmp_path: Any) -> None:
    def work(item: int) -> None:
        (tmp_path / str(item)).touch()
        time.sleep(0.05)

    consumer = asyncio.ensure_future(all_of(bridge.map(work, range(200), on=client)))
    while len(list(tmp_path.iterdir())) < 4:
        await asyncio.sleep(0.01)
    consumer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await consumer
    begun = -1
    while begun != len(list(tmp_path.iterdir())):  # what is running ends, and that is the end
        begun = len(list(tmp_path.iterdir()))
        await asyncio.sleep(0.5)
    assert begun < 100


async def test_future_is_awaited(client: Any) -> None:
    assert await bridge.wrap(client.submit(sum, [1, 2, 3])) == 6
    with pytest.raises(ValueError, match="invalid literal"):
        await bridge.wrap(client.submit(int, "x"))


async def test_cancelling_cancels_a_future(client: Any) -> None:
    future = client.submit(time.sleep, 0.5)
    waiting = asyncio.ensure_future(bridge.wrap(future))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    while future.status != "cancelled":
        await asyncio.sleep(0.01)
    with pytest.raises(bridge.WorkLost, match="has given up the work"):
        await bridge.wrap(future)


async def test_cancelling_one_leaves_what_is_fetched_with_it_alone(client: Any) -> None:
    for moment in range(30):
        numbers = client.map(abs, range(-3, 0), pure=False)
        await asyncio.to_thread(distributed.wait, numbers)
        waiting = [asyncio.ensure_future(bridge.wrap(number)) for number in numbers]
        await asyncio.sleep(moment / 10_000)
        waiting[0].cancel()
        assert await asyncio.gather(*waiting[1:]) == [2, 1]


async def test_client_of_this_very_loop(client: Any) -> None:
    address = client.scheduler.address
    async with distributed.Client(address, asynchronous=True) as here:
        assert await all_of(bridge.map(lambda item: item + 1, range(20), on=here)) == list(range(1, 21))
        assert await bridge.wrap(here.submit(sum, [1, 2])) == 3


def test_cluster_that_goes_away_and_comes_back(
    own_cluster: OwnCluster, run: Callable[[Coroutine[Any, Any, None]], None]
) -> None:
    def work(item: int) -> int:
        time.sleep(0.01)
        return item

    async def main() -> None:
        client = await asyncio.to_thread(distributed.Client, own_cluster.address, timeout=60)
        got = []
        async for item in bridge.map(work, range(100), on=client, ordered=False, limit=20, retries=3):
            got.append(item)
            if len(got) == 20:
                own_cluster.kill()
                own_cluster.start()
        assert sorted(got) == list(range(100))
        await asyncio.to_thread(client.close)

    run(main())


def test_cluster_that_is_lost_is_told(
    own_cluster: OwnCluster, run: Callable[[Coroutine[Any, Any, None]], None]
) -> None:
    def work(item: int) -> int:
        time.sleep(0.01)
        return item

    async def main() -> None:
        client = await asyncio.to_thread(distributed.Client, own_cluster.address, timeout=60)
        results = bridge.map(work, range(100), on=client, limit=20)
        await anext(results)
        own_cluster.kill()
        with pytest.raises(bridge.WorkLost, match="has given up the work"):
            await all_of(results)
        await asyncio.to_thread(client.close)
        with pytest.raises(bridge.WorkLost, match="is closed: make a new one"):
            await all_of(bridge.map(work, [1], on=client))

    run(main())
