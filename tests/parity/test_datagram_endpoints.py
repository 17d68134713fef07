"""create_datagram_endpoint and its transport: all families, with a peer and without, errors, flow control, the end."""

import asyncio
import os
import socket
import stat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

LOCAL = ("127.0.0.1", 0)
FOR_EVER = 20_000  # errors in one turn; a few dozen datagrams are queued


class Recorder(asyncio.DatagramProtocol):
    """Keeps what it is told."""

    def __init__(self, loop):
        self.loop = loop
        self.trace = []
        self.received = []
        self.errors = []
        self.waiting = None
        self.lost = loop.create_future()

    def connection_made(self, transport):
        self.transport = transport
        self.trace.append("made")

    def datagram_received(self, data, addr):
        self.received.append((data, addr))
        self.wake()

    def error_received(self, exc):
        self.errors.append(type(exc))
        self.wake()

    def pause_writing(self):
        self.trace.append("pause")

    def resume_writing(self):
        self.trace.append("resume")
        self.wake()

    def connection_lost(self, exc):
        self.trace.append(("lost", exc))
        self.lost.set_result(exc)

    def wake(self):
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_result(None)

    async def until(self, condition):
        while not condition():
            self.waiting = self.loop.create_future()
            await self.waiting


@pytest.fixture
def endpoint(aio):
    """Makes an endpoint, whose protocol is a Recorder; `await endpoint.close()` closes all."""

    class Endpoints:
        def __init__(self):
            self.made = []

        async def __call__(self, **options):
            loop = aio.get_running_loop()
            transport, protocol = await loop.create_datagram_endpoint(lambda: Recorder(loop), **options)
            self.made.append((transport, protocol))
            return transport, protocol

        async def close(self):
            for transport, protocol in self.made:
                transport.close()
                await protocol.lost

    return Endpoints()


async def test_datagrams_go_and_come(aio, endpoint):
    server, serving = await endpoint(local_addr=LOCAL)
    address = server.get_extra_info("sockname")
    client, calling = await endpoint(remote_addr=address)
    client.sendto(b"one")
    client.sendto(b"two", address)
    await serving.until(lambda: len(serving.received) == 2)
    sender = client.get_extra_info("sockname")
    assert serving.received == [(b"one", sender), (b"two", sender)]
    server.sendto(b"back", sender)
    await calling.until(lambda: calling.received)
    assert calling.received == [(b"back", address)]
    await endpoint.close()
    assert calling.trace == ["made", ("lost", None)]


async def test_many_datagrams_keep_their_order(aio, endpoint):
    server, serving = await endpoint(local_addr=LOCAL)
    client, _ = await endpoint(remote_addr=server.get_extra_info("sockname"))
    sent = [b"%d" % number for number in range(100)]
    for data in sent:
        client.sendto(data)
    await serving.until(lambda: len(serving.received) == 100)
    assert [data for data, _ in serving.received] == sent
    await endpoint.close()


@pytest.mark.parametrize("size", [0, 1, 1000, 65507])
async def test_each_size_of_udp_comes_whole(aio, endpoint, size):
    if size == 0 and aio.__name__ == "asyncio":
        pytest.skip("stock sends no empty datagram before 3.13")
    server, serving = await endpoint(local_addr=LOCAL)
    client, _ = await endpoint(remote_addr=server.get_extra_info("sockname"))
    data = os.urandom(size)
    client.sendto(data)
    await serving.until(lambda: serving.received)
    assert serving.received[0][0] == data
    await endpoint.close()


async def test_ipv6(aio, endpoint):
    server, serving = await endpoint(local_addr=("::1", 0))
    client, _ = await endpoint(family=socket.AF_INET6, local_addr=("::1", 0))
    client.sendto(b"data", server.get_extra_info("sockname"))
    await serving.until(lambda: serving.received)
    assert serving.received == [(b"data", client.get_extra_info("sockname"))]
    await endpoint.close()


async def test_unix_sockets(aio, endpoint, tmp_path):
    path = str(tmp_path / "server")
    _, serving = await endpoint(family=socket.AF_UNIX, local_addr=path)
    named, calling = await endpoint(family=socket.AF_UNIX, local_addr=str(tmp_path / "client"), remote_addr=path)
    nameless, _ = await endpoint(family=socket.AF_UNIX)
    large = os.urandom(150_000)
    named.sendto(large)
    nameless.sendto(b"two", path)
    await serving.until(lambda: len(serving.received) == 2)
    assert serving.received == [(large, str(tmp_path / "client")), (b"two", None)]
    serving.transport.sendto(b"back", str(tmp_path / "client"))
    await calling.until(lambda: calling.received)
    assert calling.received == [(b"back", path)]
    await endpoint.close()


