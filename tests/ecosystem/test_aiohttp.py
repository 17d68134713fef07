"""aiohttp on both ends: HTTP, TLS, WebSocket, uploads, files by sendfile, cancelled requests, servers that go away."""

import asyncio
import contextlib
import hashlib
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from certificates import HOST, client_context, server_context

from .library_servers import ServerProgram
from .servers import free_port
from .uploads import EndlessBody, kill_in_the_middle_of_an_upload
from .waiting import cancelled, until
from .ways import Way

BIG = bytes(range(256)) * 16_384  # 4 MiB: more than any buffer on the way
STARTED = web.AppKey("started", asyncio.Event)
CANCELLED = web.AppKey("cancelled", asyncio.Event)
FILE = web.AppKey("file", Path)
CONNECTIONS = web.AppKey("connections", list[web.RequestHandler])


async def greet(request: web.Request) -> web.Response:
    return web.json_response({"hello": request.match_info["name"]})


async def receive_upload(request: web.Request) -> web.Response:
    digest, size = hashlib.sha256(), 0
    async for part in await request.multipart():
        while chunk := await part.read_chunk():  # type: ignore[union-attr]
            digest.update(chunk)
            size += len(chunk)
    return web.json_response({"size": size, "digest": digest.hexdigest()})


async def count_upload(request: web.Request) -> web.Response:
    try:
        return web.json_response(sum([len(chunk) async for chunk in request.content.iter_any()]))
    except asyncio.CancelledError:
        request.app[CANCELLED].set()
        raise


async def send_file(request: web.Request) -> web.FileResponse:
    return web.FileResponse(request.app[FILE])


async def stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for start in range(0, len(BIG), 65_536):
        await response.write(BIG[start : start + 65_536])
    await response.write_eof()
    return response


async def stream_for_ever(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"tick\n")
        await asyncio.sleep(0.01)


async def wait_for_ever(request: web.Request) -> web.Response:
    request.app[STARTED].set()
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        request.app[CANCELLED].set()
        raise
    raise AssertionError("not reached")


