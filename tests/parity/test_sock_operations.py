"""sock_recv, sock_sendall and their kin: at once, after waiting, cancelled, on bad sockets, and in pieces of any size."""

import contextlib
import errno
import os
import socket
import ssl

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

LARGE = 4 << 20  # bytes; more than the buffers of a pair of sockets take
# The number of descriptors, from which a closed one's number is soon used again.
FEW = 50


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    with ours, theirs:
        yield ours, theirs


@pytest.fixture
def datagrams():
    with socket.socket(type=socket.SOCK_DGRAM) as ours, socket.socket(type=socket.SOCK_DGRAM) as theirs:
        for sock in ours, theirs:
            sock.bind(("127.0.0.1", 0))
            sock.setblocking(False)
        yield ours, theirs


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as sock:
        sock.setblocking(False)
        yield sock


@contextlib.asynccontextmanager
async def background(aio, coroutine):
    """A task that waits already when the block begins."""
    task = aio.ensure_future(coroutine)
    await aio.sleep(0)
    yield task
    await task


async def receive(loop, sock, size, how):
    if how == "sock_recv":
        return await loop.sock_recv(sock, size)
    if how == "sock_recvfrom":
        return (await loop.sock_recvfrom(sock, size))[0]
    buffer = bytearray(size)
    count = await getattr(loop, how)(sock, buffer)
    return bytes(buffer[: count if how == "sock_recv_into" else count[0]])


RECEIVING = ["sock_recv", "sock_recv_into", "sock_recvfrom", "sock_recvfrom_into"]


@pytest.mark.parametrize("how", RECEIVING)
async def test_what_is_there_is_received_at_once(aio, pair, turns, how):
    loop = aio.get_running_loop()
    pair[1].send(b"data")
    assert await receive(loop, pair[0], 100, how) == b"data"


@pytest.mark.parametrize("how", RECEIVING)
async def test_receiving_waits_for_data(aio, pair, how):
    loop = aio.get_running_loop()
    task = aio.ensure_future(receive(loop, pair[0], 100, how))
    await aio.sleep(0)
    assert not task.done()
    pair[1].send(b"data")
    assert await task == b"data"


@pytest.mark.parametrize("how", RECEIVING)
async def test_the_end_of_the_stream_is_no_bytes(aio, pair, how):
    loop = aio.get_running_loop()
    async with background(aio, receive(loop, pair[0], 100, how)) as task:
        pair[1].close()
    assert task.result() == b""


@pytest.mark.parametrize("how", RECEIVING)
async def test_no_more_is_received_than_asked_for(aio, pair, how):
    loop = aio.get_running_loop()
    pair[1].send(b"abcdef")
    assert await receive(loop, pair[0], 4, how) == b"abcd"
    assert await receive(loop, pair[0], 4, how) == b"ef"


@pytest.mark.parametrize("size", [1, 1000, 32 * 1024, 32 * 1024 + 1, 1 << 20, 1 << 28])
async def test_any_size_may_be_asked_for(aio, pair, size):
    pair[1].send(b"x" * 2000)
    received = await aio.get_running_loop().sock_recv(pair[0], size)
    assert received == b"x" * min(size, 2000)


async def test_recvfrom_into_takes_a_limit(aio, datagrams):
    ours, theirs = datagrams
    theirs.sendto(b"abcdef", ours.getsockname())
    buffer = bytearray(10)
    assert await aio.get_running_loop().sock_recvfrom_into(ours, buffer, 3) == (3, theirs.getsockname())
    assert buffer[:4] == b"abc\0"


async def test_recvfrom_into_refuses_a_limit_beyond_the_buffer(aio, datagrams):
    with pytest.raises(ValueError, match="nbytes"):
        await aio.get_running_loop().sock_recvfrom_into(datagrams[0], bytearray(3), 4)


@pytest.mark.parametrize("make", [bytes, bytearray, memoryview])
async def test_all_kinds_of_bytes_are_sent(aio, pair, make):
    await aio.get_running_loop().sock_sendall(pair[0], make(b"abcdefgh"))
    assert pair[1].recv(100) == b"abcdefgh"