async def test_a_stale_socket_file_is_replaced(aio, endpoint, tmp_path):
    path = str(tmp_path / "socket")
    for _ in range(2):
        transport, protocol = await endpoint(family=socket.AF_UNIX, local_addr=path)
        transport.close()
        await protocol.lost
    assert stat.S_ISSOCK(os.stat(path).st_mode)


async def test_a_file_that_is_no_socket_is_left_alone(aio, tmp_path):
    (tmp_path / "file").write_text("mine")
    loop = aio.get_running_loop()
    with pytest.raises(OSError, match="in use"):
        await loop.create_datagram_endpoint(
            lambda: Recorder(loop), family=socket.AF_UNIX, local_addr=str(tmp_path / "file")
        )
    assert (tmp_path / "file").read_text() == "mine"


async def test_a_path_that_is_too_long_is_refused(aio, tmp_path):
    loop = aio.get_running_loop()
    with pytest.raises(OSError, match="too long"):
        await loop.create_datagram_endpoint(
            lambda: Recorder(loop), family=socket.AF_UNIX, local_addr=str(tmp_path / ("x" * 200))
        )


async def test_a_given_socket_is_used(aio, endpoint):
    sock = socket.socket(type=socket.SOCK_DGRAM)
    sock.bind(LOCAL)
    transport, protocol = await endpoint(sock=sock)
    assert sock.gettimeout() == 0
    assert transport.get_extra_info("socket").fileno() == sock.fileno()
    transport.sendto(b"to myself", sock.getsockname())
    await protocol.until(lambda: protocol.received)
    await endpoint.close()
    assert sock.fileno() == -1


@pytest.mark.stock_since(3, 13)
async def test_extra_information(aio, endpoint):
    server, _ = await endpoint(local_addr=LOCAL)
    client, _ = await endpoint(remote_addr=server.get_extra_info("sockname"))
    assert server.get_extra_info("peername") is None
    assert client.get_extra_info("peername") == server.get_extra_info("sockname")
    assert client.get_extra_info("unknown", "default") == "default"
    assert isinstance(client, asyncio.DatagramTransport)
    assert isinstance(client, asyncio.Transport)
    assert client.get_extra_info("socket").type == socket.SOCK_DGRAM
    assert "fd=" in repr(client)
    await endpoint.close()
    assert "closed" in repr(client)


async def test_nobody_there_is_an_error_received(aio, endpoint):
    with socket.socket(type=socket.SOCK_DGRAM) as gone:
        gone.bind(LOCAL)
        address = gone.getsockname()
    client, calling = await endpoint(remote_addr=address)
    client.sendto(b"data")
    await calling.until(lambda: calling.errors)
    assert calling.errors == [ConnectionRefusedError]
    assert not client.is_closing()
    await endpoint.close()


async def test_what_the_system_refuses_to_send_is_an_error_received(aio, endpoint):
    server, serving = await endpoint(local_addr=LOCAL)
    server.sendto(bytes(70000), server.get_extra_info("sockname"))
    assert serving.errors == [OSError]
    assert not server.is_closing()
    await endpoint.close()


async def test_a_peer_is_the_only_address(aio, endpoint):
    server, _ = await endpoint(local_addr=LOCAL)
    client, _ = await endpoint(remote_addr=server.get_extra_info("sockname"))
    with pytest.raises(ValueError, match="Invalid address: must be None or"):
        client.sendto(b"data", ("127.0.0.1", 1))
    await endpoint.close()


@pytest.mark.parametrize("data", ["text", None, 5, [b"data"]])
async def test_only_bytes_are_sent(aio, endpoint, data):
    server, _ = await endpoint(local_addr=LOCAL)
    with pytest.raises(TypeError):
        server.sendto(data, server.get_extra_info("sockname"))
    await endpoint.close()


