"""uvicorn with Starlette and FastAPI: HTTP by httptools and by h11, WebSocket, TLS, as a program and inside one."""

import asyncio
import contextlib
import hashlib
import signal
import subprocess
from collections.abc import AsyncIterator

import httpx
import pytest
import uvicorn
import websockets
from certificates import certificate, client_context

from .servers import HOST, free_port, wait_until_listening
from .uploads import EndlessBody, kill_in_the_middle_of_an_upload
from .waiting import cancelled_after, until
from .ways import Way
from .web_app import BIG, app


@contextlib.asynccontextmanager
async def serving(*, is_tls: bool = False, port: int = 0, **options: object) -> AsyncIterator[str]:
    """Its address. The server is a task of this loop, as a program that does more than serve would have it."""
    with certificate("good").private_key_and_cert_chain_pem.tempfile() as key_file:
        key = key_file if is_tls else None
        config = uvicorn.Config(app, host=HOST, port=port, log_config=None, ssl_certfile=key, **options)  # type: ignore[arg-type]
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve())
        try:
            await until(lambda: server.started or task.done())
            port = server.servers[0].sockets[0].getsockname()[1]
            yield f"{'https' if is_tls else 'http'}://{'localhost' if is_tls else HOST}:{port}"
        finally:
            server.should_exit = True
            await task
    assert app.state.ended


@pytest.fixture(params=("httptools", "h11"))
def http(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


async def test_pages(http: str) -> None:
    async with serving(http=http) as url, httpx.AsyncClient(base_url=url) as client:
        answers = await asyncio.gather(
            *(client.post("/orders", json={"item": "tea", "count": number}) for number in range(1, 100))
        )
        assert [answer.json()["total"] for answer in answers] == [number * 3 for number in range(1, 100)]
        assert (await client.post("/orders", json={"item": "tea", "count": 0})).status_code == 422
        assert (await client.get("/nowhere")).status_code == 404
        threaded = await asyncio.gather(*(client.get(f"/threaded/{number}") for number in range(50)))
        assert [answer.json() for answer in threaded] == [number * 2 for number in range(50)]


async def test_much_data(http: str) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for start in range(0, len(BIG), 100_000):
            yield BIG[start : start + 100_000]

    async with serving(http=http) as url, httpx.AsyncClient(base_url=url) as client:
        answer = await client.post("/upload", files={"file": BIG})
        assert answer.json() == {"digest": hashlib.sha256(BIG).hexdigest()}
        assert (await client.post("/count", content=parts())).json() == len(BIG)
        assert (await client.get("/stream")).content == BIG


async def test_a_client_that_leaves_ends_its_page(http: str) -> None:
    async with serving(http=http) as url, httpx.AsyncClient(base_url=url) as client:
        async with client.stream("GET", "/endless") as answer:
            async for line in answer.aiter_lines():
                assert line == "tick"
                break
        await app.state.left.wait()
        assert (await client.get("/threaded/1")).json() == 2


async def test_requests_cancelled_in_the_middle_end_their_pages(http: str) -> None:
    async with serving(http=http) as url, httpx.AsyncClient(base_url=url) as client:
        await cancelled_after(app.state.started, client.get("/endless"))
        await app.state.left.wait()
        app.state.left.clear()
        body = EndlessBody()
        await cancelled_after(body.is_half_sent, client.post("/count", content=body))
        await app.state.left.wait()
        assert (await client.get("/threaded/1")).json() == 2


@pytest.mark.parametrize("is_tls", [False, True], ids=["plain", "tls"])
async def test_a_client_killed_in_the_middle_of_an_upload(http: str, is_tls: bool) -> None:
    async with serving(http=http, is_tls=is_tls) as url:
        await kill_in_the_middle_of_an_upload(f"{url}/count")
        await app.state.left.wait()
        async with httpx.AsyncClient(base_url=url, verify=client_context()) as client:
            assert (await client.get("/threaded/1")).json() == 2


async def test_a_page_that_fails(http: str, caplog: pytest.LogCaptureFixture) -> None:
    async with serving(http=http) as url, httpx.AsyncClient(base_url=url) as client:
        assert (await client.get("/wrong")).status_code == 500
        assert (await client.get("/threaded/1")).json() == 2
    assert "nothing of that name" in caplog.text


async def test_https(http: str) -> None:
    trust = client_context()
    async with (
        serving(http=http, is_tls=True) as url,
        httpx.AsyncClient(base_url=url, verify=trust) as client,
    ):
        answers = await asyncio.gather(*(client.get("/stream") for _ in range(5)))
        assert [answer.content for answer in answers] == [BIG] * 5


@pytest.mark.parametrize("implementation", ["websockets-sansio", "wsproto"])
@pytest.mark.parametrize("is_tls", [False, True], ids=["ws", "wss"])
async def test_a_websocket(implementation: str, is_tls: bool) -> None:
    async with serving(ws=implementation, is_tls=is_tls) as url:
        context = client_context() if is_tls else None
        async with websockets.connect(url.replace("http", "ws") + "/echo", ssl=context, max_size=None) as socket:
            await socket.send("hello")
            assert await socket.recv() == "HELLO"
            await socket.send(BIG)
            assert await socket.recv() == BIG
            await socket.send("bye")
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await socket.recv()
            assert closed.value.rcvd is not None
            assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4000, "as you wish")


def test_the_program(way: Way, http: str) -> None:
    port = free_port()
    options = ["--host", HOST, "--port", str(port), "--http", http, "--loop", way.loop_option]
    command = [*way.python, "-m", "uvicorn", "tests.ecosystem.web_app:app", *options]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        wait_until_listening(port, server)
        with httpx.Client(base_url=f"http://{HOST}:{port}") as client:
            kinds = client.get("/loop").json()
            assert kinds["loop"].startswith("plait.") == way.on_plait
            assert kinds["task"].startswith("plait.") == way.on_plait
            assert kinds["queue"].startswith("plait.") == way.is_installed
            assert client.get("/stream").content == BIG
    finally:
        server.send_signal(signal.SIGTERM)
        _, log = server.communicate(timeout=20)
    assert "Finished server process" in log
    assert server.returncode in (0, -signal.SIGTERM)
