"""Servers: beginning, accepting, closing, and waiting for the end, which always comes."""

import asyncio
import contextlib
import contextvars
import errno
import gc
import os
import resource
import socket

import pytest

from .recorder import BufferedRecorder, Recorder, read_all, read_count, reset, until

variable = contextvars.ContextVar("variable", default="unset")


class Echo(Recorder):
    def data_received(self, data):
        self.transport.write(data)


async def served(factory=Echo, **options):
    """A server on loopback, and its address."""
    server = await asyncio.get_running_loop().create_server(factory, "127.0.0.1", 0, **options)
    return server, server.sockets[0].getsockname()


def forget(things):
    things.clear()
    gc.collect()


def client(address):
    sock = socket.create_connection(address)
    sock.setblocking(False)
    return sock


async def test_a_server_serves(aio):
    server, address = await served()
    assert server.is_serving()
    assert server.get_loop() is asyncio.get_running_loop()
    clients = [client(address) for _ in range(20)]
    for number, sock in enumerate(clients):
        sock.send(b"%d" % number)
    for number, sock in enumerate(clients):
        text = b"%d" % number
        assert await read_count(sock, len(text)) == text
        sock.close()
    server.close()
    await server.wait_closed()


async def test_a_server_is_one_to_everybody(aio):
    async with (await served())[0] as server:
        assert isinstance(server, asyncio.Server)
        assert isinstance(server, asyncio.AbstractServer)
        assert isinstance(server, aio.Server)


@pytest.mark.parametrize("context", [True, 5, "context"])
async def test_a_context_that_is_none_is_refused(aio, context):
    if aio is asyncio and context is not True:
        pytest.skip("stock asyncio fails at the first connection")
    with pytest.raises(TypeError, match="SSLContext"):
        await served(ssl=context)


async def test_sockets(aio):
    server, address = await served()
    [sock] = server.sockets
    assert isinstance(sock, asyncio.trsock.TransportSocket)
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)
    assert address[0] in repr(server)
    server.close()
    assert len(server.sockets) == 0
    assert not server.is_serving()
    server.close()
    await server.wait_closed()


@pytest.mark.stock_since(3, 12, 1)
async def test_an_async_with_closes(aio):
    server, address = await served()
    async with server as entered:
        assert entered is server
        client(address).close()
    assert not server.is_serving()
    with pytest.raises(ConnectionRefusedError):
        client(address)


async def test_serving_may_begin_later(aio):
    server, address = await served(start_serving=False)
    assert not server.is_serving()
    with pytest.raises(ConnectionRefusedError):
        client(address)
    await server.start_serving()
    await server.start_serving()
    assert server.is_serving()
    sock = client(address)
    sock.send(b"data")
    assert await read_count(sock, 4) == b"data"
    sock.close()
    server.close()
    await server.wait_closed()


@pytest.mark.stock_since(3, 15)
async def test_serve_forever_until_cancelled(aio):
    server, address = await served(start_serving=False)
    serving = asyncio.ensure_future(server.serve_forever())
    await until(server.is_serving)
    sock = client(address)
    sock.send(b"data")
    assert await read_count(sock, 4) == b"data"
    with pytest.raises(RuntimeError, match="already being awaited"):
        await server.serve_forever()
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert await read_all(sock) == b""
    sock.close()
    with pytest.raises(RuntimeError, match="is closed"):
        await server.serve_forever()


async def test_closing_ends_serve_forever(aio):
    server, _ = await served()
    serving = asyncio.ensure_future(server.serve_forever())
    await asyncio.sleep(0)
    server.close()
    with pytest.raises(asyncio.CancelledError):
        await serving


@pytest.mark.plait_only("an error that names the server, where asyncio has a TypeError")
async def test_a_closed_server_cannot_begin_again(aio):
    server, _ = await served()
    server.close()
    with pytest.raises(RuntimeError, match="is closed"):
        await server.start_serving()


async def test_connections_outlive_the_listening_socket(aio):
    server, address = await served()
    sock = client(address)
    sock.send(b"one")
    assert await read_count(sock, 3) == b"one"
    server.close()
    sock.send(b"two")
    assert await read_count(sock, 3) == b"two"
    sock.close()
    await server.wait_closed()


@pytest.mark.stock_since(3, 12, 1)
@pytest.mark.parametrize("ending", ["close", "abort", "reset", "raise", "forget"])
async def test_wait_closed_waits_for_the_connections_however_they_end(aio, ending, reports, polls):
    made = []

    def factory():
        made.append(Echo(raise_in="eof_received" if ending == "raise" else None))
        return made[-1]

    server, address = await served(factory)
    sock = client(address)
    await until(lambda: made and made[0].transport)
    server.close()
    waiting = asyncio.ensure_future(server.wait_closed())
    await polls()
    assert not waiting.done()
    transport = made[0].transport
    if ending in ("close", "abort"):
        getattr(transport, ending)()
    elif ending == "reset":
        reset(sock)
    elif ending == "raise":
        sock.shutdown(socket.SHUT_WR)
    else:
        sock.send(b"x")
        transport.pause_reading()
        await polls()
        made[0].transport = None
        made.clear()
        last = [transport]
        del transport
        with pytest.warns(ResourceWarning, match="unclosed"):
            forget(last)
        if aio is asyncio:
            waiting.cancel()  # it would wait for ever
            await asyncio.wait([waiting])
            sock.close()
            return
    async with asyncio.timeout(5):
        await waiting
    await server.wait_closed()
    sock.close()


