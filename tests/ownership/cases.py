"""One set-up function each, put under faults; what it hands over is closed by the case, what it does not by itself."""

import asyncio
import contextlib
import os
import signal
import socket
import ssl
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from ownership.world import World

Case = Callable[[World], Awaitable[None]]

CASES: dict[str, Case] = {}

HOST = "127.0.0.1"

# A name that has two addresses, at the first of which nobody listens; conftest.py has the resolver know it.
TWO_ADDRESSES = "two.test"

# A port where nobody listens.
NOBODYS_PORT = 1


def case(function: Case) -> Case:
    CASES[function.__name__] = function
    return function


# Connecting.


async def connect(world: World, *place: Any, **options: Any) -> None:
    _, protocol = await world.subject(world.loop.create_connection(world.protocol, *place, **options))
    await protocol.close()


@case
async def create_connection_to_a_number(world: World) -> None:
    await connect(world, HOST, world.peer.places["tcp"])


@case
async def create_connection_to_a_name(world: World) -> None:
    await connect(world, "localhost", world.peer.places["tcp"])


@case
async def create_connection_one_address_after_the_other(world: World) -> None:
    await connect(world, TWO_ADDRESSES, world.peer.places["tcp"])


@case
async def create_connection_with_happy_eyeballs(world: World) -> None:
    await connect(world, TWO_ADDRESSES, world.peer.places["tcp"], happy_eyeballs_delay=0.001)


@case
async def create_connection_that_is_refused(world: World) -> None:
    try:
        await connect(world, TWO_ADDRESSES, NOBODYS_PORT, happy_eyeballs_delay=0.001, all_errors=True)
    except (OSError, ExceptionGroup):
        return


@case
async def create_connection_from_an_address(world: World) -> None:
    await connect(world, HOST, world.peer.places["tcp"], local_addr=(HOST, 0))


@case
async def create_connection_of_a_socket(world: World) -> None:
    with world.connected_socket() as connection:
        await connect(world, sock=connection)


@case
async def create_connection_with_tls(world: World) -> None:
    await connect(world, HOST, world.peer.places["tls"], ssl=world.client_tls, server_hostname="localhost")


@case
async def create_connection_with_tls_of_a_socket(world: World) -> None:
    with world.connected_socket("tls") as connection:
        await connect(world, sock=connection, ssl=world.client_tls, server_hostname="localhost")


@case
async def create_connection_with_tls_that_fails(world: World) -> None:
    with contextlib.suppress(OSError):
        await connect(world, HOST, world.peer.places["tls"], ssl=world.client_tls, server_hostname="elsewhere.test")


@case
async def create_unix_connection(world: World) -> None:
    path = world.peer.places["unix"]
    _, protocol = await world.subject(world.loop.create_unix_connection(world.protocol, path))
    await protocol.close()


@case
async def create_unix_connection_with_tls(world: World) -> None:
    path, options = world.peer.places["unix_tls"], {"ssl": world.client_tls, "server_hostname": "localhost"}
    _, protocol = await world.subject(world.loop.create_unix_connection(world.protocol, path, **options))
    await protocol.close()


@case
async def start_tls(world: World) -> None:
    transport, protocol = await world.loop.create_connection(world.protocol, HOST, world.peer.places["start_tls"])
    try:
        transport.write(b"x")
        await protocol.received
        upgraded = world.loop.start_tls(transport, protocol, world.client_tls, server_hostname="localhost")
        protocol.transport = await world.subject(upgraded)
    finally:
        await protocol.close()


@case
async def start_tls_that_fails(world: World) -> None:
    transport, protocol = await world.loop.create_connection(world.protocol, HOST, world.peer.places["start_tls"])
    transport.write(b"x")
    await protocol.received
    upgraded = world.loop.start_tls(transport, protocol, world.client_tls, server_hostname="elsewhere.test")
    try:
        with contextlib.suppress(ssl.SSLError):
            await world.subject(upgraded)
    finally:
        await protocol.close()


@case
async def open_connection(world: World) -> None:
    _, writer = await world.subject(world.aio.open_connection(HOST, world.peer.places["tcp"]))
    await close_stream(writer)


@case
async def open_connection_with_tls(world: World) -> None:
    options = {"ssl": world.client_tls, "server_hostname": "localhost"}
    _, writer = await world.subject(world.aio.open_connection(HOST, world.peer.places["tls"], **options))
    await close_stream(writer)


@case
async def open_unix_connection(world: World) -> None:
    _, writer = await world.subject(world.aio.open_unix_connection(world.peer.places["unix"]))
    await close_stream(writer)


