"""Measures one row on one contestant, whose server or client is this process: a window for each line on standard input.

It says "ready" first, and answers each line with one of JSON. With --iterations it does so many at once, and ends.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from benchmarks.http.load import Answered
from benchmarks.http.row import CPU, WALL, HttpRow
from benchmarks.http.rows import ROWS
from benchmarks.net.load import client_core
from benchmarks.order import find_contestant, find_row, parse_order
from benchmarks.side_by_side import READY

DEFAULT_SECONDS = 1.0
FIRST_OPERATIONS = 20

Measure = Callable[[], Awaitable[Answered]]
"""`await measure()`: answers requests for a window."""


def main() -> None:
    options = parse_order("http", __doc__, DEFAULT_SECONDS)
    row = find_row(ROWS, options.row)
    options.client_core = client_core(options.core)  # before this process is left one core
    if options.core is not None:
        os.sched_setaffinity(0, {options.core})
    with find_contestant(options.contestant).runner() as runner:
        runner.run(serve_orders(row, options))


async def serve_orders(row: HttpRow, options: argparse.Namespace) -> None:
    prepare = under_load if row.serve else at_work
    async with prepare(row, options) as measure:
        answered = await measure()  # which warms up
        if options.iterations:
            print(json.dumps({"requests": answered.requests, WALL: answered.nanoseconds / answered.requests}))
            return
        print(READY, flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            before = time.process_time_ns()
            answered = await measure()
            spent = time.process_time_ns() - before
            figures = {CPU: spent / answered.requests, WALL: answered.nanoseconds / answered.requests}
            print(json.dumps(figures), flush=True)


@asynccontextmanager
async def under_load(row: HttpRow, options: argparse.Namespace) -> AsyncIterator[Measure]:
    """Under the load of a process that a thread waits for: what the thread does costs this process nearly nothing."""
    assert row.serve is not None
    assert row.load is not None
    load = row.load
    async with row.serve() as address:

        async def measure() -> Answered:
            arguments = address, options.seconds, options.iterations, options.client_core
            return await asyncio.to_thread(load.run, *arguments)

        yield measure


@asynccontextmanager
async def at_work(row: HttpRow, options: argparse.Namespace) -> AsyncIterator[Measure]:
    assert row.work is not None
    async with row.work() as once:
        count = options.iterations or FIRST_OPERATIONS

        async def measure() -> Answered:
            nonlocal count
            done, began = count, time.perf_counter_ns()
            await once(done)
            took = time.perf_counter_ns() - began
            count = options.iterations or max(1, round(done * options.seconds * 1e9 / took))  # in the next window
            return Answered(done, took)

        yield measure


if __name__ == "__main__":
    main()
