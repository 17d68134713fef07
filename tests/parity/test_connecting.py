"""create_connection, create_unix_connection, create_unix_server, connect_accepted_socket."""

import asyncio
import errno
import os
import socket
from pathlib import Path

import pytest

from .recorder import Recorder, read_all, read_count

HOST = "127.0.0.1"
ABSTRACT = pytest.mark.skipif(os.uname().sysname != "Linux", reason="abstract sockets are Linux's")


class Echo(Recorder):
    def data_received(self, data):
        self.transport.write(data)


async def test_connection_to_a_server(aio):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Echo, "localhost", 0)
    port = server.sockets[0].getsockname()[1]
    transport, protocol = await loop.create_connection(Recorder, "localhost", port)
    transport.write(b"data")
    await protocol.until_received(4)
    sock = transport.get_extra_info("socket")
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    transport.close()
    await protocol.lost
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize("options", [{}, {"happy_eyeballs_delay": 0.01}, {"interleave": 2}])
async def test_nobody_listens(aio, options):
    with socket.create_server(("127.0.0.1", 0)) as sock:
        address = sock.getsockname()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.get_running_loop().create_connection(Recorder, *address, **options)


@pytest.mark.stock_since(3, 13)
async def test_nobody_listens_and_all_errors_are_not_wanted(aio):
    await test_nobody_listens(aio, {"all_errors": False})


@pytest.mark.stock_since(3, 12)
async def test_all_errors_can_be_had(aio):
    with socket.create_server(("127.0.0.1", 0)) as sock:
        address = sock.getsockname()
    with pytest.raises(ExceptionGroup) as caught:
        await asyncio.get_running_loop().create_connection(Recorder, *address, all_errors=True)
    assert [type(error) for error in caught.value.exceptions] == [ConnectionRefusedError]


async def test_the_local_address_can_be_chosen(aio):
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        transport, protocol = await loop.create_connection(
            Recorder, *listening.getsockname(), local_addr=("127.0.0.2", 0)
        )
        assert transport.get_extra_info("sockname")[0] == "127.0.0.2"
        transport.close()
        await protocol.lost


async def test_a_local_address_in_use(aio):
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = listening.getsockname()
        with pytest.raises(OSError, match="error while attempting to bind on address"):
            await loop.create_connection(Recorder, *address, local_addr=address)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({}, ValueError),
        ({"host": "127.0.0.1", "port": 1, "sock": True}, ValueError),
        ({"host": "127.0.0.1", "port": 1, "server_hostname": "name"}, ValueError),
        ({"host": "127.0.0.1", "port": 1, "ssl_handshake_timeout": 1}, ValueError),
        ({"host": "127.0.0.1", "port": 1, "ssl_shutdown_timeout": 1}, ValueError),
        ({"sock": True, "ssl": True}, ValueError),
        ({"host": "127.0.0.1", "port": "no such service"}, OSError),
        ({"host": "127.0.0.1", "port": 70000}, OverflowError),
    ],
)
async def test_arguments_that_do_not_go_together(aio, options, error):
    with socket.socket() as sock:
        if "sock" in options:
            options = options | {"sock": sock}
        with pytest.raises(error):
            await asyncio.get_running_loop().create_connection(Recorder, **options)
        assert sock.fileno() != -1


@pytest.mark.plait_only("told by type")
@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"port": 1.5}, "port must be a number"),
        ({"host": "localhost", "port": 1.5}, "port must be a number"),
        ({"local_addr": HOST}, "local_addr is a tuple"),
        ({"local_addr": 5}, "local_addr is a tuple"),
        ({"local_addr": (HOST,)}, "local_addr is a tuple"),
        ({"local_addr": (HOST, 1.5)}, "port must be a number"),
    ],
)
async def test_addresses_of_a_wrong_type_are_refused(aio, options, text):
    with pytest.raises(TypeError, match=text):
        await asyncio.get_running_loop().create_connection(Recorder, **{"host": HOST, "port": 1, **options})


