"""Dask's scheduler, client and workers: a graph of tasks, actors, cancelled work, processes killed in the middle."""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, Event, Scheduler, Worker
from distributed.client import FutureCancelledError

from .servers import HOST, Server
from .waiting import POLL_SECONDS, until
from .ways import Way

pytestmark = pytest.mark.leaves_tasks("distributed closes its connections behind its back")


class Node(Server):
    """A worker or the scheduler as a program of its own."""

    def __init__(self, way: Way, kind: str, address: str | None = None) -> None:
        super().__init__()
        program = Path(__file__).with_name("dask_node.py")
        self.arguments = [sys.executable, "-P", str(program), way.name, kind, address or str(self.port)]
        self.is_worker = kind == "worker"

    def command(self) -> Sequence[str]:
        return self.arguments

    def is_ready(self) -> bool:
        return self.is_worker or super().is_ready()  # a worker comes to its scheduler


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


async def test_running_work_is_cancelled_and_its_result_dropped(tmp_path: Path) -> None:
    """distributed lets it run to its end."""

    def held(dask_worker: Worker) -> list[object]:
        return [*dask_worker.state.tasks, *dask_worker.data]

    async with cluster(tmp_path, workers=1) as (_, client):
        begun, release, ended = (Event(name) for name in ("begun", "release", "ended"))
        for work in (work_awaiting, work_in_a_thread):
            running = client.submit(work)
            await begun.wait()
            await running.cancel()
            assert running.cancelled()
            with pytest.raises(FutureCancelledError):
                await running
            assert not await ended.is_set()
            await release.set()
            await ended.wait()
            while any((await client.run(held)).values()):
                await asyncio.sleep(POLL_SECONDS)
            for event in (begun, release, ended):
                await event.clear()
        assert await client.submit(sum, [1, 2]) == 3


async def work_awaiting() -> int:
    await Event("begun").set()
    await Event("release").wait()
    await Event("ended").set()
    return 1


def work_in_a_thread() -> int:
    Event("begun").set()
    Event("release").wait()
    Event("ended").set()
    return 1


async def test_a_worker_process_killed_in_the_middle(way: Way, tmp_path: Path) -> None:
    async with cluster(tmp_path, workers=0) as (scheduler, client):
        with Node(way, "worker", scheduler.address) as doomed, Node(way, "worker", scheduler.address):
            await until(lambda: len(scheduler.workers) == 2)
            assert await client.submit(kind_of_loop) == way.on_plait
            slow = client.map(lambda number: (time.sleep(0.02), number)[1], range(40))
            doomed.kill()
            assert await client.gather(slow) == [*range(40)]
            assert len(scheduler.workers) == 1


@pytest.fixture
def scheduler_process(way: Way) -> Iterator[Node]:
    with Node(way, "scheduler") as scheduler:
        yield scheduler


async def test_a_scheduler_process_killed_and_started_again(way: Way, scheduler_process: Node, tmp_path: Path) -> None:
    """The client comes back and is told what it lost. Workers cancel what they do and end: distributed takes none back."""
    address = f"tcp://{HOST}:{scheduler_process.port}"

    def worker() -> Worker:
        return Worker(address, nthreads=1, dashboard=False, local_directory=str(tmp_path))

    loops_of_cancelled_work.clear()
    async with Client(address, asynchronous=True) as client:
        async with worker() as doomed:
            lost = client.submit(work_for_ever)
            await Event("begun").wait()
            scheduler_process.kill()
            with pytest.raises(FutureCancelledError, match="scheduler-connection-lost"):
                await lost
            await doomed.finished()
        assert [way.is_right(loop) for loop in loops_of_cancelled_work] == [True]
        scheduler_process.start()
        async with worker():
            await until(lambda: client.status == "running")
            assert await client.submit(sum, [3, 4]) == 7


loops_of_cancelled_work: list[asyncio.AbstractEventLoop] = []  # of a worker in this process


async def work_for_ever() -> None:
    await Event("begun").set()
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        loops_of_cancelled_work.append(asyncio.get_running_loop())
        raise
