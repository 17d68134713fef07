"""Describes a row of the http suite: a server under load, or a client at work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from benchmarks.http.load import Load
from benchmarks.row import JointRow

CPU, WALL = "cpu", "wall"
"""What a window gives: nanoseconds a request, of the processor's time that the process takes, and of the clock."""

Serve = Callable[[], AbstractAsyncContextManager[str]]
"""`async with serve() as address`: answers there, on the running loop."""

Once = Callable[[int], Awaitable[None]]
"""`await once(n)`: does the operation n times."""

Work = Callable[[], AbstractAsyncContextManager[Once]]
"""`async with work() as once`: ready to work, on the running loop."""


@dataclass(frozen=True, kw_only=True)
class HttpRow(JointRow):
    """Either `serve` under `load`, or `work`, a client's. Its figure is `CPU` or `WALL`."""

    serve: Serve | None = None
    load: Load | None = None
    work: Work | None = None
    stock_bar: float | None = None
