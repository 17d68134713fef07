"""A Dask worker as a program of its own: python dask_worker.py WAY ADDRESS. It goes the way that it is told."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from ecosystem.ways import WAYS


async def work(address: str) -> None:
    from distributed import Worker

    async with Worker(address, nthreads=1, dashboard=False, local_directory="/tmp") as worker:
        await worker.finished()


if __name__ == "__main__":
    way = WAYS[sys.argv[1]]
    way.prepare()
    with asyncio.Runner(loop_factory=way.loop_factory) as runner:
        assert way.is_right(runner.get_loop())
        runner.run(work(sys.argv[2]))
