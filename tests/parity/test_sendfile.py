"""sock_sendfile and loop.sendfile: offsets and counts, the file's position, fallback, closing, cancelling."""

import asyncio
import io
import os
import socket

import pytest

SIZE = 3 << 20  # bytes; more than the buffers of a connection take


@pytest.fixture
def content():
    return os.urandom(SIZE)


@pytest.fixture
def file(content, tmp_path):
    (tmp_path / "file").write_bytes(content)
    with (tmp_path / "file").open("rb") as file:
        yield file


@pytest.fixture
def pair():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = socket.create_connection(listener.getsockname())
        theirs, _ = listener.accept()
    ours.setblocking(False)
    theirs.setblocking(False)
    with ours, theirs:
        yield ours, theirs


async def read_all(aio, sock):
    loop, received = aio.get_running_loop(), bytearray()
    while data := await loop.sock_recv(sock, 1 << 20):
        received += data
    return bytes(received)


PARTS = [(0, None), (0, 10), (5, None), (5, 1 << 20), (SIZE - 3, 10), (SIZE, None), (SIZE + 5, 3)]


@pytest.mark.parametrize("kind", ["file", "memory"])
@pytest.mark.parametrize(("offset", "count"), PARTS)
async def test_a_part_of_a_file_is_sent_by_socket(aio, pair, file, content, kind, offset, count):
    loop = aio.get_running_loop()
    source = file if kind == "file" else io.BytesIO(content)
    expected = content[offset:] if count is None else content[offset : offset + count]
    receiving = aio.ensure_future(read_all(aio, pair[1]))
    assert await loop.sock_sendfile(pair[0], source, offset, count) == len(expected)
    pair[0].close()
    assert await receiving == expected
    if expected:
        assert source.tell() == offset + len(expected)


async def test_without_fallback_memory_cannot_be_sent(aio, pair, content):
    with pytest.raises(aio.SendfileNotAvailableError):
        await aio.get_running_loop().sock_sendfile(pair[0], io.BytesIO(content), fallback=False)


@pytest.mark.parametrize(
    ("args", "error", "text"),
    [
        (("0",), TypeError, "offset must be a non-negative integer"),
        ((-1,), ValueError, "offset must be a non-negative integer"),
        ((0, "1"), TypeError, "count must be a positive integer"),
        ((0, 0), ValueError, "count must be a positive integer"),
        ((0, -1), ValueError, "count must be a positive integer"),
    ],
)
async def test_wrong_parts_are_refused(aio, pair, file, args, error, text):
    with pytest.raises(error, match=text):
        await aio.get_running_loop().sock_sendfile(pair[0], file, *args)


async def test_text_files_and_datagram_sockets_are_refused(aio, pair, file):
    loop = aio.get_running_loop()
    with open(file.name) as text, pytest.raises(ValueError, match="file should be opened in binary mode"):  # noqa: ASYNC230
        await loop.sock_sendfile(pair[0], text)
    with socket.socket(type=socket.SOCK_DGRAM) as sock, pytest.raises(ValueError, match="only SOCK_STREAM"):
        await loop.sock_sendfile(sock, file)


@pytest.mark.plait_only("sendfile that is cut")
@pytest.mark.parametrize("kind", ["file", "memory"])
async def test_a_cancelled_sendfile_has_sent_a_beginning(aio, pair, file, content, kind, polls):
    loop = aio.get_running_loop()
    source = io.BytesIO(content * 5) if kind == "memory" else file
    pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1000)
    task = aio.ensure_future(loop.sock_sendfile(pair[0], source))
    await polls()
    assert not task.done()
    task.cancel()
    with pytest.raises(aio.CancelledError):
        await task
    pair[0].close()
    received = await read_all(aio, pair[1])
    assert content.startswith(received) if kind == "file" else (content * 5).startswith(received)
    if kind == "file":
        assert source.tell() == len(received)


async def test_a_peer_that_goes_is_an_error(aio, pair, file, polls):
    loop = aio.get_running_loop()
    pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1000)
    task = aio.ensure_future(loop.sock_sendfile(pair[0], file))
    await polls()
    pair[1].close()
    with pytest.raises(ConnectionError):
        await task


# By transport.


class Writer(asyncio.Protocol):
    def __init__(self, loop):
        self.lost = loop.create_future()
        self.received = b""
        self.trace = []

    def data_received(self, data):
        self.received += data

    def pause_writing(self):
        self.trace.append("pause")

    def resume_writing(self):
        self.trace.append("resume")

    def connection_lost(self, exc):
        self.lost.set_result(exc)


async def connect(aio, sock):
    loop = aio.get_running_loop()
    protocol = Writer(loop)
    transport, _ = await loop.create_connection(lambda: protocol, sock=sock)
    return transport, protocol


@pytest.mark.parametrize("kind", ["file", "memory"])
@pytest.mark.parametrize(("offset", "count"), PARTS)
async def test_a_part_of_a_file_is_sent_by_transport(aio, pair, file, content, kind, offset, count):
    loop = aio.get_running_loop()
    source = file if kind == "file" else io.BytesIO(content)
    expected = content[offset:] if count is None else content[offset : offset + count]
    transport, protocol = await connect(aio, pair[0])
    receiving = aio.ensure_future(read_all(aio, pair[1]))
    transport.write(b"before" * 100_000)
    assert await loop.sendfile(transport, source, offset, count) == len(expected)
    assert transport.get_protocol() is protocol
    transport.write(b"after")
    transport.close()
    assert await receiving == b"before" * 100_000 + expected + b"after"
    assert await protocol.lost is None


