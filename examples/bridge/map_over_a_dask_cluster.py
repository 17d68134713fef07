"""The same script on a laptop and on a cluster: only `on=` changes.

python map_over_a_dask_cluster.py                       threads of this process
python map_over_a_dask_cluster.py local                 a Dask cluster on this machine
python map_over_a_dask_cluster.py tcp://scheduler:8786  a Dask cluster somewhere

The last two need Dask: pip install "dask[distributed]"
"""

import asyncio
import sys
from typing import Any

from plait import bridge

SAMPLES = 40
POINTS = 20_000


def count_hits(seed: int) -> int:
    """How many of so many random points of a square are in the circle."""
    import random

    generator = random.Random(seed)
    return sum(generator.random() ** 2 + generator.random() ** 2 < 1 for _ in range(POINTS))


async def estimate(on: Any) -> None:
    hits = 0
    async for count in bridge.map(count_hits, range(SAMPLES), on=on, ordered=False, retries=2):
        hits += count
    print(f"pi is about {4 * hits / (SAMPLES * POINTS):.2f}, from {SAMPLES} samples")


def main(where: str | None) -> None:
    if where is None:
        asyncio.run(estimate("threads"))
        return
    from distributed import Client

    options = {"n_workers": 2, "dashboard_address": None} if where == "local" else {"address": where}
    with Client(**options) as client:
        asyncio.run(estimate(client))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
