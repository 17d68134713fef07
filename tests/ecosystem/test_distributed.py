"""Dask's scheduler, client and workers: a graph of tasks, actors, cancelled work, a worker process killed in the middle."""

import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, Event, Scheduler, Worker

from .waiting import until
from .ways import Way

pytestmark = pytest.mark.leaves_tasks("distributed closes its connections behind its back")


@contextlib.asynccontextmanager
async def cluster(folder: Path, workers: int = 2) -> AsyncIterator[tuple[Scheduler, Client]]:
    async with contextlib.AsyncExitStack() as stack:
        scheduler = await stack.enter_async_context(Scheduler(port=0, dashboard=False, host="127.0.0.1"))
        for _ in range(workers):
            worker = Worker(scheduler.address, nthreads=2, dashboard=False, local_directory=str(folder))
            await stack.enter_async_context(worker)
        client = await stack.enter_async_context(Client(scheduler.address, asynchronous=True))
        yield scheduler, client


async def test_a_graph_of_tasks(way: Way, tmp_path: Path) -> None:
    async with cluster(tmp_path) as (_, client):
        leaves = client.map(lambda number: number * 2, range(100))
        sums = [client.submit(sum, leaves[start : start + 10]) for start in range(0, 100, 10)]
        assert await client.submit(sum, sums) == 9900
        assert await client.gather(leaves) == [number * 2 for number in range(100)]
        assert await client.submit(kind_of_loop) == way.on_plait  # an `async def` runs on the worker's loop
        with pytest.raises(ZeroDivisionError):
            await client.submit(lambda: 1 // 0)


async def kind_of_loop() -> bool:
    await asyncio.sleep(0)
    return type(asyncio.get_running_loop()).__module__.startswith("plait.")


async def test_data_between_workers_and_actors(tmp_path: Path) -> None:
    class Counter:
        def __init__(self) -> None:
            self.value = 0

        def add(self) -> int:
            self.value += 1
            return self.value

    async with cluster(tmp_path) as (scheduler, client):
        big = await client.scatter(b"x" * 5_000_000)
        sizes = [client.submit(len, big, workers=[address], pure=False) for address in scheduler.workers]
        assert await client.gather(sizes) == [5_000_000] * 2
        counter: Any = await client.submit(Counter, actor=True)
        assert sorted([await counter.add() for _ in range(10)]) == [*range(1, 11)]


async def test_work_cancelled_in_the_middle(tmp_path: Path) -> None:
    async with cluster(tmp_path, workers=1) as (_, client):
        release = Event("release")
        blocked = client.map(lambda number: (Event("release").wait(20), number)[1], range(4))
        late = client.submit(time.sleep, 30)
        await late.cancel()
        assert late.cancelled()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.gather(blocked), 0.1)
        await release.set()
        assert await client.gather(blocked) == [0, 1, 2, 3]


async def test_a_worker_process_killed_in_the_middle(way: Way, tmp_path: Path) -> None:
    program = Path(__file__).with_name("dask_worker.py")
    async with cluster(tmp_path, workers=0) as (scheduler, client):
        command = [sys.executable, "-P", str(program), way.name, scheduler.address]
        processes = [subprocess.Popen(command, stderr=subprocess.DEVNULL) for _ in range(2)]
        try:
            await until(lambda: len(scheduler.workers) == 2 or any(process.poll() is not None for process in processes))
            assert await client.submit(kind_of_loop) == way.on_plait
            slow = client.map(lambda number: (time.sleep(0.02), number)[1], range(40))
            processes[0].kill()
            assert await client.gather(slow) == [*range(40)]
            assert len(scheduler.workers) == 1
        finally:
            for process in processes:
                process.kill()
                process.wait()