async def test_nobody_writes_and_nothing_is_read_meanwhile(aio, pair, file, content, turns):
    loop = aio.get_running_loop()
    transport, protocol = await connect(aio, pair[0])
    pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1000)
    sending = aio.ensure_future(loop.sendfile(transport, file))
    await turns(2)
    assert not transport.is_reading()
    with pytest.raises(RuntimeError, match="sendfile is in progress"):
        transport.write(b"data")
    pair[1].send(b"later")
    receiving = aio.ensure_future(read_all(aio, pair[1]))
    await sending
    assert transport.is_reading()
    while not protocol.received:
        await aio.sleep(0)
    transport.close()
    assert await receiving == content
    await protocol.lost


@pytest.mark.plait_only("sendfile that is cut")
@pytest.mark.parametrize("kind", ["file", "memory"])
async def test_a_cancelled_transport_goes_on(aio, pair, file, content, kind, polls):
    loop = aio.get_running_loop()
    source = io.BytesIO(content * 5) if kind == "memory" else file
    pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1000)
    transport, protocol = await connect(aio, pair[0])
    task = aio.ensure_future(loop.sendfile(transport, source))
    await polls()
    task.cancel()
    with pytest.raises(aio.CancelledError):
        await task
    assert transport.get_protocol() is protocol
    assert transport.is_reading()
    receiving = aio.ensure_future(read_all(aio, pair[1]))
    transport.write(b"the end")
    transport.close()
    received = await receiving
    assert received.endswith(b"the end")
    assert (content * 5).startswith(received.removesuffix(b"the end"))
    await protocol.lost


@pytest.mark.parametrize("kind", ["file", "memory"])
async def test_an_aborted_transport_is_an_error(aio, pair, file, content, kind, polls):
    loop = aio.get_running_loop()
    source = io.BytesIO(content * 5) if kind == "memory" else file
    pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1000)
    transport, protocol = await connect(aio, pair[0])
    task = aio.ensure_future(loop.sendfile(transport, source))
    await polls()
    pair[1].close()
    with pytest.raises(ConnectionError):
        await aio.wait_for(task, 10)
    transport.abort()
    await protocol.lost


@pytest.mark.plait_only("sendfile that is cut")
@pytest.mark.parametrize("kind", ["file", "memory"])
@pytest.mark.parametrize("end", ["close", "abort"])
async def test_a_transport_closed_meanwhile_is_an_error(aio, pair, file, content, kind, end, polls):
    loop = aio.get_running_loop()
    source = io.BytesIO(content * 5) if kind == "memory" else file
    pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1000)
    transport, protocol = await connect(aio, pair[0])
    task = aio.ensure_future(loop.sendfile(transport, source))
    await polls()
    getattr(transport, end)()
    receiving = aio.ensure_future(read_all(aio, pair[1]))
    with pytest.raises(ConnectionError):
        await aio.wait_for(task, 10)
    await protocol.lost
    await receiving


async def test_a_closing_transport_is_refused(aio, pair, file):
    transport, protocol = await connect(aio, pair[0])
    transport.close()
    with pytest.raises(RuntimeError, match="Transport is closing"):
        await aio.get_running_loop().sendfile(transport, file)
    await protocol.lost


async def test_without_fallback_memory_cannot_be_sent_by_transport(aio, pair, content):
    transport, protocol = await connect(aio, pair[0])
    with pytest.raises(aio.SendfileNotAvailableError):
        await aio.get_running_loop().sendfile(transport, io.BytesIO(content), fallback=False)
    transport.close()
    await protocol.lost


@pytest.mark.plait_only("sendfile by pipe")
async def test_a_pipe_is_sent_block_by_block(aio, file, content):
    loop = aio.get_running_loop()
    reader, writer = os.pipe()
    transport, protocol = await loop.connect_write_pipe(lambda: Writer(loop), os.fdopen(writer, "wb"))
    receiving = loop.run_in_executor(None, read_pipe, reader)
    assert await loop.sendfile(transport, file) == SIZE
    transport.close()
    assert await receiving == content
    await protocol.lost


def read_pipe(fd):
    with os.fdopen(fd, "rb") as pipe:
        return pipe.read()


@pytest.mark.plait_only("asyncio reads 16 KiB at a time for a transport")
@pytest.mark.parametrize("way", ["socket", "transport"])
async def test_what_is_no_file_is_read_in_blocks_worth_a_thread(aio, pair, content, way):
    class Source(io.BytesIO):
        def readinto(self, room):
            rooms.append(len(room))
            return super().readinto(room)

    rooms, source, loop = [], Source(content), aio.get_running_loop()
    receiving = aio.ensure_future(read_all(aio, pair[1]))
    if way == "socket":
        await loop.sock_sendfile(pair[0], source)
        pair[0].close()
    else:
        transport, protocol = await connect(aio, pair[0])
        await loop.sendfile(transport, source)
        transport.close()
        await protocol.lost
    assert await receiving == content
    assert min(rooms) >= 256 * 1024


async def test_a_socket_that_is_full_is_not_tried_again_before_it_has_room(aio, pair, file, content, monkeypatch):
    tries, send = [], os.sendfile

    def try_to_send(*args):
        tries.append("in vain")
        sent = send(*args)
        tries[-1] = sent
        return sent

    monkeypatch.setattr(os, "sendfile", try_to_send)
    pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1000)
    receiving = aio.ensure_future(read_all(aio, pair[1]))
    assert await aio.get_running_loop().sock_sendfile(pair[0], file, 0, 1 << 20) == 1 << 20
    pair[0].close()
    assert await receiving == content[: 1 << 20]
    assert "in vain" not in tries
    assert sum(tries) == 1 << 20