@case
async def stream_writer_start_tls(world: World) -> None:
    reader, writer = await world.aio.open_connection(HOST, world.peer.places["start_tls"])
    try:
        writer.write(b"x")
        await reader.readexactly(1)
        await world.subject(writer.start_tls(world.client_tls, server_hostname="localhost"))
    finally:
        await close_stream(writer)


async def close_stream(writer: Any) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


# Listening and accepting.


@contextlib.asynccontextmanager
async def closing(server: Any) -> AsyncIterator[int]:
    """The port; in the end the server is closed, and so are its connections."""
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


@case
async def create_server(world: World) -> None:
    async with closing(await world.subject(world.loop.create_server(world.protocol, HOST, 0))):
        pass


@case
async def create_server_on_a_name(world: World) -> None:
    async with closing(await world.subject(world.loop.create_server(world.protocol, ["localhost", HOST], 0))):
        pass


@case
async def create_server_of_a_socket(world: World) -> None:
    with socket.create_server((HOST, 0)) as listener:
        async with closing(await world.subject(world.loop.create_server(world.protocol, sock=listener))):
            pass


@case
async def create_server_on_a_port_in_use(world: World) -> None:
    with socket.create_server((HOST, 0)) as listener, contextlib.suppress(OSError):
        await world.subject(world.loop.create_server(world.protocol, HOST, listener.getsockname()[1]))


@case
async def create_unix_server(world: World) -> None:
    server = await world.subject(world.loop.create_unix_server(world.protocol, str(world.folder / "server")))
    async with closing(server):
        pass


@case
async def start_server(world: World) -> None:
    async with closing(await world.subject(world.aio.start_server(drop_stream, HOST, 0))):
        pass


@case
async def start_unix_server(world: World) -> None:
    async with closing(await world.subject(world.aio.start_unix_server(drop_stream, str(world.folder / "server")))):
        pass


async def drop_stream(reader: Any, writer: Any) -> None:
    writer.close()


@case
async def serve_forever(world: World) -> None:
    server = await world.loop.create_server(world.protocol, HOST, 0)
    closing = world.loop.call_later(0.01, server.close)
    try:
        await world.subject(server.serve_forever())
    except asyncio.CancelledError:
        if world.plan.has_struck:
            raise
    finally:
        closing.cancel()
        server.close()
        await server.wait_closed()


async def accept(world: World, **options: Any) -> None:
    """The peer connects; a fault may strike any task that the server makes of it."""
    server = await world.loop.create_server(world.protocol, HOST, 0, **options)
    async with closing(server) as port:
        with world.subject_tasks():
            world.peer.connect("tls" if options else "tcp", port)
            await until_accepted(world)
            for protocol in [one for one in world.protocols if one.transport]:
                await protocol.close()


async def until_accepted(world: World) -> None:
    """However long a handshake takes: what is accepted later nobody would close."""
    while not (world.plan.has_struck or any(one.received.done() for one in world.protocols)):  # noqa: ASYNC110
        await asyncio.sleep(0.001)


@case
async def accept_a_connection(world: World) -> None:
    await accept(world)


@case
async def accept_a_tls_connection(world: World) -> None:
    await accept(world, ssl=world.server_tls)


async def connect_accepted(world: World, kind: str, **options: Any) -> None:
    with socket.create_server((HOST, 0)) as listener:
        world.peer.connect(kind, listener.getsockname()[1])
        connection, _ = listener.accept()
        with connection:
            connected = world.loop.connect_accepted_socket(world.protocol, connection, **options)
            _, protocol = await world.subject(connected)
            await protocol.close()


@case
async def connect_accepted_socket(world: World) -> None:
    await connect_accepted(world, "tcp")


@case
async def connect_accepted_socket_with_tls(world: World) -> None:
    await connect_accepted(world, "tls", ssl=world.server_tls)


# Datagrams and pipes.


async def datagrams(world: World, **options: Any) -> None:
    _, protocol = await world.subject(world.loop.create_datagram_endpoint(world.protocol, **options))
    await protocol.close()


@case
async def create_datagram_endpoint_at_an_address(world: World) -> None:
    await datagrams(world, local_addr=(HOST, 0))


@case
async def create_datagram_endpoint_to_a_name(world: World) -> None:
    await datagrams(world, remote_addr=(TWO_ADDRESSES, world.peer.places["udp"]), family=socket.AF_INET)


@case
async def create_datagram_endpoint_of_a_socket(world: World) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as given:
        given.setblocking(False)
        await datagrams(world, sock=given)


@case
async def create_datagram_endpoint_on_a_path(world: World) -> None:
    await datagrams(world, local_addr=str(world.folder / "datagrams"), family=socket.AF_UNIX)


@case
async def connect_read_pipe(world: World) -> None:
    with world.pipe("read") as given, given:
        _, protocol = await world.subject(world.loop.connect_read_pipe(world.protocol, given))
        await protocol.close()