@pytest.mark.stock_since(3, 12, 1)
async def test_wait_closed_before_close(aio):
    server, _ = await served()
    waiting = [asyncio.ensure_future(server.wait_closed()) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[1].cancel()
    await asyncio.sleep(0)
    assert [task.done() for task in waiting] == [False, True, False]
    server.close()
    await asyncio.wait(waiting)
    assert [task.cancelled() for task in waiting] == [False, True, False]


@pytest.mark.stock_since(3, 13)
@pytest.mark.parametrize("method", ["close_clients", "abort_clients"])
async def test_all_connections_can_be_closed(aio, method):
    server, address = await served()
    other, other_address = await served()
    clients = [client(address) for _ in range(3)]
    bystander = client(other_address)
    for sock in [*clients, bystander]:
        sock.send(b"x")
        await read_count(sock, 1)
    server.close()
    getattr(server, method)()
    await server.wait_closed()
    for sock in clients:
        with contextlib.suppress(ConnectionResetError):
            assert await read_all(sock) == b""
        sock.close()
    bystander.send(b"still there")
    assert await read_count(bystander, 11) == b"still there"
    bystander.close()
    other.close()
    await other.wait_closed()


async def test_each_connection_has_a_context_of_its_own(aio, polls):
    seen = []

    class Protocol(Recorder):
        def connection_made(self, transport):
            super().connection_made(transport)
            seen.append(variable.get())
            variable.set(f"connection {len(seen)}")

        def data_received(self, data):
            super().data_received(data)
            seen.append(variable.get())

    variable.set("of the server")
    server, address = await served(Protocol)
    variable.set("later")
    for _ in range(2):
        client(address).close()
    await until(lambda: len(seen) == 2)
    assert seen == ["of the server"] * 2
    assert variable.get() == "later"
    server.close()
    await polls()
    await server.wait_closed()


async def test_accepted_connections_know_their_addresses(aio):
    made = []
    server, address = await served(lambda: made.append(Recorder()) or made[-1])
    sock = client(address)
    await until(lambda: made and made[0].transport)
    transport = made[0].transport
    assert transport.get_extra_info("peername") == sock.getsockname()
    assert transport.get_extra_info("sockname") == address
    accepted = transport.get_extra_info("socket")
    assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert accepted.gettimeout() == 0
    assert not os.get_inheritable(accepted.fileno())
    sock.close()
    await made[0].lost
    server.close()
    await server.wait_closed()


# What goes wrong.


@pytest.mark.plait_only("asyncio tells of it in debug mode only")
@pytest.mark.parametrize("factory", [lambda: None, lambda: 1 / 0])
async def test_a_factory_that_fails_is_reported_and_the_connection_closed(aio, factory, reports):
    calls = []

    def sometimes():
        calls.append("called")
        return factory() if len(calls) == 1 else Echo()

    server, address = await served(sometimes)
    first = client(address)
    assert await read_all(first) == b""
    second = client(address)
    second.send(b"data")
    assert await read_count(second, 4) == b"data"
    assert [context["message"] for context in reports] == ["Error on transport creation for incoming connection"]
    first.close()
    second.close()
    server.close()
    await server.wait_closed()


async def test_a_connection_that_is_gone_when_it_is_accepted(aio, reports):
    server, address = await served()
    for _ in range(3):
        reset(client(address))
    sock = client(address)
    sock.send(b"data")
    assert await read_count(sock, 4) == b"data"
    sock.close()
    server.close()
    await server.wait_closed()
    assert reports == []


async def test_out_of_descriptors_it_says_so_and_goes_on(aio, reports):
    server, address = await served()
    clients = [socket.socket() for _ in range(2)]
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(sock.fileno() for sock in clients)
    # All numbers below the new bound are taken, so that accept() finds none.
    fillers = []
    while not fillers or fillers[-1] < highest + 5:
        fillers.append(os.open(os.devnull, os.O_RDONLY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (fillers[-1] + 1, hard))
    try:
        for sock in clients:
            sock.connect(address)
            sock.setblocking(False)
        await until(lambda: len(reports) > 0)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for filler in fillers:
            os.close(filler)
    assert reports[0]["message"] == "socket.accept() out of system resource"
    assert reports[0]["exception"].errno == errno.EMFILE
    for sock in clients:
        sock.send(b"data")
        assert await read_count(sock, 4) == b"data"  # a second later
        sock.close()
    assert len({context["message"] for context in reports}) == 1
    server.close()
    await server.wait_closed()


async def test_a_server_that_waits_for_descriptors_can_be_closed(aio, reports):
    server, address = await served()
    sock = socket.socket()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    fillers = []
    while not fillers or fillers[-1] < sock.fileno() + 5:
        fillers.append(os.open(os.devnull, os.O_RDONLY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (fillers[-1] + 1, hard))
    try:
        sock.connect(address)
        await until(lambda: len(reports) > 0)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for filler in fillers:
            os.close(filler)
    server.close()
    await server.wait_closed()
    sock.close()


@pytest.mark.plait_only("asyncio leaves what it had accepted to the garbage collector")
async def test_closing_the_server_within_the_factory(aio, polls):
    def factory():
        server.close()
        return Echo()

    server, address = await served(factory)
    clients = [client(address) for _ in range(3)]
    await until(lambda: not server.is_serving())
    await polls()
    for sock in clients:
        sock.close()
    await server.wait_closed()


async def test_many_connections_at_once(aio):
    made = []
    server, address = await served(lambda: made.append(BufferedRecorder()) or made[-1], backlog=200)
    clients = [client(address) for _ in range(150)]
    await until(lambda: len(made) == 150 and all(protocol.transport for protocol in made))
    for sock in clients:
        sock.send(b"x")
        sock.close()
    for protocol in made:
        await protocol.lost
    assert [protocol.received for protocol in made] == [b"x"] * 150
    server.close()
    await server.wait_closed()


# Arguments.


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"host": "127.0.0.1", "port": 0, "sock": "a socket"}, ValueError),
        ({}, ValueError),
        ({"host": "127.0.0.1", "port": 0, "ssl": True}, TypeError),
        ({"host": "127.0.0.1", "port": 0, "ssl_handshake_timeout": 1}, ValueError),
        ({"host": "127.0.0.1", "port": 0, "ssl_shutdown_timeout": 1}, ValueError),
        ({"host": "127.0.0.1", "port": 65536}, OverflowError),
    ],
)
async def test_arguments_that_do_not_go_together(aio, options, error):
    if "sock" in options:
        options = options | {"sock": socket.socket()}
    with pytest.raises(error):
        await asyncio.get_running_loop().create_server(Echo, **options)
    if "sock" in options:
        options["sock"].close()


