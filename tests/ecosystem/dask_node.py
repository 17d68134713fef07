"""A part of Dask as a program of its own: dask_node.py WAY worker ADDRESS, or WAY scheduler PORT. It goes the way it is told."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from ecosystem.servers import HOST
from ecosystem.ways import WAYS


async def serve(kind: str, where: str) -> None:
    from distributed import Scheduler, Worker

    if kind == "worker":
        node = Worker(where, nthreads=1, dashboard=False, local_directory=".")
    else:
        node = Scheduler(port=int(where), dashboard=False, host=HOST)
    async with node:
        await node.finished()


if __name__ == "__main__":
    way = WAYS[sys.argv[1]]
    way.prepare()
    way.run(serve(*sys.argv[2:]))
