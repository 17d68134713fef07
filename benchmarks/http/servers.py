"""The servers and the client of the rows, as a user of the libraries writes them."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

HOST = "127.0.0.1"
PIPELINE = 100
"""Commands in one pipeline of redis-py."""

ACCOUNTS = 1000
POSTGRESQL, REDIS = "PLAIT_BENCH_POSTGRESQL", "PLAIT_BENCH_REDIS"
"""Where `programs.start_all` tells the workers of the servers it has started."""

BODY = b"Hello, World!"


async def plaintext(scope: Any, receive: Any, send: Any) -> None:
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"13")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})


async def as_json(scope: Any, receive: Any, send: Any) -> None:
    body = json.dumps({"message": "Hello, World!"}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def serve_uvicorn(app: Any) -> AsyncIterator[str]:
    import uvicorn

    options: dict[str, Any] = {"http": "httptools", "lifespan": "off", "access_log": False, "log_config": None}
    server = uvicorn.Server(uvicorn.Config(app, host=HOST, port=0, **options))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.01)
    yield f"{HOST}:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


uvicorn_plaintext = partial(serve_uvicorn, plaintext)
uvicorn_json = partial(serve_uvicorn, as_json)


@asynccontextmanager
async def aiohttp_plaintext() -> AsyncIterator[str]:
    from aiohttp import web

    async def greet(request: web.Request) -> web.Response:
        return web.Response(body=BODY, content_type="text/plain")

    app = web.Application()
    app.router.add_get("/", greet)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    yield f"{HOST}:{runner.addresses[0][1]}"
    await runner.cleanup()


@asynccontextmanager
async def fastapi_query() -> AsyncIterator[str]:
    import asyncpg
    import fastapi

    app = fastapi.FastAPI()
    async with asyncpg.create_pool(os.environ[POSTGRESQL], min_size=8, max_size=8) as pool:

        @app.get("/account/{number}")
        async def account(number: int) -> dict[str, int]:
            return dict(await pool.fetchrow("SELECT id, balance FROM account WHERE id = $1", number))

        async with serve_uvicorn(app) as address:
            yield address


async def fill_postgresql(url: str) -> None:
    """What the page of `fastapi_query` asks for."""
    import asyncpg

    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL)")
    await connection.executemany("INSERT INTO account VALUES ($1, 100)", [(number,) for number in range(ACCOUNTS)])
    await connection.close()


@asynccontextmanager
async def websockets_echo() -> AsyncIterator[str]:
    from websockets.asyncio.server import ServerConnection, serve

    async def echo(socket: ServerConnection) -> None:
        async for message in socket:
            await socket.send(message)

    async with serve(echo, HOST, 0, compression=None) as server:
        yield f"{HOST}:{server.sockets[0].getsockname()[1]}"


@asynccontextmanager
async def redis_pipeline() -> AsyncIterator[Callable[[int], Awaitable[None]]]:
    from redis.asyncio import Redis

    async with Redis(host=HOST, port=int(os.environ[REDIS])) as client:

        async def once(n: int) -> None:
            for _ in range(n):
                async with client.pipeline(transaction=False) as pipeline:
                    for number in range(PIPELINE // 2):
                        pipeline.set(f"key {number}", number).get(f"key {number}")
                    await pipeline.execute()

        yield once