@pytest.mark.plait_only("a wrong address")
@pytest.mark.parametrize("address", ["127.0.0.1", ("127.0.0.1",), ("127.0.0.1", "80"), 5])
async def test_a_wrong_address_is_raised_to_the_sender(aio, endpoint, address):
    server, _ = await endpoint(local_addr=LOCAL)
    with pytest.raises(TypeError):
        server.sendto(b"data", address)
    assert not server.is_closing()
    await endpoint.close()


async def test_who_sends_again_at_each_error_has_its_turn_and_no_more(aio, tmp_path):
    receiving = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    receiving.bind(str(tmp_path / "theirs"))
    sending = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    errors = []

    class Stubborn(asyncio.DatagramProtocol):
        def error_received(self, exc):
            errors.append(exc)
            if len(errors) < FOR_EVER:
                transport.sendto(b"again", str(tmp_path / "theirs"))

    transport, _ = await aio.get_running_loop().create_datagram_endpoint(Stubborn, sock=sending)
    while not transport.get_write_buffer_size():
        transport.sendto(b"x", str(tmp_path / "theirs"))
    for _ in range(20):
        transport.sendto(b"x", str(tmp_path / "theirs"))
    receiving.close()
    (tmp_path / "theirs").unlink()
    while not errors:  # noqa: ASYNC110  (the poller tells)
        await asyncio.sleep(0)
    assert len(errors) < FOR_EVER
    transport.abort()


@pytest.mark.parametrize("make", [bytearray, memoryview])
async def test_what_is_queued_is_a_copy(aio, endpoint, tmp_path, make):
    path = str(tmp_path / "server")
    server, serving = await endpoint(family=socket.AF_UNIX, local_addr=path)
    client, _ = await endpoint(family=socket.AF_UNIX, remote_addr=path)
    server.pause_reading()
    memory = bytearray(b"data")
    sent = 0
    while not client.get_write_buffer_size():
        client.sendto(make(memory))
        sent += 1
    memory[:] = b"lost"
    server.resume_reading()
    await serving.until(lambda: len(serving.received) == sent)
    assert {data for data, _ in serving.received} == {b"data"}
    await endpoint.close()


async def test_a_full_peer_pauses_writing(aio, endpoint, tmp_path):
    path = str(tmp_path / "server")
    server, serving = await endpoint(family=socket.AF_UNIX, local_addr=path)
    client, calling = await endpoint(family=socket.AF_UNIX, remote_addr=path)
    client.set_write_buffer_limits(high=1000, low=100)
    server.pause_reading()
    sent = 0
    while "pause" not in calling.trace:
        client.sendto(b"%9d" % sent * 10)
        sent += 1
    assert client.get_write_buffer_size() > 1000
    assert client.get_write_buffer_limits() == (100, 1000)
    server.resume_reading()
    await calling.until(lambda: "resume" in calling.trace)
    await serving.until(lambda: len(serving.received) == sent)
    assert [data for data, _ in serving.received] == [b"%9d" % number * 10 for number in range(sent)]
    await endpoint.close()


async def test_closing_sends_what_is_queued(aio, endpoint, tmp_path):
    path = str(tmp_path / "server")
    server, serving = await endpoint(family=socket.AF_UNIX, local_addr=path)
    client, calling = await endpoint(family=socket.AF_UNIX, remote_addr=path)
    server.pause_reading()
    sent = 0
    while not client.get_write_buffer_size():
        client.sendto(b"data")
        sent += 1
    client.close()
    assert client.is_closing()
    server.resume_reading()
    await calling.lost
    await serving.until(lambda: len(serving.received) == sent)
    await endpoint.close()


async def test_aborting_drops_what_is_queued(aio, endpoint, tmp_path):
    path = str(tmp_path / "server")
    server, _ = await endpoint(family=socket.AF_UNIX, local_addr=path)
    client, calling = await endpoint(family=socket.AF_UNIX, remote_addr=path)
    server.pause_reading()
    while not client.get_write_buffer_size():
        client.sendto(b"data")
    client.abort()
    assert await calling.lost is None
    await endpoint.close()


async def test_a_wrong_address_that_was_queued_ends_the_transport(aio, endpoint, tmp_path, reports):
    path = str(tmp_path / "server")
    server, _ = await endpoint(family=socket.AF_UNIX, local_addr=path)
    client, calling = await endpoint(family=socket.AF_UNIX, local_addr=str(tmp_path / "client"))
    server.pause_reading()
    while not client.get_write_buffer_size():
        client.sendto(b"data", path)
    client.sendto(b"data", 5)
    server.resume_reading()
    assert isinstance(await calling.lost, TypeError)
    assert TypeError in [type(context["exception"]) for context in reports]
    await endpoint.close()


