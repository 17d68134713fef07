"""Protocols that write down what is called, and a pair of them over a real connection."""

import asyncio
import socket
import struct

WAIT_SECONDS = 10


class Recorder(asyncio.Protocol):
    """Writes down each call; `until` waits for what the calls bring about."""

    def __init__(self, *, keep_open=False, raise_in=None, error=ValueError):
        self.calls = []
        self.received = bytearray()
        self.transport = None
        self.keep_open = keep_open
        self.raise_in = raise_in
        self.error = error
        self.lost = asyncio.get_running_loop().create_future()

    def note(self, call):
        self.calls.append(call)
        if call == self.raise_in:
            raise self.error(f"in {call}")

    def connection_made(self, transport):
        self.transport = transport
        self.note("connection_made")

    def data_received(self, data):
        assert type(data) is bytes
        self.received += data
        if self.calls[-1] != "data_received":  # how many pieces there are is the system's business
            self.note("data_received")

    def eof_received(self):
        self.note("eof_received")
        return self.keep_open

    def pause_writing(self):
        self.note("pause_writing")

    def resume_writing(self):
        self.note("resume_writing")

    def connection_lost(self, error):
        self.lost.set_result(error)
        self.note("connection_lost")

    async def until(self, condition):
        await until(lambda: condition(self))

    async def until_received(self, count):
        await until(lambda: len(self.received) >= count)


class BufferedRecorder(Recorder, asyncio.BufferedProtocol):
    """Does so with a buffer of its own."""

    size = 1000

    def get_buffer(self, sizehint):
        self.buffer = bytearray(self.size)
        if self.raise_in == "get_buffer":
            self.note("get_buffer")
        return self.buffer

    def buffer_updated(self, count):
        self.received += self.buffer[:count]
        if self.calls[-1] != "buffer_updated":
            self.note("buffer_updated")


async def until(condition):
    """Let the loop run until it holds."""
    async with asyncio.timeout(WAIT_SECONDS):
        while not condition():  # noqa: ASYNC110  (anything can be waited for)
            await asyncio.sleep(0)


async def connected(kind=Recorder, **options):
    """A recorder with its transport, and a plain non-blocking socket at the other end of a TCP connection."""
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        theirs = socket.create_connection(listening.getsockname())
        ours, _ = listening.accept()
    theirs.setblocking(False)
    try:
        transport, protocol = await loop.connect_accepted_socket(lambda: kind(**options), ours)
    except BaseException:
        theirs.close()
        raise
    return transport, protocol, theirs


def reset(sock):
    """Close it so that the other end sees a reset."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def fill(transport):
    """Write until much is queued; returns how many bytes were written."""
    count = 0
    while transport.get_write_buffer_size() < 1 << 20:
        transport.write(bytes(1 << 20))
        count += 1 << 20
    return count


def read_some(sock):
    """What has come to a non-blocking socket; None if nothing."""
    try:
        return sock.recv(1 << 20)
    except BlockingIOError:
        return None


async def read_all(sock):
    """All that comes until the end."""
    parts = []
    async with asyncio.timeout(WAIT_SECONDS):
        while (part := read_some(sock)) != b"":
            if part is None:
                await asyncio.sleep(0)
            else:
                parts.append(part)
    return b"".join(parts)


async def read_count(sock, count):
    """So many bytes."""
    got = bytearray()
    async with asyncio.timeout(WAIT_SECONDS):
        while len(got) < count:
            part = read_some(sock)
            if part is None:
                await asyncio.sleep(0)
            else:
                assert part, f"the end after {len(got)} of {count} bytes"
                got += part
    return bytes(got)