@pytest.mark.parametrize("make", [bytes, bytearray, memoryview])
async def test_more_than_the_buffers_take_is_sent_in_turns(aio, pair, make):
    loop = aio.get_running_loop()
    data = os.urandom(LARGE)
    received = bytearray()
    async with background(aio, loop.sock_sendall(pair[0], make(data))) as task:
        assert not task.done()
        while len(received) < LARGE:
            received += await loop.sock_recv(pair[1], 1 << 20)
    assert task.result() is None
    assert received == data


@pytest.mark.plait_only("bytes, not items")
@pytest.mark.parametrize("size", [8, LARGE])
async def test_memory_of_other_items_is_sent_as_bytes(aio, pair, size):
    loop = aio.get_running_loop()
    data = os.urandom(size)
    received = b""
    async with background(aio, loop.sock_sendall(pair[0], memoryview(data).cast("I"))):
        while len(received) < size:
            received += await loop.sock_recv(pair[1], 1 << 20)
    assert received == data


async def test_sending_nothing_ends_at_once(aio, pair):
    assert await aio.get_running_loop().sock_sendall(pair[0], b"") is None


async def test_two_tasks_send_and_receive_on_one_socket(aio, pair):
    loop = aio.get_running_loop()
    received = bytearray()
    async with background(aio, loop.sock_recv(pair[0], 100)) as receiving:
        async with background(aio, loop.sock_sendall(pair[0], bytes(LARGE))):
            while len(received) < LARGE:
                received += await loop.sock_recv(pair[1], 1 << 20)
        assert not receiving.done()
        await loop.sock_sendall(pair[1], b"back")
    assert receiving.result() == b"back"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sends=st.lists(st.binary(max_size=3000), max_size=20),
    sizes=st.lists(st.integers(1, 3000), min_size=1, max_size=10),
    how=st.sampled_from(RECEIVING),
)
def test_any_chunking_gives_the_same_bytes(loop, sends, sizes, how):
    async def main(ours, theirs):
        async def send():
            for data in sends:
                await loop.sock_sendall(ours, data)
            ours.shutdown(socket.SHUT_WR)

        sending = loop.create_task(send())
        received = []
        while data := await receive(loop, theirs, sizes[len(received) % len(sizes)], how):
            received.append(data)
        await sending
        return b"".join(received)

    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    with ours, theirs:
        assert loop.run_until_complete(main(ours, theirs)) == b"".join(sends)


# Datagrams.


async def test_a_datagram_comes_with_its_sender(aio, datagrams):
    ours, theirs = datagrams
    loop = aio.get_running_loop()
    assert await loop.sock_sendto(theirs, b"data", ours.getsockname()) == 4
    assert await loop.sock_recvfrom(ours, 100) == (b"data", theirs.getsockname())


async def test_a_datagram_is_waited_for(aio, datagrams):
    ours, theirs = datagrams
    loop = aio.get_running_loop()
    async with background(aio, loop.sock_recvfrom(ours, 100)) as task:
        await loop.sock_sendto(theirs, b"", ours.getsockname())
    assert task.result() == (b"", theirs.getsockname())


async def test_ipv6_datagrams_have_flow_and_scope(aio):
    loop = aio.get_running_loop()
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.bind(("::1", 0))
        sock.setblocking(False)
        for address in sock.getsockname(), sock.getsockname()[:2]:
            await loop.sock_sendto(sock, b"data", address)
            assert await loop.sock_recvfrom(sock, 100) == (b"data", sock.getsockname())


async def test_unix_datagrams_have_a_path_or_none(aio, tmp_path):
    loop = aio.get_running_loop()
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ours,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as theirs,
    ):
        ours.setblocking(False)
        theirs.setblocking(False)
        ours.bind(str(tmp_path / "ours"))
        await loop.sock_sendto(theirs, b"one", str(tmp_path / "ours"))
        assert await loop.sock_recvfrom(ours, 100) == (b"one", None)
        theirs.bind(str(tmp_path / "theirs"))
        await loop.sock_sendto(theirs, b"two", os.fsencode(tmp_path / "ours"))
        assert await loop.sock_recvfrom(ours, 100) == (b"two", str(tmp_path / "theirs"))


