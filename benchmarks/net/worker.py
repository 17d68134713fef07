"""Measures one row on one contestant, whose server is this process, and prints what came out as one line of JSON."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import ssl
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from types import ModuleType

from benchmarks.batches import run_batches, warm_up
from benchmarks.net import programs
from benchmarks.net.load import Answer, client_core, run_load
from benchmarks.net.row import NetRow
from benchmarks.net.rows import ROWS
from benchmarks.net.servers import HOST, Place
from benchmarks.order import FLOOR, find_contestant, find_row, parse_order

DEFAULT_SECONDS = 0.5
"""How long one worker measures; long against a burst of other work on the machine, short enough to interleave."""


LARGE_BLOCK = 16 * 1024 * 1024
"""Bytes; below the 32 MiB beyond which glibc does not follow."""


class NoTLSError(Exception):
    """This machine cannot measure a row with TLS."""


def main() -> None:
    options = parse_order("net", __doc__, DEFAULT_SECONDS)
    row = find_row(ROWS, options.row)
    options.client_core = client_core(options.core)
    if options.core is not None:
        os.sched_setaffinity(0, {options.core})
    allow_many_descriptors()
    settle_allocator()
    answer = {"row": row.name, "contestant": options.contestant}
    try:
        figures = measure(row, options)
    except (NotImplementedError, NoTLSError) as error:
        answer |= {"lacking": str(error) or "the loop raises NotImplementedError"}
    else:
        answer |= {"median": median(figures), "batches": figures}
    print(json.dumps(answer))


def allow_many_descriptors() -> None:
    """As many as the system lets a process have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def settle_allocator() -> None:
    """Free a large block, as every long-lived process has once done: from then on glibc keeps such blocks on its heap.

    Before, a loop that asks for 256 KiB at each read, as uvloop does for TLS, maps and unmaps its pages, and takes three
    times as long; that would be a measure of the first seconds of a process, not of the loop.
    """
    bytes(LARGE_BLOCK)


def measure(row: NetRow, options: argparse.Namespace) -> list[float]:
    """The figures of each window or batch."""
    if row.body is not None:
        return measure_calls(row, options)
    with made_place(row) as place:
        loader = partial(
            run_load, row.load, seconds=options.seconds, requests=options.iterations, core=options.client_core
        )
        if options.contestant == FLOOR:
            return row.figure(measure_c(place, loader))
        return row.figure(measure_server(row, options, place, loader))


def measure_calls(row: NetRow, options: argparse.Namespace) -> list[float]:
    contestant, body = find_contestant(options.contestant), row.body
    assert body is not None
    with contestant.runner() as runner:
        functions = contestant.functions()

        def once(n: int) -> int:
            return runner.run(body(functions, n))

        if options.iterations:
            return [once(options.iterations) / options.iterations]
        return run_batches(once, warm_up(once, None, options.seconds), options.seconds)


@contextmanager
def made_place(row: NetRow) -> Iterator[Place]:
    """Where the row's server listens; the folder of a UNIX socket is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="plait-bench-") as folder:
        path = str(Path(folder) / "echo") if row.load.transport == "unix" else ""
        yield Place(row.load.transport, path, tls_context() if row.load.tls else None)


def tls_context() -> ssl.SSLContext:
    try:
        programs.tls_load_client()
        chain, key = programs.certificate()
    except LookupError as error:
        raise NoTLSError(str(error)) from None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    return context


Loader = Callable[[int, str], Answer]
"""`loader(server, address)` puts that process under load."""


def measure_server(row: NetRow, options: argparse.Namespace, place: Place, loader: Loader) -> Answer:
    """Under the load of a process that a thread waits for: what the thread does costs this process nothing."""
    contestant, serve = find_contestant(options.contestant), row.serve
    assert serve is not None

    async def serve_load(aio: ModuleType) -> Answer:
        async with serve(aio, place) as address:
            answer: Answer = await asyncio.get_running_loop().run_in_executor(None, loader, os.getpid(), address)
            return answer

    with contestant.runner() as runner:
        return runner.run(serve_load(contestant.functions()))


def measure_c(place: Place, loader: Loader) -> Answer:
    command = [str(programs.echo_server()), place.transport, place.path or HOST]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            said = server.stdout.readline().strip()
            return loader(server.pid, place.path or f"{HOST}:{said}")
        finally:
            server.kill()


if __name__ == "__main__":
    main()