@case
async def connect_write_pipe(world: World) -> None:
    with world.pipe("write") as given, given:
        _, protocol = await world.subject(world.loop.connect_write_pipe(world.protocol, given))
        await protocol.close()


# Sockets.


@case
async def sock_connect(world: World) -> None:
    with socket.socket() as connection:
        connection.setblocking(False)
        await world.subject(world.loop.sock_connect(connection, (HOST, world.peer.places["tcp"])))


@case
async def sock_connect_to_a_name(world: World) -> None:
    with socket.socket() as connection:
        connection.setblocking(False)
        await world.subject(world.loop.sock_connect(connection, ("localhost", world.peer.places["tcp"])))


@case
async def sock_accept(world: World) -> None:
    with socket.create_server((HOST, 0)) as listener:
        listener.setblocking(False)
        world.loop.call_later(0.005, world.peer.connect, "tcp", listener.getsockname()[1])
        connection, _ = await world.subject(world.loop.sock_accept(listener))
        connection.close()


@case
async def sock_recv(world: World) -> None:
    with world.connected_socket() as connection:
        world.loop.call_later(0.005, send_if_open, connection)
        await world.subject(world.loop.sock_recv(connection, 10))


@case
async def sock_recv_into(world: World) -> None:
    with world.connected_socket() as connection:
        world.loop.call_later(0.005, send_if_open, connection)
        await world.subject(world.loop.sock_recv_into(connection, bytearray(10)))


def send_if_open(connection: socket.socket) -> None:
    if connection.fileno() != -1:
        connection.send(b"x")


@case
async def sock_sendall(world: World) -> None:
    near, far = socket.socketpair()
    with near, far:
        near.setblocking(False)
        far.setblocking(False)
        world.loop.call_later(0.005, drain, far)
        await world.subject(world.loop.sock_sendall(near, bytes(400_000)))


def drain(far: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while far.recv(1 << 20):
            pass
    if far.fileno() != -1:
        asyncio.get_running_loop().call_later(0.001, drain, far)


@case
async def sock_sendfile(world: World) -> None:
    with tempfile.TemporaryFile() as file, world.connected_socket() as connection:
        file.write(bytes(10_000))
        await world.subject(world.loop.sock_sendfile(connection, file))


async def send_file(world: World, place: str, **options: Any) -> None:
    create = world.loop.create_connection(world.protocol, HOST, world.peer.places[place], **options)
    transport, protocol = await create
    try:
        with tempfile.TemporaryFile() as file:
            file.write(bytes(10_000))
            await world.subject(world.loop.sendfile(transport, file))
    finally:
        await protocol.close()


@case
async def sendfile(world: World) -> None:
    await send_file(world, "tcp")


@case
async def sendfile_over_tls(world: World) -> None:
    await send_file(world, "tls", ssl=world.client_tls, server_hostname="localhost")


@case
async def getaddrinfo(world: World) -> None:
    await world.subject(world.loop.getaddrinfo("localhost", 80))


@case
async def getnameinfo(world: World) -> None:
    await world.subject(world.loop.getnameinfo((HOST, 80)))


# Processes. A child whose Process nobody got is gone when the set-up has failed.

PIPES = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.PIPE}


@case
async def create_subprocess_exec(world: World) -> None:
    process = await world.subject(world.aio.create_subprocess_exec("sleep", "60", **PIPES))
    await end_process(process)


@case
async def create_subprocess_exec_without_pipes(world: World) -> None:
    process = await world.subject(world.aio.create_subprocess_exec("sleep", "60"))
    await end_process(process)


@case
async def create_subprocess_exec_of_no_program(world: World) -> None:
    with contextlib.suppress(FileNotFoundError):
        await world.subject(world.aio.create_subprocess_exec(str(world.folder / "nothing"), **PIPES))


@case
async def create_subprocess_shell(world: World) -> None:
    process = await world.subject(world.aio.create_subprocess_shell("exec sleep 60", **PIPES))
    await end_process(process)


@case
async def subprocess_exec(world: World) -> None:
    started = world.loop.subprocess_exec(asyncio.SubprocessProtocol, "sleep", "60")
    transport, _ = await world.subject(started)
    transport.close()


@case
async def communicate(world: World) -> None:
    process = await world.aio.create_subprocess_exec(sys.executable, "-S", "-c", "print(input())", **PIPES)
    try:
        await world.subject(process.communicate(b"hello\n"))
    finally:
        await end_process(process)


@case
async def wait_for_a_process(world: World) -> None:
    process = await world.aio.create_subprocess_exec("true", **PIPES)
    try:
        await world.subject(process.wait())
    finally:
        await end_process(process)


async def end_process(process: Any) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGKILL)
    await process.wait()