async def test_a_datagram_socket_is_refused(aio):
    with socket.socket(type=socket.SOCK_DGRAM) as sock, pytest.raises(ValueError, match="A Stream Socket was expected"):
        await asyncio.get_running_loop().create_server(Echo, sock=sock)


async def test_a_socket_that_is_given_is_served_and_closed(aio):
    sock = socket.create_server(("127.0.0.1", 0))
    address = sock.getsockname()
    server = await asyncio.get_running_loop().create_server(Echo, sock=sock)
    peer = client(address)
    peer.send(b"data")
    assert await read_count(peer, 4) == b"data"
    peer.close()
    server.close()
    await server.wait_closed()
    assert sock.fileno() == -1


async def test_a_port_in_use(aio):
    server, address = await served()
    with pytest.raises(OSError, match="error while attempting to bind on address") as caught:
        await asyncio.get_running_loop().create_server(Echo, *address)
    assert caught.value.errno == errno.EADDRINUSE
    server.close()
    await server.wait_closed()


async def test_all_interfaces_and_both_families(aio):
    server = await asyncio.get_running_loop().create_server(Echo, None, 0)
    families = {sock.family for sock in server.sockets}
    assert socket.AF_INET in families
    for sock in server.sockets:
        host = "127.0.0.1" if sock.family == socket.AF_INET else "::1"
        peer = client((host, sock.getsockname()[1]))
        peer.send(b"data")
        assert await read_count(peer, 4) == b"data"
        peer.close()
    server.close()
    await server.wait_closed()


async def test_several_servers_may_share_a_port(aio):
    first, address = await served(reuse_port=True)
    loop = asyncio.get_running_loop()
    second = await loop.create_server(Echo, *address, reuse_port=True)
    for server in (first, second):
        assert server.sockets[0].getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT)
        server.close()
        await server.wait_closed()


@pytest.mark.stock_since(3, 13)
@pytest.mark.parametrize("keep_alive", [True, False, None])
async def test_the_system_may_look_whether_a_silent_client_is_there(aio, keep_alive):
    accepted = asyncio.get_running_loop().create_future()

    class Told(Recorder):
        def connection_made(self, transport):
            super().connection_made(transport)
            sock = transport.get_extra_info("socket")
            accepted.set_result(bool(sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)))

    server, address = await served(Told, keep_alive=keep_alive)
    peer = client(address)
    assert await accepted is bool(keep_alive)
    peer.close()
    server.close()
    await server.wait_closed()
