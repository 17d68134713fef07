"""The http suite's table: its rows in order, each with its bar."""

from __future__ import annotations

from benchmarks.contestants import HTTP
from benchmarks.http import programs, servers
from benchmarks.http.load import Load
from benchmarks.http.row import CPU, WALL, HttpRow
from benchmarks.suite import Suite

AHEAD = 1.0
"""At least as good as the best peer."""

SERVED = (
    ("uvicorn plaintext", servers.uvicorn_plaintext, Load()),
    ("uvicorn JSON", servers.uvicorn_json, Load()),
    ("aiohttp plaintext", servers.aiohttp_plaintext, Load()),
    ("FastAPI + asyncpg", servers.fastapi_query, Load(path="/account/7")),
    ("websockets echo", servers.websockets_echo, Load(websocket=True)),
)

PIPELINE = "redis-py pipeline of 100"

ROWS = (
    *(
        HttpRow(name=f"{job}, {figure}", job=job, figure=figure, serve=serve, load=load, bar=AHEAD)
        for job, serve, load in SERVED
        for figure in (CPU, WALL)
    ),
    *(
        HttpRow(name=f"{PIPELINE}, {figure}", job=PIPELINE, figure=figure, work=servers.redis_pipeline, bar=AHEAD)
        for figure in (CPU, WALL)
    ),
)

SUITE = Suite(
    name="http",
    rows=ROWS,
    contestants=HTTP,
    explanation="Nanoseconds a request: of the process's processor time (cpu), or of the clock, 10⁹ ÷ requests a second (wall).\n"
    "plait ×: the best peer's figure divided by plait's, higher is better.",
    rounds=8,
    seconds=1.0,
    quick_seconds=1.0,
    patience=120.0,
    prepare=programs.start_all,
    side_by_side=True,
)
