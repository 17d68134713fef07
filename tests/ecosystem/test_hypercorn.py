"""hypercorn: HTTP/2 over TLS, many streams on one connection; HTTP/1.1 and WebSocket beside it."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator

import httpx
import pytest
import websockets
from certificates import certificate, client_context
from hypercorn.asyncio import serve
from hypercorn.config import Config

from .servers import free_port
from .uploads import kill_in_the_middle_of_an_upload
from .waiting import cancelled_after, until_connected
from .web_app import BIG, app


@contextlib.asynccontextmanager
async def serving(*, is_tls: bool = False, port: int | None = None) -> AsyncIterator[str]:
    port = port or free_port()
    config, end = Config(), asyncio.Event()
    config.bind = [f"127.0.0.1:{port}"]
    config.graceful_timeout = 1
    with certificate("good").private_key_and_cert_chain_pem.tempfile() as key_file:
        if is_tls:
            config.certfile = config.keyfile = key_file
        server = asyncio.create_task(serve(app, config, shutdown_trigger=end.wait))  # type: ignore[arg-type]
        try:
            await until_connected(port)
            yield f"{'https' if is_tls else 'http'}://localhost:{port}"
        finally:
            end.set()
            await server


async def test_many_streams_on_one_connection() -> None:
    async with serving(is_tls=True) as url:
        one = httpx.Limits(max_connections=1)
        async with httpx.AsyncClient(base_url=url, verify=client_context(), http2=True, limits=one) as client:
            answers = await asyncio.gather(
                *(client.post("/orders", json={"item": "tea", "count": number}) for number in range(1, 80)),
                *(client.get("/stream") for _ in range(4)),
                *(client.post("/upload", files={"file": BIG}) for _ in range(4)),
            )
    assert {answer.http_version for answer in answers} == {"HTTP/2"}
    assert [answer.json()["total"] for answer in answers[:79]] == [number * 3 for number in range(1, 80)]
    assert [answer.content for answer in answers[79:83]] == [BIG] * 4
    assert [answer.json() for answer in answers[83:]] == [{"digest": hashlib.sha256(BIG).hexdigest()}] * 4


async def test_a_stream_left_in_the_middle_leaves_the_others() -> None:
    async with serving(is_tls=True) as url:
        async with httpx.AsyncClient(base_url=url, verify=client_context(), http2=True) as client:
            async with client.stream("GET", "/endless") as answer:
                async for line in answer.aiter_lines():
                    assert line == "tick"
                    break
                assert (await client.get("/stream")).content == BIG
            assert (await client.get("/threaded/3")).json() == 6
        await app.state.left.wait()  # httpx tells the server when it closes the connection


async def test_a_request_cancelled_in_the_middle() -> None:
    async with serving(is_tls=True) as url:
        async with httpx.AsyncClient(base_url=url, verify=client_context(), http2=True) as client:
            await cancelled_after(app.state.started, client.get("/endless"))
            assert (await client.get("/threaded/3")).json() == 6
        await app.state.left.wait()  # httpx tells the server when it closes the connection


@pytest.mark.parametrize("is_tls", [False, True], ids=["plain", "tls"])
async def test_a_client_killed_in_the_middle_of_an_upload(is_tls: bool) -> None:
    async with serving(is_tls=is_tls) as url:
        await kill_in_the_middle_of_an_upload(f"{url}/count")
        await app.state.left.wait()
        async with httpx.AsyncClient(base_url=url, verify=client_context(), http2=True) as client:
            assert (await client.get("/threaded/3")).json() == 6


@pytest.mark.parametrize("is_tls", [False, True], ids=["plain", "tls"])
async def test_http_1_and_a_websocket(is_tls: bool) -> None:
    context = client_context() if is_tls else None
    async with serving(is_tls=is_tls) as url:
        async with httpx.AsyncClient(base_url=url, verify=context or True) as client:
            answer = await client.get("/stream")
            assert (answer.http_version, answer.content) == ("HTTP/1.1", BIG)
        async with websockets.connect(url.replace("http", "ws") + "/echo", ssl=context, max_size=None) as socket:
            await socket.send("hello")
            assert await socket.recv() == "HELLO"
            await socket.send(BIG)
            assert await socket.recv() == BIG
