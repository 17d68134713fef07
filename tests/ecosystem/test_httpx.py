"""httpx against a server of the standard library: pools, timeouts, cancelled downloads, a server that went away."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from certificates import client_context, server_context

from .library_servers import ServerProgram
from .uploads import EndlessBody
from .waiting import cancelled, cancelled_after, until

PART = b"x" * 100_000


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    arrived = threading.Event()
    release = threading.Event()

    def do_GET(self) -> None:
        if self.path == "/slow":
            self.arrived.set()
            self.release.wait(20)
        if self.path == "/halting":
            self.send_response(200)
            self.send_header("Content-Length", str(len(PART) * 2))
            self.end_headers()
            self.wfile.write(PART)
            self.release.wait(20)
            self.close_connection = True
            return
        if self.path == "/moved":
            self.send_response(307)
            self.send_header("Location", "/here")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.answer(PART * 20 if self.path == "/big" else self.path.encode())

    def do_POST(self) -> None:
        self.answer(b"%d" % len(self.rfile.read(int(self.headers["Content-Length"]))))

    def answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):  # a client that left
            self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.connections: list[Any] = []

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.append(request)
        super().process_request(request, client_address)

    def hang_up(self) -> None:
        for connection in self.connections:
            with contextlib.suppress(OSError):  # closed by its thread
                connection.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def serving(*, is_tls: bool = False) -> Iterator[str]:
    server = Server()
    if is_tls:
        server.socket = server_context().wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"{'https' if is_tls else 'http'}://localhost:{server.server_port}"
    finally:
        Handler.release.set()
        server.shutdown()
        server.hang_up()
        server.server_close()
        thread.join()
        Handler.release.clear()
        Handler.arrived.clear()


@pytest.mark.parametrize("is_tls", [False, True], ids=["http", "https"])
async def test_a_pool_that_many_share(is_tls: bool) -> None:
    limits = httpx.Limits(max_connections=5)
    with serving(is_tls=is_tls) as url:
        async with httpx.AsyncClient(base_url=url, limits=limits, verify=client_context(), timeout=30) as client:
            answers = await asyncio.gather(*(client.get(f"/{number}") for number in range(100)))
            assert [answer.text for answer in answers] == [f"/{number}" for number in range(100)]
            assert (await client.post("/", content=PART * 30)).text == str(len(PART) * 30)
            assert (await client.get("/moved", follow_redirects=True)).text == "/here"


async def test_a_download_left_in_the_middle() -> None:
    with serving() as url:
        async with httpx.AsyncClient(base_url=url, limits=httpx.Limits(max_connections=1)) as client:
            for _ in range(3):
                async with client.stream("GET", "/big") as answer:
                    async for part in answer.aiter_bytes(1000):
                        assert part == PART[:1000]
                        break
            assert (await client.get("/next")).text == "/next"


async def test_requests_cancelled_while_they_wait() -> None:
    with serving() as url:
        async with httpx.AsyncClient(base_url=url, limits=httpx.Limits(max_connections=1), timeout=None) as client:
            waiting = [asyncio.create_task(client.get("/slow")) for _ in range(5)]
            await until(Handler.arrived.is_set)
            for task in waiting:
                task.cancel()
            results = await asyncio.gather(*waiting, return_exceptions=True)
            assert all(isinstance(result, asyncio.CancelledError) for result in results)
            assert (await client.get("/after")).text == "/after"


async def test_a_download_cancelled_in_the_middle() -> None:
    got, has_first_part = bytearray(), asyncio.Event()

    async def download(client: httpx.AsyncClient) -> None:
        async with client.stream("GET", "/halting") as answer:
            async for part in answer.aiter_bytes():
                got.extend(part)
                if len(got) == len(PART):
                    has_first_part.set()

    with serving() as url:
        async with httpx.AsyncClient(base_url=url, limits=httpx.Limits(max_connections=1), timeout=None) as client:
            downloading = asyncio.create_task(download(client))
            await has_first_part.wait()
            next_one = asyncio.create_task(client.get("/next"))  # waits for the connection
            await cancelled(downloading)
            assert got == PART
            assert (await next_one).text == "/next"


async def test_an_upload_cancelled_in_the_middle() -> None:
    is_half_sent, told = asyncio.Event(), []

    async def parts() -> AsyncIterator[bytes]:
        yield PART
        is_half_sent.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            told.append("cancelled")
            raise

    with serving() as url:
        async with httpx.AsyncClient(base_url=url, limits=httpx.Limits(max_connections=1), timeout=None) as client:
            headers = {"Content-Length": str(len(PART) * 2)}
            await cancelled_after(is_half_sent, client.post("/", content=parts(), headers=headers))
            assert told == ["cancelled"]
            assert (await client.post("/", content=PART)).text == str(len(PART))


async def test_timeouts() -> None:
    with serving() as url:
        async with httpx.AsyncClient(base_url=url, limits=httpx.Limits(max_connections=1), timeout=0.1) as client:
            with pytest.raises(httpx.ReadTimeout):
                await client.get("/slow")
            one = asyncio.create_task(client.get("/slow", timeout=30))
            await asyncio.sleep(0)
            with pytest.raises(httpx.PoolTimeout):
                await client.get("/2")
            Handler.release.set()
            assert (await one).text == "/slow"


async def test_a_server_that_went_away() -> None:
    async with httpx.AsyncClient() as client:
        with serving() as url:
            assert (await client.get(f"{url}/1")).text == "/1"
        with pytest.raises(httpx.ConnectError):
            await client.get(f"{url}/2")
        with serving() as url:
            assert (await client.get(f"{url}/3")).text == "/3"


@pytest.mark.parametrize(
    ("server", "version"),
    [("uvicorn", "HTTP/1.1"), ("uvicorn tls", "HTTP/1.1"), ("hypercorn", "HTTP/1.1"), ("hypercorn tls", "HTTP/2")],
    indirect=["server"],
)
async def test_a_server_killed_in_the_middle_and_started_again(server: ServerProgram, version: str) -> None:
    async with httpx.AsyncClient(base_url=f"http{server.address}", verify=client_context(), http2=True) as client:
        async with client.stream("GET", "/endless") as answer:
            lines, body = answer.aiter_lines(), EndlessBody()
            assert await anext(lines) == "tick"
            upload = asyncio.create_task(client.post("/count", content=body))
            await body.is_half_sent.wait()
            server.kill()
            for gone in (drained(lines), upload):
                with pytest.raises((httpx.NetworkError, httpx.RemoteProtocolError)):
                    await gone
        with pytest.raises(httpx.ConnectError):
            await client.get("/threaded/3")
        server.start()
        again = await client.get("/threaded/3")
        assert (again.json(), again.http_version) == (6, version)


async def drained(lines: AsyncIterator[str]) -> None:
    async for _ in lines:
        pass