async def test_a_port_may_be_what_has_an_index(aio):
    class Number:
        def __index__(self):
            return self.number

        __int__ = __index__

    loop, port = asyncio.get_running_loop(), Number()
    with socket.create_server((HOST, 0)) as listening:
        port.number = listening.getsockname()[1]
        transport, protocol = await loop.create_connection(Recorder, HOST, port)
    transport.close()
    await protocol.lost


@pytest.mark.parametrize("host", ["127.0.0.1\0.example", b"127.0.0.1\0.example", "::1\0", "localhost\0.example"])
async def test_a_host_is_not_cut_off_at_a_null_character(aio, host):
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as sock:
        address = listening.getsockname()
        sock.setblocking(False)
        for set_up in (
            loop.create_connection(Recorder, host, address[1]),
            loop.create_connection(Recorder, *address, local_addr=(host, 0)),
            loop.create_server(Recorder, [host], 0),
            loop.create_server(Recorder, ["127.0.0.1", host], 0),
            loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=(host, 0)),
            loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=(host, 53)),
            loop.sock_connect(sock, (host, address[1])),
        ):
            with pytest.raises(ValueError, match="embedded null character"):
                await set_up


@pytest.mark.parametrize("function", ["create_connection", "connect_accepted_socket"])
async def test_a_datagram_socket_is_refused(aio, function):
    loop = asyncio.get_running_loop()
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        with pytest.raises(ValueError, match="A Stream Socket was expected"):
            await getattr(loop, function)(Recorder, sock=sock)
        assert sock.fileno() != -1


@pytest.mark.plait_only("no protocol")
@pytest.mark.parametrize("made", [None, 5])
@pytest.mark.parametrize("tls", [{}, {"ssl": True, "server_hostname": "localhost"}])
async def test_a_factory_that_gives_no_protocol_closes_the_socket(aio, made, tls):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with pytest.raises(AttributeError, match="connection_made"):
            await asyncio.get_running_loop().create_connection(lambda: made, sock=ours, **tls)
        assert ours.fileno() == -1
        assert theirs.recv(1) == b""


@pytest.mark.stock_since(3, 15)
@pytest.mark.parametrize("function", ["create_connection", "connect_accepted_socket", "create_unix_connection"])
async def test_a_factory_that_raises_closes_the_socket(aio, function):
    ours, peer = socket.socketpair()
    peer.setblocking(False)
    with pytest.raises(ZeroDivisionError):
        await getattr(asyncio.get_running_loop(), function)(lambda: 1 / 0, sock=ours)
    assert await read_all(peer) == b""
    assert ours.fileno() == -1
    peer.close()


@pytest.mark.parametrize("turns_before", [0, 1, 2, 3])
async def test_a_cancelled_connection_is_closed(aio, turns_before, turns):
    loop = asyncio.get_running_loop()
    ours, peer = socket.socketpair()
    peer.setblocking(False)
    protocols = []
    task = loop.create_task(loop.create_connection(lambda: protocols.append(Recorder()) or protocols[-1], sock=ours))
    for _ in range(turns_before):
        await asyncio.sleep(0)
    cancelled = task.cancel()
    await asyncio.wait([task])
    if not cancelled:
        task.result()[0].close()
    await turns()
    for protocol in protocols:
        assert protocol.calls in ([], ["connection_made", "connection_lost"])
    if protocols:
        assert await read_all(peer) == b""
    ours.close()
    peer.close()


async def test_an_accepted_socket(aio):
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        peer = socket.create_connection(listening.getsockname())
        accepted, _ = listening.accept()
    peer.setblocking(False)
    transport, protocol = await loop.connect_accepted_socket(Echo, accepted)
    peer.send(b"data")
    assert await read_count(peer, 4) == b"data"
    peer.close()
    assert await protocol.lost is None
    assert transport.is_closing()


# UNIX sockets.


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "socket")


