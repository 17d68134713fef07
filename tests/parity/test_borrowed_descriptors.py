"""Descriptors that are closed, in use already, or left over from a loop that is closed: refused, and nobody else is touched."""

import asyncio
import errno
import gc
import os
import socket
import subprocess
import sys
import warnings

import pytest

from .recorder import Recorder, connected, fill, read_count

BACKLOG_OF_FILES = 60  # descriptors that the loop knows of, so that what lies before the first of them is somebody's


async def test_a_closed_socket_in_blocking_mode_is_refused(aio):
    loop = aio.get_running_loop()
    pairs = [socket.socketpair() for _ in range(BACKLOG_OF_FILES)]
    for ours, _ in pairs:
        loop.add_reader(ours, int)
    sock = socket.create_server(("127.0.0.1", 0))
    sock.close()
    with pytest.raises(OSError, match="Bad file descriptor") as caught:
        await asyncio.wait_for(loop.sock_accept(sock), 10)
    assert caught.value.errno == errno.EBADF
    for ours, theirs in pairs:
        assert loop.remove_reader(ours)
        ours.close()
        theirs.close()


class Keeps(asyncio.Protocol):
    def __init__(self):
        self.ended = asyncio.Event()

    def connection_made(self, transport):
        self.transport = transport  # and so it is garbage only as a cycle

    def eof_received(self):
        self.ended.set()
        return True


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_transport_that_becomes_garbage_is_forgotten_though_warnings_are_errors(aio, reports):
    loop = aio.get_running_loop()
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        for _ in range(20):
            ours, theirs = socket.socketpair()
            transport, protocol = await loop.create_connection(Keeps, sock=ours)
            theirs.close()
            await protocol.ended.wait()
            del transport, protocol, ours, theirs
            gc.collect()
            ours, theirs = socket.socketpair()  # the numbers are the same again
            transport, protocol = await loop.create_connection(Recorder, sock=ours)
            transport.abort()
            await protocol.lost
            theirs.close()
    assert not reports


@pytest.mark.filterwarnings("ignore:unclosed transport:ResourceWarning")
def test_a_transport_of_a_closed_loop_touches_no_other_loop(aio):
    async def write_to(transport):
        with pytest.raises(RuntimeError, match="Event loop is closed"):
            fill(transport)

    async def connect():
        transport, _, peer = await connected()
        return transport, peer

    with aio.Runner() as first:
        transport, peer = first.run(connect())
    with aio.Runner() as second:
        second.run(write_to(transport))
    peer.close()
    transport._sock.close()


async def test_a_second_sendfile_is_refused_and_the_first_goes_on(aio, tmp_path):
    loop = aio.get_running_loop()
    content = bytes(range(256)) * (16 << 10)
    (tmp_path / "file").write_bytes(content)
    transport, protocol, peer = await connected()
    with (tmp_path / "file").open("rb") as first, (tmp_path / "file").open("rb") as second:
        sending = asyncio.ensure_future(loop.sendfile(transport, first))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        with pytest.raises((RuntimeError, KeyError)):  # KeyError is asyncio's
            await loop.sendfile(transport, second)
        with pytest.raises(RuntimeError, match="sendfile is in progress"):
            transport.write(b"Z")
        assert await read_count(peer, len(content)) == content
        assert await sending == len(content)
    transport.close()
    await protocol.lost
    peer.close()


@pytest.mark.stock_since(3, 12)
async def test_a_datagram_socket_in_use_is_refused_and_left_to_its_owner(aio):
    loop = aio.get_running_loop()
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    received = loop.create_future()

    class Receiver(asyncio.DatagramProtocol):
        def datagram_received(self, data, addr):
            received.set_result(data)

    transport, _ = await loop.create_datagram_endpoint(Receiver, sock=sock)
    with pytest.raises(RuntimeError, match="is used by transport"):
        await loop.create_datagram_endpoint(asyncio.DatagramProtocol, sock=sock)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.sendto(b"still here", sock.getsockname())
    assert await asyncio.wait_for(received, 10) == b"still here"
    transport.close()


OTHER_USER = 65534

NO_LONGER_OURS = """
import asyncio, os, sys
import {aio} as aio

async def main():
    process = await aio.create_subprocess_exec("sleep", "30", stdout=-1)
    os.setresuid({user}, {user}, 0)
    try:
        process._transport.close()
    finally:
        os.setresuid(0, 0, 0)
    process.kill()
    await process.wait()
    print("closed")

aio.run(main())
"""


@pytest.mark.stock_since(3, 13)
@pytest.mark.skipif(
    not hasattr(os, "setresuid") or os.getuid() != 0, reason="only root can become another user and come back"
)
def test_a_child_that_is_another_users_by_now_is_left_alone(aio):
    program = NO_LONGER_OURS.format(aio=aio.__name__, user=OTHER_USER)
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "closed\n", done.stderr
