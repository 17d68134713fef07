"""Describes a row of the http suite: a server under load, or a client at work; and what of it is shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from benchmarks.http.load import Load
from benchmarks.row import Row

Serve = Callable[[], AbstractAsyncContextManager[str]]
"""`async with serve() as address`: answers there, on the running loop."""

Once = Callable[[int], Awaitable[None]]
"""`await once(n)`: does the operation n times."""

Work = Callable[[], AbstractAsyncContextManager[Once]]
"""`async with work() as once`: ready to work, on the running loop."""


@dataclass(frozen=True, kw_only=True)
class HttpRow(Row):
    """Either `serve` under `load`, or `work`, a client's. `wall`: show how long each takes, not the processor's time."""

    serve: Serve | None = None
    load: Load | None = None
    work: Work | None = None
    wall: bool = False
    stock_bar: float | None = None
