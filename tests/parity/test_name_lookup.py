"""getaddrinfo, getnameinfo and sock_connect: numeric hosts, names, a full executor, cancelling, errors."""

import errno
import os
import socket
import threading

import pytest

HOSTS = ["127.0.0.1", "::1", "0:0::1", "::ffff:1.2.3.4", "fe80::1%lo", "127.1", "0x7f000001", None, b"127.0.0.1", ""]
PORTS = [80, "80", b"80", "http", None, 0, 65535, 70000]


def outcome(function, *args):
    try:
        return function(*args)
    except Exception as error:
        return type(error), str(error)


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("port", PORTS)
def test_numeric_hosts_are_answered_as_by_the_system(loop, host, port):
    for family in (0, socket.AF_INET, socket.AF_INET6):
        for kind in (0, socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
            for proto, flags in ((0, 0), (socket.IPPROTO_TCP, socket.AI_PASSIVE), (0, socket.AI_CANONNAME)):
                expected = outcome(socket.getaddrinfo, host, port, family, kind, proto, flags)
                lookup = loop.getaddrinfo(host, port, family=family, type=kind, proto=proto, flags=flags)
                assert outcome(loop.run_until_complete, lookup) == expected


@pytest.mark.parametrize("host", ["localhost", "1and1.invalid", "no such name", "::1::", "127.0.0.1\0"])
def test_names_are_looked_up_as_by_the_system(loop, host):
    expected = outcome(socket.getaddrinfo, host, 80, 0, socket.SOCK_STREAM)
    assert outcome(loop.run_until_complete, loop.getaddrinfo(host, 80, type=socket.SOCK_STREAM)) == expected


@pytest.mark.parametrize("flags", [0, socket.NI_NUMERICHOST, socket.NI_NUMERICHOST | socket.NI_NUMERICSERV])
@pytest.mark.parametrize("address", [("127.0.0.1", 80), ("::1", 80, 0, 0), ("127.0.0.1", 1)])
def test_addresses_have_names(loop, address, flags):
    expected = outcome(socket.getnameinfo, address, flags)
    assert outcome(loop.run_until_complete, loop.getnameinfo(address, flags)) == expected


async def test_a_lookup_that_somebody_replaced_is_called(aio, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args: args)
    answer = await aio.get_running_loop().getaddrinfo("127.0.0.1", 80, type=1)
    assert tuple(answer) == ("127.0.0.1", 80, 0, 1, 0, 0)


@pytest.mark.plait_only("lookups apart")
async def test_a_full_executor_delays_no_lookup(aio):
    loop = aio.get_running_loop()
    gate = threading.Event()
    busy = [loop.run_in_executor(None, gate.wait) for _ in range(64)]
    for lookup in (loop.getaddrinfo("localhost", 80), loop.getnameinfo(("127.0.0.1", 80))):
        assert await aio.wait_for(lookup, 10)
    gate.set()
    await aio.gather(*busy)


async def test_a_lookup_may_be_cancelled(aio, monkeypatch):
    gate = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args: gate.wait())
    task = aio.ensure_future(aio.get_running_loop().getaddrinfo("localhost", 80))
    await aio.sleep(0)
    task.cancel()
    with pytest.raises(aio.CancelledError):
        await task
    gate.set()


# sock_connect.


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as sock:
        yield sock


@pytest.fixture
def sock():
    with socket.socket() as sock:
        sock.setblocking(False)
        yield sock


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_socket_is_connected(aio, sock, listener, host):
    await aio.get_running_loop().sock_connect(sock, (host, listener.getsockname()[1]))
    assert sock.getpeername() == listener.getsockname()


async def test_a_refused_connection_names_the_address(aio, sock):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        address = gone.getsockname()
    with pytest.raises(ConnectionRefusedError, match=r"Connect call failed \('127.0.0.1', \d+\)"):
        await aio.get_running_loop().sock_connect(sock, address)


async def test_a_unix_socket_is_connected(aio, tmp_path):
    loop = aio.get_running_loop()
    path = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as listening, socket.socket(socket.AF_UNIX) as sock:
        sock.setblocking(False)
        with pytest.raises(FileNotFoundError):
            await loop.sock_connect(sock, path)
        listening.bind(path)
        with pytest.raises(ConnectionRefusedError):
            await loop.sock_connect(sock, path)
        listening.listen()
        await loop.sock_connect(sock, path)
        with pytest.raises(OSError, match="too long"):
            await loop.sock_connect(sock, "x" * 200)


@pytest.mark.plait_only("a busy UNIX peer")
async def test_a_unix_peer_with_a_full_backlog_is_waited_for(aio, tmp_path, polls):
    loop = aio.get_running_loop()
    path = str(tmp_path / "socket")
    socks = [socket.socket(socket.AF_UNIX) for _ in range(4)]
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen(0)
        for sock in socks:
            sock.setblocking(False)
        tasks = [aio.ensure_future(loop.sock_connect(sock, path)) for sock in socks]
        await polls()
        assert not all(task.done() for task in tasks)
        listening.setblocking(False)
        accepted = [(await loop.sock_accept(listening))[0] for _ in socks]
        await aio.gather(*tasks)
        for sock in [*socks, *accepted]:
            sock.close()


@pytest.mark.parametrize("address", ["127.0.0.1", ("127.0.0.1",), None, 5])
async def test_an_address_is_a_host_and_a_port(aio, sock, address):
    with pytest.raises((TypeError, ValueError)):
        await aio.get_running_loop().sock_connect(sock, address)


async def test_a_closed_socket_cannot_be_connected(aio, sock, listener):
    sock.close()
    with pytest.raises(OSError, match=os.strerror(errno.EBADF)):
        await aio.get_running_loop().sock_connect(sock, listener.getsockname())
