"""tornado on both ends: HTTP, WebSocket, TLS, uploads in pieces, periodic callbacks, its own coroutines and queues."""

import asyncio
import contextlib
import datetime
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
import tornado.httpclient
import tornado.httpserver
import tornado.ioloop
import tornado.netutil
import tornado.queues
import tornado.simple_httpclient
import tornado.web
import tornado.websocket
from certificates import client_context, server_context
from tornado import gen

from .library_servers import ServerProgram
from .uploads import EndlessBody, kill_in_the_middle_of_an_upload
from .waiting import cancelled, until
from .ways import Way

LEFT: list[str] = []


class Greeting(tornado.web.RequestHandler):
    async def get(self, name: str) -> None:
        await asyncio.sleep(0)
        self.write({"hello": name})


class Generator(tornado.web.RequestHandler):
    @gen.coroutine
    def get(self) -> Iterator[Any]:
        waited = yield gen.multi([gen.sleep(0.01), self.settings["answers"].get()])
        self.write(str(waited[1]))


@tornado.web.stream_request_body
class Upload(tornado.web.RequestHandler):
    def initialize(self) -> None:
        self.size = 0

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        self.size += len(chunk)
        return None

    def post(self) -> None:
        self.write(str(self.size))

    def on_connection_close(self) -> None:
        super().on_connection_close()
        LEFT.append(self.request.path)


class Endless(tornado.web.RequestHandler):
    async def get(self) -> None:
        while True:
            self.write("tick\n")
            await self.flush()
            await asyncio.sleep(0.01)


class Slow(tornado.web.RequestHandler):
    async def get(self) -> None:
        await asyncio.sleep(20)

    def on_connection_close(self) -> None:
        LEFT.append(self.request.path)


class Echo(tornado.websocket.WebSocketHandler):
    async def on_message(self, message: str | bytes) -> None:
        await self.write_message(message, binary=isinstance(message, bytes))


@contextlib.asynccontextmanager
async def serving(*, is_tls: bool = False, port: int = 0) -> AsyncIterator[str]:
    routes = [
        ("/greet/(.*)", Greeting),
        ("/generator", Generator),
        ("/upload", Upload),
        ("/endless", Endless),
        ("/slow", Slow),
        ("/echo", Echo),
    ]
    answers: tornado.queues.Queue[int] = tornado.queues.Queue()
    answers.put_nowait(42)
    app = tornado.web.Application(routes, answers=answers, websocket_max_message_size=10_000_000)  # type: ignore[arg-type]
    server = tornado.httpserver.HTTPServer(app, ssl_options=server_context() if is_tls else None)
    sockets = tornado.netutil.bind_sockets(port, "127.0.0.1")
    server.add_sockets(sockets)
    try:
        yield f"{'https' if is_tls else 'http'}://localhost:{sockets[0].getsockname()[1]}"
    finally:
        server.stop()
        await server.close_all_connections()


@pytest.mark.parametrize("is_tls", [False, True], ids=["http", "https"])
async def test_requests_side_by_side(is_tls: bool) -> None:
    client = tornado.httpclient.AsyncHTTPClient(force_instance=True)
    options: dict[str, Any] = {"ssl_options": client_context()} if is_tls else {}
    async with serving(is_tls=is_tls) as url:
        answers = await asyncio.gather(*(client.fetch(f"{url}/greet/{number}", **options) for number in range(50)))
        assert [answer.body for answer in answers] == [b'{"hello": "%d"}' % number for number in range(50)]
        assert (await client.fetch(f"{url}/generator", **options)).body == b"42"
        answer = await client.fetch(f"{url}/upload", method="POST", body=b"x" * 3_000_000, **options)
        assert answer.body == b"3000000"
    client.close()


@pytest.mark.leaves_tasks("tornado does not cancel a handler whose client left")
async def test_a_client_that_leaves() -> None:
    LEFT.clear()
    client = tornado.httpclient.AsyncHTTPClient(force_instance=True)
    async with serving() as url:
        with pytest.raises(tornado.httpclient.HTTPError):
            await client.fetch(f"{url}/slow", request_timeout=0.1)
        await until(lambda: LEFT == ["/slow"])
    client.close()


@pytest.mark.parametrize("is_tls", [False, True], ids=["ws", "wss"])
async def test_a_websocket(is_tls: bool) -> None:
    async with serving(is_tls=is_tls) as url:
        options: dict[str, Any] = {"ssl_options": client_context()} if is_tls else {}
        request = tornado.httpclient.HTTPRequest(url.replace("http", "ws") + "/echo", **options)
        socket = await tornado.websocket.websocket_connect(request, max_message_size=10_000_000)
        for message in ("hello", b"\x00" * 1_000_000):
            await socket.write_message(message, binary=isinstance(message, bytes))
            assert await socket.read_message() == message
        socket.close(1000, "enough")
        assert await socket.read_message() is None


