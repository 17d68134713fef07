"""A library's server as a program of its own, which goes the way that it is told: server_program.py WAY LIBRARY PORT [is_tls].

It serves what `serving()` in the library's test file serves there.
"""

import asyncio
import importlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from ecosystem.ways import WAYS


async def serve(library: str, port: int, options: dict[str, bool]) -> None:
    tests = importlib.import_module(f"ecosystem.test_{library}")
    async with tests.serving(port=port, **options):
        await asyncio.Event().wait()


if __name__ == "__main__":
    way = WAYS[sys.argv[1]]
    way.prepare()
    way.run(serve(sys.argv[2], int(sys.argv[3]), dict.fromkeys(sys.argv[4:], True)))