async def test_nothing_is_received_while_reading_is_paused(aio, endpoint, turns):
    server, serving = await endpoint(local_addr=LOCAL)
    client, _ = await endpoint(remote_addr=server.get_extra_info("sockname"))
    assert server.is_reading()
    server.pause_reading()
    assert not server.is_reading()
    for number in range(5):
        client.sendto(b"%d" % number)
    await turns()
    assert serving.received == []
    server.resume_reading()
    await serving.until(lambda: len(serving.received) == 5)
    await endpoint.close()


async def test_a_protocol_that_pauses_at_each_datagram_gets_all(aio, endpoint):
    server, serving = await endpoint(local_addr=LOCAL)
    client, _ = await endpoint(remote_addr=server.get_extra_info("sockname"))
    loop = aio.get_running_loop()
    receive = serving.datagram_received

    def receive_and_pause(data, addr):
        server.pause_reading()
        loop.call_soon(server.resume_reading)
        receive(data, addr)

    class Pausing(Recorder):
        def datagram_received(self, data, addr):
            receive_and_pause(data, addr)

    serving.__class__ = Pausing
    server.set_protocol(serving)
    for number in range(40):
        client.sendto(b"%d" % number)
    await serving.until(lambda: len(serving.received) == 40)
    assert [data for data, _ in serving.received] == [b"%d" % number for number in range(40)]
    await endpoint.close()


async def test_nothing_is_received_after_closing(aio, endpoint, turns):
    server, serving = await endpoint(local_addr=LOCAL)
    client, _ = await endpoint(remote_addr=server.get_extra_info("sockname"))

    class Closing(Recorder):
        def datagram_received(self, data, addr):
            self.received.append(data)
            server.close()

    serving.__class__ = Closing
    server.set_protocol(serving)
    for _ in range(5):
        client.sendto(b"data")
    await serving.lost
    await turns()
    assert serving.received == [b"data"]
    await endpoint.close()


async def test_a_protocol_may_raise(aio, endpoint, reports):
    server, serving = await endpoint(local_addr=LOCAL)
    client, _ = await endpoint(remote_addr=server.get_extra_info("sockname"))

    class Raising(Recorder):
        def datagram_received(self, data, addr):
            super().datagram_received(data, addr)
            raise ValueError("of the protocol")

    serving.__class__ = Raising
    server.set_protocol(serving)
    client.sendto(b"one")
    client.sendto(b"two")
    await serving.until(lambda: len(serving.received) == 2)
    await aio.sleep(0)
    assert reports.exceptions == ["ValueError('of the protocol')"] * 2
    assert not server.is_closing()
    await endpoint.close()


async def test_sending_after_the_end_is_ignored(aio, endpoint):
    server, serving = await endpoint(local_addr=LOCAL)
    client, calling = await endpoint(remote_addr=server.get_extra_info("sockname"))
    client.close()
    await calling.lost
    client.sendto(b"data")
    client.close()
    client.abort()
    assert serving.received == []
    await endpoint.close()


async def test_the_protocol_can_be_changed(aio, endpoint):
    server, serving = await endpoint(local_addr=LOCAL)
    other = Recorder(aio.get_running_loop())
    server.set_protocol(other)
    assert server.get_protocol() is other
    server.sendto(b"data", server.get_extra_info("sockname"))
    await other.until(lambda: other.received)
    assert serving.received == []
    server.close()
    await other.lost


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({}, ValueError, "unexpected address family"),
        ({"local_addr": "localhost"}, TypeError, "2-tuple is expected"),
        ({"local_addr": ("localhost", 1, 2, 3)}, TypeError, "2-tuple is expected"),
        ({"remote_addr": "localhost"}, TypeError, "2-tuple is expected"),
        ({"family": socket.AF_UNIX, "local_addr": ("127.0.0.1", 0)}, TypeError, "string is expected"),
        ({"local_addr": ("127.0.0.1", 0), "remote_addr": ("::1", 1)}, ValueError, "can not get address information"),
    ],
)
async def test_bad_options_are_refused(aio, options, error, text):
    loop = aio.get_running_loop()
    with pytest.raises(error, match=text):
        await loop.create_datagram_endpoint(lambda: Recorder(loop), **options)