@pytest.mark.parametrize("server", ["tornado", "tornado tls"], indirect=True)
async def test_a_server_killed_in_the_middle_and_started_again(server: ServerProgram) -> None:
    options: dict[str, Any] = {"ssl_options": client_context()} if server.is_tls else {}
    client, parts, body = tornado.httpclient.AsyncHTTPClient(force_instance=True), [], EndlessBody()

    async def upload(write: Callable[[bytes], Awaitable[None]]) -> None:
        async for part in body:
            await write(part)

    async def hear_an_echo() -> tornado.websocket.WebSocketClientConnection:
        request = tornado.httpclient.HTTPRequest(f"ws{server.address}/echo", **options)
        socket = await tornado.websocket.websocket_connect(request)
        await socket.write_message("hello")
        assert await socket.read_message() == "hello"
        return socket

    async def fetch(path: str, **more: Any) -> bytes:
        return (await client.fetch(f"http{server.address}{path}", **options, **more)).body

    download = asyncio.create_task(fetch("/endless", streaming_callback=parts.append))
    sending = asyncio.create_task(fetch("/upload", method="POST", body_producer=upload))
    socket = await hear_an_echo()
    await until(lambda: parts)
    await body.is_half_sent.wait()
    server.kill()
    for request in (download, sending):
        with pytest.raises((tornado.simple_httpclient.HTTPStreamClosedError, ConnectionError)):
            await request
    assert await socket.read_message() is None
    with pytest.raises(tornado.websocket.WebSocketClosedError):
        await socket.write_message("anybody?")
    with pytest.raises(ConnectionRefusedError):
        await fetch("/greet/you")
    server.start()
    assert await fetch("/greet/you") == b'{"hello": "you"}'
    again = await hear_an_echo()
    for each in (socket, again):
        each.close()
    assert await again.read_message() is None
    client.close()


@pytest.mark.parametrize("is_tls", [False, True], ids=["http", "https"])
async def test_a_client_killed_in_the_middle_of_an_upload(is_tls: bool) -> None:
    client = tornado.httpclient.AsyncHTTPClient(force_instance=True)
    async with serving(is_tls=is_tls) as url:
        LEFT.clear()
        await kill_in_the_middle_of_an_upload(f"{url}/upload")
        await until(lambda: LEFT == ["/upload"])
        options: dict[str, Any] = {"ssl_options": client_context()} if is_tls else {}
        assert (await client.fetch(f"{url}/greet/again", **options)).body == b'{"hello": "again"}'
    client.close()


async def test_a_request_cancelled_in_the_middle() -> None:
    client = tornado.httpclient.AsyncHTTPClient(force_instance=True)
    async with serving() as url:
        parts: list[bytes] = []
        request = asyncio.ensure_future(client.fetch(f"{url}/endless", streaming_callback=parts.append))
        await until(lambda: parts)
        await cancelled(request)
        assert (await client.fetch(f"{url}/greet/again")).body == b'{"hello": "again"}'
    client.close()


@pytest.mark.leaves_tasks("what with_timeout() has given up goes on")
async def test_callbacks_of_the_loop_of_tornado() -> None:
    loop, told = tornado.ioloop.IOLoop.current(), []
    ticking = tornado.ioloop.PeriodicCallback(lambda: told.append("tick"), 1)
    ticking.start()
    loop.add_timeout(datetime.timedelta(milliseconds=1), told.append, "timeout")
    loop.add_callback(told.append, "callback")
    loop.run_in_executor(None, lambda: loop.add_callback(told.append, "from a thread"))
    await until(lambda: told.count("tick") >= 3 and {"timeout", "callback", "from a thread"} <= {*told})
    ticking.stop()
    future = asyncio.get_running_loop().create_future()
    loop.add_future(future, lambda done: told.append(done.result()))
    future.set_result("done")
    await until(lambda: told[-1] == "done")
    with pytest.raises(gen.TimeoutError):
        await gen.with_timeout(datetime.timedelta(milliseconds=5), asyncio.Event().wait())


def test_a_program_of_tornado(way: Way) -> None:
    async def main() -> bool:
        await gen.sleep(0.001)
        return way.is_right(asyncio.get_running_loop())

    async def on_own_loop() -> None:
        assert await main()

    if way.loop_factory is None:
        assert tornado.ioloop.IOLoop(make_current=False).run_sync(main)
    else:
        with asyncio.Runner(loop_factory=way.loop_factory) as runner:
            runner.run(on_own_loop())