@pytest.mark.skipif(not hasattr(socket, "SO_DOMAIN"), reason="Linux's names without files")
async def test_abstract_unix_addresses_are_bytes(aio):
    loop = aio.get_running_loop()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        sock.bind("")
        await loop.sock_sendto(sock, b"data", sock.getsockname())
        assert await loop.sock_recvfrom(sock, 100) == (b"data", sock.getsockname())


@pytest.mark.parametrize(
    ("address", "error"),
    [
        (None, TypeError),
        ("127.0.0.1", TypeError),
        (("127.0.0.1",), TypeError),
        (("127.0.0.1", "80"), TypeError),
        (("127.0.0.1", 80, 0), TypeError),
        (("127.0.0.1", 65536), OverflowError),
        (("127.0.0.1", -1), OverflowError),
        ((5, 80), TypeError),
        (("127.0.0.1\0", 80), (ValueError, TypeError)),
        (["127.0.0.1", 80], TypeError),
    ],
)
async def test_bad_addresses_are_refused_as_by_the_socket_itself(aio, datagrams, address, error):
    with pytest.raises(error) as ours:
        await aio.get_running_loop().sock_sendto(datagrams[0], b"data", address)
    with pytest.raises(error) as theirs:
        datagrams[0].sendto(b"data", address)
    assert str(ours.value) == str(theirs.value)


async def test_a_datagram_that_is_too_long_is_refused(aio, datagrams):
    with pytest.raises(OSError, match="long"):
        await aio.get_running_loop().sock_sendto(datagrams[0], bytes(70000), datagrams[1].getsockname())


# Accepting.


async def test_a_connection_is_accepted_and_does_not_block(aio, listener):
    loop = aio.get_running_loop()
    with socket.create_connection(listener.getsockname()) as client:
        connection, address = await loop.sock_accept(listener)
        with connection:
            assert address == client.getsockname()
            assert connection.gettimeout() == 0
            assert not connection.get_inheritable()
            assert (connection.family, connection.type) == (listener.family, listener.type)


async def test_a_connection_is_waited_for(aio, listener):
    loop = aio.get_running_loop()
    async with background(aio, loop.sock_accept(listener)) as task:
        with socket.create_connection(listener.getsockname()):
            connection, _ = await task
            connection.close()


async def test_a_cancelled_accept_loses_no_connection(aio, listener):
    loop = aio.get_running_loop()
    task = aio.ensure_future(loop.sock_accept(listener))
    await aio.sleep(0)
    with socket.create_connection(listener.getsockname()) as client:
        task.cancel()
        with pytest.raises(aio.CancelledError):
            await task
        connection, address = await loop.sock_accept(listener)
        connection.close()
        assert address == client.getsockname()


@pytest.mark.plait_only("told by type")
@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("sock_accept", ()),
        ("sock_recv", (1,)),
        ("sock_recv_into", (bytearray(1),)),
        ("sock_sendall", (b"data",)),
        ("sock_sendto", (b"data", ("127.0.0.1", 1))),
        ("sock_connect", (("127.0.0.1", 1),)),
    ],
)
async def test_what_is_no_socket_is_a_type_error(aio, name, args):
    with pytest.raises(TypeError, match="a socket is expected, not 5"):
        await getattr(aio.get_running_loop(), name)(5, *args)


# Cancelling.


@pytest.mark.parametrize("how", RECEIVING)
async def test_a_cancelled_receive_loses_no_data(aio, pair, how):
    loop = aio.get_running_loop()
    task = aio.ensure_future(receive(loop, pair[0], 100, how))
    await aio.sleep(0)
    pair[1].send(b"data")
    task.cancel()
    with pytest.raises(aio.CancelledError):
        await task
    assert await receive(loop, pair[0], 100, how) == b"data"


async def test_a_receive_that_is_cancelled_when_its_data_has_come_loses_none(aio, pair):
    loop = aio.get_running_loop()
    task = aio.ensure_future(loop.sock_recv(pair[0], 100))
    await aio.sleep(0)
    pair[1].send(b"data")
    lost = b""
    for _ in range(5):
        await aio.sleep(0)
        task.cancel()
    try:
        lost = await task
    except aio.CancelledError:
        lost = await loop.sock_recv(pair[0], 100)
    assert lost == b"data"