@pytest.mark.parametrize(
    "options",
    [
        {"local_addr": LOCAL},
        {"remote_addr": LOCAL},
        {"family": 1},
        {"proto": 1},
        {"flags": 1},
        {"reuse_port": True},
        {"allow_broadcast": True},
    ],
)
async def test_a_given_socket_takes_no_options(aio, options):
    loop = aio.get_running_loop()
    with socket.socket(type=socket.SOCK_DGRAM) as sock, pytest.raises(ValueError, match="can not be used when sock"):
        await loop.create_datagram_endpoint(lambda: Recorder(loop), sock=sock, **options)


@pytest.mark.stock_since(3, 13)
async def test_a_stream_socket_is_refused(aio):
    loop = aio.get_running_loop()
    with socket.socket() as sock, pytest.raises(ValueError, match="A datagram socket was expected"):
        await loop.create_datagram_endpoint(lambda: Recorder(loop), sock=sock)


async def test_broadcast_and_port_reuse_are_set(aio, endpoint):
    transport, _ = await endpoint(local_addr=LOCAL, reuse_port=True, allow_broadcast=True)
    sock = transport.get_extra_info("socket")
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST)
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT)
    await endpoint.close()


async def test_a_broadcasting_endpoint_is_not_connected(aio, endpoint):
    server, serving = await endpoint(local_addr=LOCAL)
    address = server.get_extra_info("sockname")
    client, _ = await endpoint(remote_addr=address, allow_broadcast=True)
    assert client.get_extra_info("peername") is None
    client.sendto(b"data")
    await serving.until(lambda: serving.received)
    with pytest.raises(ValueError, match="Invalid address"):
        client.sendto(b"data", ("127.0.0.1", 1))
    await endpoint.close()


async def test_an_address_in_use_is_an_error(aio, endpoint):
    server, _ = await endpoint(local_addr=LOCAL)
    loop = aio.get_running_loop()
    with pytest.raises(OSError, match="in use"):
        await loop.create_datagram_endpoint(lambda: Recorder(loop), local_addr=server.get_extra_info("sockname"))
    await endpoint.close()


@pytest.mark.plait_only("one owner")
async def test_a_factory_may_fail(aio):
    loop = aio.get_running_loop()

    def fail():
        raise ValueError("of the factory")

    with pytest.raises(ValueError, match="of the factory"):
        await loop.create_datagram_endpoint(fail, local_addr=LOCAL)


@pytest.mark.plait_only("no protocol")
@pytest.mark.parametrize("made", [None, 5])
async def test_a_factory_that_gives_no_protocol_leaves_nothing(aio, made):
    loop = aio.get_running_loop()
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        for options in {"local_addr": LOCAL}, {"sock": sock}:
            with pytest.raises(AttributeError, match="connection_made"):
                await loop.create_datagram_endpoint(lambda: made, **options)
        assert sock.fileno() == -1


async def test_a_cancelled_set_up_leaves_nothing(aio, turns):
    loop = aio.get_running_loop()
    for count in range(5):
        protocols = []

        def make(protocols=protocols):
            protocols.append(Recorder(loop))
            return protocols[-1]

        task = aio.ensure_future(loop.create_datagram_endpoint(make, local_addr=LOCAL))
        await turns(count)
        task.cancel()
        try:
            transport, _ = await task
        except aio.CancelledError:
            pass
        else:
            transport.close()
        for protocol in protocols:
            await protocol.lost


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sends=st.lists(st.binary(min_size=1, max_size=3000), min_size=1, max_size=60))
def test_all_datagrams_come_in_order_and_whole(loop, sends):
    async def main():
        server, serving = await loop.create_datagram_endpoint(lambda: Recorder(loop), local_addr=LOCAL)
        client, calling = await loop.create_datagram_endpoint(
            lambda: Recorder(loop), remote_addr=server.get_extra_info("sockname")
        )
        for data in sends:
            client.sendto(data)
        await serving.until(lambda: len(serving.received) == len(sends))
        for transport, protocol in (server, serving), (client, calling):
            transport.close()
            await protocol.lost
        return [data for data, _ in serving.received]

    assert loop.run_until_complete(main()) == sends
