"""A Dask cluster of separate processes, for all tests of a module."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest

from ..ways import Way


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        yield client


class OwnCluster:
    """A scheduler and a worker of Dask as programs of their own, which can go away and come back at the same address."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self._programs: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        scheduler = ["dask_scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard"]
        worker = ["dask_worker", self.address, "--no-nanny", "--nthreads", "2", "--no-dashboard"]
        for name, *options in (scheduler, worker):
            command = [sys.executable, "-m", f"distributed.cli.{name}", *options]
            self._programs.append(subprocess.Popen(command, stderr=subprocess.DEVNULL))

    def kill(self) -> None:
        for program in self._programs:
            program.kill()
            program.wait()
        self._programs.clear()


@pytest.fixture
def own_cluster() -> Iterator[OwnCluster]:
    cluster = OwnCluster()
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.kill()


@pytest.fixture
def run(way: Way) -> Callable[[Coroutine[Any, Any, None]], None]:
    """For what takes longer than a job of the other tests may."""

    def run(main: Coroutine[Any, Any, None]) -> None:
        async def in_time() -> None:
            async with asyncio.timeout(90):
                await main

        with asyncio.Runner(loop_factory=way.loop_factory) as runner:
            runner.run(in_time())

    return run