async def test_a_cancelled_send_has_sent_a_beginning(aio, pair):
    loop = aio.get_running_loop()
    data = os.urandom(LARGE)
    task = aio.ensure_future(loop.sock_sendall(pair[0], data))
    await aio.sleep(0)
    task.cancel()
    with pytest.raises(aio.CancelledError):
        await task
    pair[0].close()
    received = bytearray()
    while part := await loop.sock_recv(pair[1], 1 << 20):
        received += part
    assert 0 < len(received) < LARGE
    assert data.startswith(received)


async def test_a_socket_is_used_again_after_each_cancellation(aio, pair):
    loop = aio.get_running_loop()
    for _ in range(5):
        with pytest.raises(TimeoutError):
            await aio.wait_for(loop.sock_recv(pair[0], 100), 0.001)
    await loop.sock_sendall(pair[1], b"data")
    assert await loop.sock_recv(pair[0], 100) == b"data"


# Resets and closed sockets.


async def test_a_reset_is_raised(aio, listener):
    loop = aio.get_running_loop()
    with socket.create_connection(listener.getsockname()) as client:
        connection, _ = await loop.sock_accept(listener)
        with connection:
            async with background(aio, ended(loop.sock_recv(connection, 100))) as task:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                client.close()
            assert isinstance(task.result(), ConnectionResetError)


async def ended(awaitable):
    try:
        return await awaitable
    except Exception as error:
        return error


async def test_sending_to_who_has_gone_is_a_broken_pipe(aio, pair):
    pair[1].close()
    with pytest.raises(BrokenPipeError):
        await aio.get_running_loop().sock_sendall(pair[0], b"data")


async def test_who_waits_to_send_hears_of_the_end(aio, pair):
    loop = aio.get_running_loop()
    async with background(aio, ended(loop.sock_sendall(pair[0], bytes(LARGE)))) as task:
        pair[1].close()
    assert isinstance(task.result(), (BrokenPipeError, ConnectionResetError))


@pytest.mark.parametrize("operation", ["sock_recv", "sock_sendall", "sock_accept", "sock_recv_into"])
async def test_a_closed_socket_is_a_bad_descriptor(aio, operation):
    sock = socket.socket()
    sock.setblocking(False)
    sock.close()
    args = {"sock_recv": (10,), "sock_sendall": (b"data",), "sock_accept": (), "sock_recv_into": (bytearray(10),)}
    with pytest.raises(OSError, match=os.strerror(errno.EBADF)):
        await getattr(aio.get_running_loop(), operation)(sock, *args[operation])


@pytest.mark.plait_only("a closed socket's number")
async def test_a_number_that_is_used_again_belongs_to_the_new_socket(aio):
    loop = aio.get_running_loop()
    for _ in range(FEW):
        ours, theirs = nonblocking_pair()
        left_behind = aio.ensure_future(ended(loop.sock_recv(ours, 100)))
        await aio.sleep(0)
        number = ours.fileno()
        ours.close()
        theirs.close()
        ours, theirs = nonblocking_pair()
        assert number in (ours.fileno(), theirs.fileno())
        mine, peer = (ours, theirs) if ours.fileno() == number else (theirs, ours)
        waiting = aio.ensure_future(loop.sock_recv(mine, 100))
        await aio.sleep(0)
        peer.send(b"for the new one")
        assert await waiting == b"for the new one"
        assert (await left_behind).errno == errno.EBADF
        ours.close()
        theirs.close()


async def test_a_number_used_again_after_an_operation_is_watched_anew(aio):
    loop = aio.get_running_loop()
    for _ in range(FEW):
        ours, theirs = nonblocking_pair()
        waiting = aio.ensure_future(loop.sock_recv(ours, 100))
        await aio.sleep(0)
        await loop.sock_sendall(theirs, b"data")
        assert await waiting == b"data"
        ours.close()
        theirs.close()


