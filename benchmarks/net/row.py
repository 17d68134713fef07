"""Describes a row of the net suite: a server under load, or an operation that needs none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.core.row import Body
from benchmarks.net.load import Answer, Load, cpu_a_request
from benchmarks.net.servers import Serve
from benchmarks.row import Row

Figure = Callable[[Answer], list[float]]
"""What of the load client's answer the row shows."""

DEFAULT_LOAD = Load()


@dataclass(frozen=True, kw_only=True)
class NetRow(Row):
    """Either `serve` under `load`, of whose answer the row shows `figure`, or `body`, an operation alone.

    The `floor` of a row is the C echo server under the same load.
    """

    serve: Serve | None = None
    load: Load = DEFAULT_LOAD
    figure: Figure = cpu_a_request
    body: Body | None = None
    floor: bool = False
    stock_bar: float | None = None
