"""Rows about what plait weighs: the bytes of a pending task, the time of its import."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter_ns
from types import ModuleType
from typing import Any

from benchmarks.contestants import Contestant

RESIDENT_FIELD = 1
"""Where /proc/self/statm has the resident set, in pages (proc(5))."""


async def pending_task(aio: ModuleType, n: int) -> int:
    """n tasks, each with a coroutine that awaits a future of its own: growth of the resident set, in bytes."""
    loop, create_task = aio.get_running_loop(), aio.create_task
    futures: list[Any] = [None] * n
    tasks: list[Any] = [None] * n
    gc.collect()
    before = resident_bytes()
    for i in range(n):
        futures[i] = loop.create_future()
        tasks[i] = create_task(wait_on(futures[i]))
    await aio.sleep(0)
    grown = resident_bytes() - before
    for future in futures:
        future.set_result(None)
    await tasks[-1]
    return grown


async def wait_on(future: Any) -> None:
    await future


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[RESIDENT_FIELD])
    return pages * os.sysconf("SC_PAGE_SIZE")


def import_time(contestant: Contestant, repeats: int) -> list[float]:
    """A fresh interpreter that imports the package, less one that imports nothing: wall time, in nanoseconds."""
    interpreter_time(contestant.package)
    return [interpreter_time(contestant.package) - interpreter_time(None) for _ in range(repeats)]


def interpreter_time(package: str | None) -> int:
    """The wall time of a whole process, in this one's environment and on its core."""
    program = f"import {package}" if package else ""
    start = perf_counter_ns()
    subprocess.run([sys.executable, "-c", program], check=True)
    return perf_counter_ns() - start