async def test_a_number_used_again_may_have_a_reader(aio):
    loop = aio.get_running_loop()
    for _ in range(FEW):
        ours, theirs = nonblocking_pair()
        waiting = aio.ensure_future(loop.sock_recv(ours, 100))
        await aio.sleep(0)
        theirs.send(b"data")
        assert await waiting == b"data"
        ours.close()
        theirs.close()
        ours, theirs = nonblocking_pair()
        called = loop.create_future()
        loop.add_reader(ours, lambda ours=ours, called=called: called.done() or called.set_result(ours.recv(100)))
        theirs.send(b"again")
        assert await called == b"again"
        assert loop.remove_reader(ours)
        ours.close()
        theirs.close()


async def test_a_number_used_again_for_a_file_is_left_alone(aio, tmp_path, polls):
    loop = aio.get_running_loop()
    ours, theirs = nonblocking_pair()
    waiting = aio.ensure_future(ended(loop.sock_recv(ours, 100)))
    await aio.sleep(0)
    number = ours.fileno()
    ours.close()
    with (tmp_path / "file").open("wb") as file:
        assert file.fileno() == number
        theirs.close()
        waiting.cancel()
        with pytest.raises(aio.CancelledError):
            await waiting
        await polls()
        file.write(b"still mine")
    assert (tmp_path / "file").read_bytes() == b"still mine"


async def test_a_duplicate_that_stays_open_wakes_nobody(aio):
    loop = aio.get_running_loop()
    ours, theirs = nonblocking_pair()
    kept = ours.dup()
    waiting = aio.ensure_future(loop.sock_recv(ours, 100))
    await aio.sleep(0)
    theirs.send(b"data")
    assert await waiting == b"data"
    ours.close()
    theirs.send(b"more")
    before = os.times()
    await aio.sleep(0.05)
    after = os.times()
    assert after.user + after.system - before.user - before.system < 0.04  # it did not turn for nothing
    kept.close()
    theirs.close()


def nonblocking_pair():
    pair = socket.socketpair()
    for sock in pair:
        sock.setblocking(False)
    return pair


@pytest.mark.plait_only("a closed socket's number")
async def test_two_tasks_receive_on_one_socket(aio, pair):
    loop = aio.get_running_loop()
    tasks = [aio.ensure_future(loop.sock_recv(pair[0], 1)) for _ in range(3)]
    await aio.sleep(0)
    pair[1].send(b"abc")
    assert sorted(await aio.gather(*tasks)) == [b"a", b"b", b"c"]


@pytest.mark.plait_only("a closed socket's number")
async def test_the_other_receives_when_one_is_cancelled(aio, pair):
    loop = aio.get_running_loop()
    first, second = (aio.ensure_future(loop.sock_recv(pair[0], 1)) for _ in range(2))
    await aio.sleep(0)
    second.cancel()
    await aio.sleep(0)
    pair[1].send(b"a")
    assert await first == b"a"


@pytest.mark.plait_only("a closed socket's number")
async def test_a_reader_and_an_operation_share_a_descriptor(aio, pair, polls):
    loop = aio.get_running_loop()
    called = []
    loop.add_reader(pair[0], called.append, "called")
    waiting = aio.ensure_future(loop.sock_recv(pair[0], 100))
    await aio.sleep(0)
    pair[1].send(b"data")
    assert await waiting == b"data"
    assert called
    called.clear()
    pair[1].send(b"more")
    await polls()
    assert called
    assert loop.remove_reader(pair[0])


# What is refused.


@pytest.mark.parametrize(
    ("operation", "args"),
    [
        ("sock_recv", (10,)),
        ("sock_recv_into", (bytearray(10),)),
        ("sock_recvfrom", (10,)),
        ("sock_recvfrom_into", (bytearray(10),)),
        ("sock_sendall", (b"data",)),
        ("sock_sendto", (b"data", ("127.0.0.1", 1))),
        ("sock_accept", ()),
        ("sock_connect", (("127.0.0.1", 1),)),
    ],
)
async def test_tls_sockets_are_refused(aio, operation, args):
    with ssl.create_default_context().wrap_socket(socket.socket(), server_hostname="x") as sock:
        sock.setblocking(False)
        with pytest.raises(TypeError, match="Socket cannot be of type SSLSocket"):
            await getattr(aio.get_running_loop(), operation)(sock, *args)


