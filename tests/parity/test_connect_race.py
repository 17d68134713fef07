"""create_connection to several addresses and create_server on several: who wins, what is closed, what the errors say."""

import asyncio
import contextlib
import socket

import pytest

DELAYS = [None, 0, 0.01, 10]


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as sock:
        yield sock


@pytest.fixture
def refused():
    """An address where nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()


@pytest.fixture
def resolve(monkeypatch):
    """Makes names mean these addresses."""

    def resolve(loop, *addresses):
        async def getaddrinfo(*_args, **_options):
            return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", address) for address in addresses]

        loop.getaddrinfo = getaddrinfo

    return resolve


async def connect(loop, **options):
    transport, _ = await loop.create_connection(asyncio.Protocol, "many.example.org", 80, **options)
    peer = transport.get_extra_info("peername")
    transport.abort()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return peer


@pytest.mark.parametrize("delay", DELAYS)
async def test_the_first_that_answers_wins(aio, resolve, listener, refused, delay):
    loop = aio.get_running_loop()
    resolve(loop, refused, refused, listener.getsockname(), refused)
    assert await connect(loop, happy_eyeballs_delay=delay) == listener.getsockname()


async def test_a_slow_one_does_not_hold_up_the_next(aio, resolve, listener, refused):
    loop = aio.get_running_loop()
    resolve(loop, refused, listener.getsockname())
    never, real = loop.create_future(), loop.sock_connect

    async def sock_connect(sock, address):
        await (never if address == refused else real(sock, address))

    loop.sock_connect = sock_connect
    assert await connect(loop, happy_eyeballs_delay=0.01) == listener.getsockname()


@pytest.mark.parametrize("delay", DELAYS)
async def test_equal_errors_are_raised_as_one(aio, resolve, refused, delay):
    loop = aio.get_running_loop()
    resolve(loop, refused, refused)
    with pytest.raises(ConnectionRefusedError, match=r"^\[Errno \d+\] Connect call failed"):
        await connect(loop, happy_eyeballs_delay=delay)


@pytest.mark.parametrize("delay", DELAYS)
async def test_different_errors_are_raised_together(aio, resolve, refused, delay):
    loop = aio.get_running_loop()
    resolve(loop, refused, ("127.0.0.2", refused[1]))
    with pytest.raises(OSError, match=r"^Multiple exceptions: \[Errno \d+\] .*127.0.0.1.*, \[Errno \d+\] .*127.0.0.2"):
        await connect(loop, happy_eyeballs_delay=delay)


@pytest.mark.stock_since(3, 12)
@pytest.mark.parametrize("delay", DELAYS)
async def test_all_errors_come_as_a_group(aio, resolve, refused, delay):
    loop = aio.get_running_loop()
    resolve(loop, refused, refused)
    with pytest.raises(ExceptionGroup, match="create_connection failed") as raised:
        await connect(loop, happy_eyeballs_delay=delay, all_errors=True)
    assert len(raised.value.exceptions) == 2


@pytest.mark.plait_only("one owner")
@pytest.mark.parametrize("delay", DELAYS)
async def test_a_cancelled_race_closes_every_socket(aio, resolve, listener, refused, turns, delay):
    loop = aio.get_running_loop()
    resolve(loop, refused, listener.getsockname(), refused)
    for count in range(12):
        task = aio.ensure_future(connect(loop, happy_eyeballs_delay=delay))
        await turns(count)
        task.cancel()
        with contextlib.suppress(aio.CancelledError):
            await task
        await turns()


async def test_a_local_address_that_cannot_be_bound_is_named(aio, listener):
    loop = aio.get_running_loop()
    with pytest.raises(OSError, match=r"error while attempting to bind on address \('192.0.2.1', 0\)"):
        await loop.create_connection(asyncio.Protocol, *listener.getsockname(), local_addr=("192.0.2.1", 0))


async def test_a_server_binds_each_host_once(aio):
    loop = aio.get_running_loop()
    server = await loop.create_server(asyncio.Protocol, ["127.0.0.1", "::1", "127.0.0.1"], 0)
    assert sorted(sock.getsockname()[0] for sock in server.sockets) == ["127.0.0.1", "::1"]
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize("host", [None, ""])
async def test_a_server_without_a_host_binds_both_families(aio, host):
    server = await aio.get_running_loop().create_server(asyncio.Protocol, host, 0)
    assert sorted(sock.getsockname()[0] for sock in server.sockets) == ["0.0.0.0", "::"]
    server.close()
    await server.wait_closed()


async def test_an_address_in_use_is_named_and_the_others_are_closed(aio, listener):
    port = listener.getsockname()[1]
    with pytest.raises(OSError, match=rf"error while attempting to bind on address \('127.0.0.1', {port}\): .*in use"):
        await aio.get_running_loop().create_server(asyncio.Protocol, ["127.0.0.2", "127.0.0.1"], port)


async def test_a_server_sets_its_options(aio):
    server = await aio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0, reuse_port=True)
    [sock] = server.sockets
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT)
    server.close()
    await server.wait_closed()


@pytest.mark.plait_only("ports in range")
@pytest.mark.parametrize("port", [-1, 65536])
async def test_a_port_out_of_range_is_refused(aio, port):
    loop = aio.get_running_loop()
    with pytest.raises(OverflowError, match="port must be 0 to 65535"):
        await loop.create_connection(asyncio.Protocol, "localhost", port)
    with pytest.raises(OverflowError, match="port must be 0 to 65535"):
        await loop.create_server(asyncio.Protocol, "localhost", port)
