"""Measures one row on one contestant, whose server or client is this process, and prints one line of JSON."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from collections.abc import Iterator
from statistics import median

from benchmarks.batches import BATCHES
from benchmarks.http.load import Answered
from benchmarks.http.row import HttpRow
from benchmarks.http.rows import ROWS
from benchmarks.net.load import client_core
from benchmarks.order import find_contestant, find_row, parse_order

DEFAULT_SECONDS = 3.0
WARM_UP_SECONDS = 1.0
FIRST_OPERATIONS = 20


def main() -> None:
    options = parse_order("http", __doc__, DEFAULT_SECONDS)
    row = find_row(ROWS, options.row)
    if options.core is not None:
        os.sched_setaffinity(0, {options.core})
    with find_contestant(options.contestant).runner() as runner:
        measure = measure_work if row.work else measure_server
        figures = runner.run(measure(row, options))
    answer = {"row": row.name, "contestant": options.contestant}
    print(json.dumps(answer | {"median": median(figures), "batches": figures}))


async def measure_server(row: HttpRow, options: argparse.Namespace) -> list[float]:
    """Under the load of a process that a thread waits for: what the thread does costs this process nearly nothing."""
    assert row.serve is not None
    async with row.serve() as address:
        load = asyncio.get_running_loop().run_in_executor(None, run_load, row, options, address)
        return await load


def run_load(row: HttpRow, options: argparse.Namespace, address: str) -> list[float]:
    assert row.load is not None
    core = client_core(options.core)
    if options.iterations:
        return [row.load.run(address, 0, options.iterations, core).nanoseconds / options.iterations]
    row.load.run(address, WARM_UP_SECONDS, None, core)
    return [figure_of(row, options, address, seconds) for seconds in windows(options.seconds)]


def windows(seconds: float) -> Iterator[float]:
    """wrk counts in whole seconds."""
    for _ in range(max(1, round(seconds))):
        yield 1.0


def figure_of(row: HttpRow, options: argparse.Namespace, address: str, seconds: float) -> float:
    assert row.load is not None
    before = time.process_time_ns()
    answered: Answered = row.load.run(address, seconds, None, client_core(options.core))
    spent = time.process_time_ns() - before
    return (answered.nanoseconds if row.wall else spent) / answered.requests


async def measure_work(row: HttpRow, options: argparse.Namespace) -> list[float]:
    assert row.work is not None
    clock = time.perf_counter_ns if row.wall else time.process_time_ns
    async with row.work() as once:
        if options.iterations:
            await once(options.iterations)
            return [0.0]
        began = time.perf_counter()
        await once(FIRST_OPERATIONS)
        n = max(1, round(FIRST_OPERATIONS * options.seconds / BATCHES / (time.perf_counter() - began)))
        figures = []
        for _ in range(BATCHES):
            before = clock()
            await once(n)
            figures.append((clock() - before) / n)
        return figures


if __name__ == "__main__":
    main()