@pytest.mark.parametrize(
    ("operation", "args"),
    [
        ("sock_recv", (10,)),
        ("sock_recv_into", (bytearray(10),)),
        ("sock_recvfrom", (10,)),
        ("sock_recvfrom_into", (bytearray(10),)),
        ("sock_sendall", (b"data",)),
        ("sock_sendto", (b"data", ("127.0.0.1", 1))),
        ("sock_accept", ()),
        ("sock_connect", (("127.0.0.1", 1),)),
    ],
)
async def test_blocking_sockets_are_refused_in_debug_mode(aio, operation, args):
    aio.get_running_loop().set_debug(True)
    with socket.socket() as sock, pytest.raises(ValueError, match="the socket must be non-blocking"):
        await getattr(aio.get_running_loop(), operation)(sock, *args)


@pytest.mark.plait_only("blocking sockets")
async def test_a_blocking_socket_does_not_block_the_loop(aio, pair, listener):
    loop = aio.get_running_loop()
    pair[0].setblocking(True)
    listener.setblocking(True)
    async with background(aio, loop.sock_recv(pair[0], 100)) as task:
        pair[1].send(b"data")
    assert task.result() == b"data"
    async with background(aio, loop.sock_accept(listener)) as task:
        with socket.create_connection(listener.getsockname()):
            connection, _ = await task
            connection.close()


@pytest.mark.parametrize("data", ["text", None, 5, [b"data"]])
async def test_only_bytes_are_sent(aio, pair, data):
    with pytest.raises(TypeError):
        await aio.get_running_loop().sock_sendall(pair[0], data)


async def test_memory_with_gaps_is_not_sent(aio, pair):
    with pytest.raises(BufferError):
        await aio.get_running_loop().sock_sendall(pair[0], memoryview(b"abcdef")[::2])


@pytest.mark.parametrize("size", ["10", None, 1.5])
async def test_a_size_is_a_whole_number(aio, pair, size):
    loop = aio.get_running_loop()
    for operation in loop.sock_recv, loop.sock_recvfrom:
        with pytest.raises(TypeError):
            await operation(pair[0], size)


async def test_a_size_is_not_negative(aio, pair):
    loop = aio.get_running_loop()
    for operation in loop.sock_recv, loop.sock_recvfrom:
        with pytest.raises(ValueError, match="negative"):
            await operation(pair[0], -1)


async def test_read_only_memory_receives_nothing(aio, pair):
    loop = aio.get_running_loop()
    for operation in loop.sock_recv_into, loop.sock_recvfrom_into:
        with pytest.raises(TypeError):
            await operation(pair[0], b"read only")


async def test_operations_work_on_a_subclass_by_its_methods(aio):
    class Counting(socket.socket):
        calls = 0

        def recv(self, *args):
            self.calls += 1
            return super().recv(*args)

    one, other = nonblocking_pair()
    with Counting(fileno=one.detach()) as ours, other:
        ours.setblocking(False)
        loop = aio.get_running_loop()
        async with background(aio, loop.sock_recv(ours, 100)) as task:
            await loop.sock_sendall(other, b"data")
        assert task.result() == b"data"
        assert ours.calls >= 2


@pytest.mark.filterwarnings("ignore:.*iscoroutinefunction:DeprecationWarning")
async def test_operations_are_coroutines(aio, pair):
    loop = aio.get_running_loop()
    operation = loop.sock_recv(pair[0], 10)
    assert aio.iscoroutine(operation)
    assert aio.iscoroutinefunction(loop.sock_recv)
    operation.close()
    pair[1].send(b"data")
    assert await loop.create_task(loop.sock_recv(pair[0], 10)) == b"data"


async def test_an_operation_is_awaited_once(aio, pair):
    operation = aio.get_running_loop().sock_sendall(pair[0], b"data")
    await operation
    with pytest.raises(RuntimeError, match="cannot reuse already awaited"):
        await operation


async def test_an_operation_that_nobody_awaits_is_told_of(aio, pair):
    with pytest.warns(RuntimeWarning, match="sock_recv.* was never awaited"):
        aio.get_running_loop().sock_recv(pair[0], 10)