@pytest.mark.parametrize("kind", [str, os.fsencode, "path"])
async def test_a_unix_server_serves(aio, path, tmp_path, kind):
    loop = asyncio.get_running_loop()
    place = tmp_path / "socket" if kind == "path" else kind(path)
    server = await loop.create_unix_server(Echo, place)
    transport, protocol = await loop.create_unix_connection(Recorder, place)
    transport.write(b"data")
    await protocol.until_received(4)
    assert transport.get_extra_info("peername") == path
    assert transport.get_extra_info("sockname") == ""
    transport.close()
    await protocol.lost
    server.close()
    await server.wait_closed()


@ABSTRACT
@pytest.mark.parametrize("kind", [str, str.encode])
async def test_an_abstract_socket_has_no_file(aio, kind):
    loop = asyncio.get_running_loop()
    name = kind(f"\0plait test {os.getpid()}")
    server = await loop.create_unix_server(Echo, name)
    transport, protocol = await loop.create_unix_connection(Recorder, name)
    transport.write(b"data")
    await protocol.until_received(4)
    transport.close()
    await protocol.lost
    server.close()
    await server.wait_closed()


@pytest.mark.stock_since(3, 13)
async def test_the_file_goes_with_the_server(aio, path):
    exists = Path(path).exists
    loop = asyncio.get_running_loop()
    server = await loop.create_unix_server(Echo, path)
    assert exists()
    server.close()
    assert not exists()
    kept = await loop.create_unix_server(Echo, path, cleanup_socket=False)
    kept.close()
    assert exists()


@pytest.mark.stock_since(3, 13)
async def test_the_file_of_another_server_stays(aio, path):
    loop = asyncio.get_running_loop()
    old = await loop.create_unix_server(Echo, path)
    new = await loop.create_unix_server(Echo, path)
    old.close()
    transport, protocol = await loop.create_unix_connection(Recorder, path)
    transport.close()
    await protocol.lost
    new.close()
    await new.wait_closed()
    assert os.listdir(os.path.dirname(path)) == []
    gone = await loop.create_unix_server(Echo, path)
    os.unlink(path)
    gone.close()


async def test_a_stale_file_is_replaced(aio, path):
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(path)
    server = await asyncio.get_running_loop().create_unix_server(Echo, path)
    server.close()
    await server.wait_closed()


@pytest.fixture
def file(path):
    """A file that is no socket, and stays what it is."""
    Path(path).write_text("content")
    yield path
    assert Path(path).read_text() == "content"


async def test_a_file_that_is_no_socket_is_left_alone(aio, file):
    with pytest.raises(OSError, match="is already in use") as caught:
        await asyncio.get_running_loop().create_unix_server(Echo, file)
    assert caught.value.errno == errno.EADDRINUSE


async def test_paths_that_cannot_be(aio, tmp_path):
    loop = asyncio.get_running_loop()
    for path, error in ((str(tmp_path / ("x" * 200)), OSError), (str(tmp_path / "no" / "folder"), FileNotFoundError)):
        with pytest.raises(error):
            await loop.create_unix_server(Echo, path)
        with pytest.raises(error):
            await loop.create_unix_connection(Recorder, path)


async def test_nobody_listens_at_the_path(aio, path):
    loop = asyncio.get_running_loop()
    with pytest.raises(FileNotFoundError):
        await loop.create_unix_connection(Recorder, path)
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(path)
        with pytest.raises(ConnectionRefusedError):
            await loop.create_unix_connection(Recorder, path)


@pytest.mark.parametrize("function", ["create_unix_connection", "create_unix_server"])
async def test_arguments_of_unix_functions_that_do_not_go_together(aio, path, function):
    call = getattr(asyncio.get_running_loop(), function)
    with socket.socket(socket.AF_UNIX) as sock, socket.socket() as internet:
        wrong = [{}, {"path": path, "sock": sock}, {"sock": internet}, {"path": path, "ssl_handshake_timeout": 1}]
        for options in wrong:
            with pytest.raises(ValueError, match=r"path|sock|Socket|ssl"):
                await call(Recorder, **options)
        assert -1 not in (sock.fileno(), internet.fileno())
