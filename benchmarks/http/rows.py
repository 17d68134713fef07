"""The http suite's table: its rows in order, each with its bar."""

from __future__ import annotations

from benchmarks.contestants import HTTP
from benchmarks.http import programs, servers
from benchmarks.http.load import Load
from benchmarks.http.row import HttpRow
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
    *(HttpRow(name=f"{name}, cpu", serve=serve, load=load, bar=AHEAD) for name, serve, load in SERVED),
    HttpRow(name=f"{PIPELINE}, cpu", work=servers.redis_pipeline, bar=AHEAD),
    *(HttpRow(name=f"{name}, wall", serve=serve, load=load, bar=AHEAD, wall=True) for name, serve, load in SERVED),
    HttpRow(name=f"{PIPELINE}, wall", work=servers.redis_pipeline, bar=AHEAD, wall=True),
)

SUITE = Suite(
    name="http",
    rows=ROWS,
    contestants=HTTP,
    explanation="Nanoseconds a request: of the process's processor time (cpu), or of the clock, 10⁹ ÷ requests a second (wall).\n"
    "plait ×: the best peer's figure divided by plait's, higher is better.",
    seconds=3.0,
    quick_seconds=1.0,
    patience=120.0,
    prepare=programs.start_all,
)