async def echo(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(heartbeat=10, max_msg_size=0)
    await socket.prepare(request)
    async for message in socket:
        if message.data == "bye":
            await socket.close(code=4000, message=b"as you wish")
        elif message.type is aiohttp.WSMsgType.TEXT:
            await socket.send_str(message.data.upper())
        else:
            await socket.send_bytes(message.data)
    return socket


async def refuse_long_messages(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(max_msg_size=100_000)
    await socket.prepare(request)
    request.app[CONNECTIONS].append(request.protocol)
    assert (await socket.receive()).type is aiohttp.WSMsgType.ERROR
    return socket


def application(folder: Path) -> web.Application:
    app = web.Application(client_max_size=len(BIG) * 2)
    app[STARTED], app[CANCELLED], app[FILE] = asyncio.Event(), asyncio.Event(), folder / "big"
    app[FILE].write_bytes(BIG)
    app[CONNECTIONS] = []
    app.router.add_get("/greet/{name}", greet)
    app.router.add_post("/upload", receive_upload)
    app.router.add_post("/count", count_upload)
    app.router.add_get("/file", send_file)
    app.router.add_get("/stream", stream)
    app.router.add_get("/endless", stream_for_ever)
    app.router.add_get("/slow", wait_for_ever)
    app.router.add_get("/echo", echo)
    app.router.add_get("/short", refuse_long_messages)
    return app


@contextlib.asynccontextmanager
async def serving(
    app: web.Application | None = None, *, is_tls: bool = False, port: int = 0, kind: str = "good"
) -> AsyncIterator[int]:
    runner = web.AppRunner(app or application(Path.cwd()), handler_cancellation=True, shutdown_timeout=1)
    context = server_context(kind) if is_tls else None
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context, reuse_address=True).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@pytest.fixture(params=("http", "https"))
def scheme(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@contextlib.asynccontextmanager
async def client_and_app(scheme: str, folder: Path) -> AsyncIterator[tuple[aiohttp.ClientSession, web.Application]]:
    app, is_tls = application(folder), scheme == "https"
    connector = aiohttp.TCPConnector(ssl=client_context() if is_tls else True, limit=20)
    async with serving(app, is_tls=is_tls) as port:
        async with aiohttp.ClientSession(f"{scheme}://{HOST}:{port}", connector=connector) as session:
            yield session, app


async def test_requests_side_by_side(scheme: str, tmp_path: Path) -> None:
    async with client_and_app(scheme, tmp_path) as (session, _):

        async def ask(number: int) -> str:
            async with session.get(f"/greet/{number}") as response:
                assert response.status == 200
                body = await response.json()
            return str(body["hello"])

        assert await asyncio.gather(*map(ask, range(200))) == [str(number) for number in range(200)]


async def test_an_upload_and_big_downloads(scheme: str, tmp_path: Path) -> None:
    async with client_and_app(scheme, tmp_path) as (session, app):
        with app[FILE].open("rb") as file:
            form = aiohttp.FormData()
            form.add_field("file", file, filename="big", content_type="application/octet-stream")
            async with session.post("/upload", data=form) as response:
                assert await response.json() == {"size": len(BIG), "digest": hashlib.sha256(BIG).hexdigest()}
        for path in ("/file", "/stream"):
            async with session.get(path) as response:
                assert await response.read() == BIG


async def test_a_range_of_a_file(scheme: str, tmp_path: Path) -> None:
    async with client_and_app(scheme, tmp_path) as (session, _):
        async with session.get("/file", headers={"Range": "bytes=100000-299999"}) as response:
            assert response.status == 206
            assert await response.read() == BIG[100_000:300_000]


async def test_a_websocket(scheme: str, tmp_path: Path) -> None:
    async with client_and_app(scheme, tmp_path) as (session, _), session.ws_connect("/echo", max_msg_size=0) as socket:
        for text in ("one", "two", "three" * 10_000):
            await socket.send_str(text)
            assert await socket.receive_str() == text.upper()
        await socket.send_bytes(BIG)
        assert await socket.receive_bytes() == BIG
        await socket.ping()
        await socket.send_str("bye")
        farewell = await socket.receive()
        assert (farewell.type, farewell.data, socket.close_code) == (aiohttp.WSMsgType.CLOSE, 4000, 4000)


async def test_a_tls_websocket_closed_in_the_middle_of_a_message_says_why(tmp_path: Path) -> None:
    async with client_and_app("https", tmp_path) as (session, app):
        async with session.ws_connect("/short") as socket:
            await socket.send_bytes(BIG)
            farewell = await socket.receive()
            assert (farewell.type, farewell.data) == (aiohttp.WSMsgType.CLOSE, aiohttp.WSCloseCode.MESSAGE_TOO_BIG)
        await until(lambda: app[CONNECTIONS][0].transport is None)  # aiohttp does not wait for it


async def test_a_request_cancelled_in_the_middle_cancels_its_handler(scheme: str, tmp_path: Path) -> None:
    async with client_and_app(scheme, tmp_path) as (session, app):
        request = asyncio.create_task(session.get("/slow"))  # type: ignore[arg-type]
        await app[STARTED].wait()
        await cancelled(request)
        await app[CANCELLED].wait()
        async with session.get("/greet/again") as response:
            assert response.status == 200


async def test_a_request_that_times_out(scheme: str, tmp_path: Path) -> None:
    async with client_and_app(scheme, tmp_path) as (session, app):
        with pytest.raises(TimeoutError):
            await session.get("/slow", timeout=aiohttp.ClientTimeout(total=0.2))
        await app[CANCELLED].wait()


async def test_a_client_outlives_its_server(tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as session:
        port = 0
        for _ in range(3):  # the session's pool holds a connection of the server before
            async with serving(application(tmp_path), port=port) as port:
                async with session.get(f"http://127.0.0.1:{port}/greet/you") as response:
                    assert await response.json() == {"hello": "you"}
            with pytest.raises(aiohttp.ClientConnectorError):
                await session.get(f"http://127.0.0.1:{port}/greet/you")


@pytest.mark.parametrize("server", ["aiohttp", "aiohttp tls"], indirect=True)
async def test_a_server_killed_in_the_middle_and_started_again(server: ServerProgram) -> None:
    connector = aiohttp.TCPConnector(ssl=client_context())
    async with aiohttp.ClientSession(f"http{server.address}", connector=connector) as session:
        async with session.get("/endless") as answer, session.ws_connect("/echo") as socket:
            assert await answer.content.readline() == b"tick\n"
            await socket.send_str("hello")
            assert await socket.receive_str() == "HELLO"
            body = EndlessBody()
            upload = asyncio.create_task(session.post("/count", data=body))  # type: ignore[arg-type]
            await body.is_half_sent.wait()
            server.kill()
            with pytest.raises(aiohttp.ClientPayloadError):
                await answer.content.read()
            assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSED
            assert socket.close_code == aiohttp.WSCloseCode.ABNORMAL_CLOSURE
            with pytest.raises(aiohttp.ClientConnectionError):
                await upload
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get("/greet/you")
        server.start()
        async with session.get("/greet/you") as response:
            assert await response.json() == {"hello": "you"}
        async with session.ws_connect("/echo") as socket:
            await socket.send_str("again")
            assert await socket.receive_str() == "AGAIN"
            wire = socket.get_extra_info("socket")
        await until(lambda: wire.fileno() == -1)  # aiohttp does not wait for the end of TLS


async def test_a_client_killed_in_the_middle_of_an_upload(scheme: str, tmp_path: Path) -> None:
    async with client_and_app(scheme, tmp_path) as (session, app):
        await kill_in_the_middle_of_an_upload(str(session._build_url("/count")))
        await app[CANCELLED].wait()
        async with session.get("/greet/again") as response:
            assert response.status == 200


async def test_a_wrong_certificate_is_refused(tmp_path: Path) -> None:
    async with serving(application(tmp_path), is_tls=True, kind="untrusted") as port:
        connector = aiohttp.TCPConnector(ssl=client_context())
        async with aiohttp.ClientSession(connector=connector) as session:
            with pytest.raises(aiohttp.ClientConnectorCertificateError):
                await session.get(f"https://{HOST}:{port}/greet/you")


def test_run_app_on_a_loop_of_ours(way: Way, tmp_path: Path) -> None:
    loop, answers, port = way.new_loop(), [], free_port()
    client: list[asyncio.Task[None]] = []

    async def main() -> web.Application:
        assert way.is_right(asyncio.get_running_loop())
        client.append(asyncio.create_task(ask()))
        return application(tmp_path)

    async def ask() -> None:
        async with aiohttp.ClientSession() as session:
            for _ in range(100):
                with contextlib.suppress(aiohttp.ClientConnectorError):
                    async with session.get(f"http://127.0.0.1:{port}/greet/me") as response:
                        answers.append(await response.json())
                        break
                await asyncio.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)

    web.run_app(main(), host="127.0.0.1", port=port, loop=loop, print=None)
    assert answers == [{"hello": "me"}]
    assert client[0].done()
    assert loop.is_closed()
