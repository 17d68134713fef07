"""Signals interrupt system calls all the time, and nobody notices (EINTR, PEP 475)."""

import asyncio
import signal
import subprocess
from collections.abc import Iterator
from types import FrameType, ModuleType

import pytest

# Seconds between two signals: several hit each wait of the loop.
INTERVAL = 0.0005

ROUNDS = 100


@pytest.fixture
def storm() -> Iterator[list[int]]:
    """Signals that a handler in Python counts."""
    count = [0]

    def note(number: int, frame: FrameType | None) -> None:
        count[0] += 1

    before = signal.signal(signal.SIGALRM, note)
    signal.setitimer(signal.ITIMER_REAL, INTERVAL, INTERVAL)
    yield count
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1 << 20):
        writer.write(data)
        await writer.drain()
    writer.close()


async def test_streams(aio: ModuleType, storm: list[int]) -> None:
    server = await aio.start_server(echo, "127.0.0.1", 0)
    reader, writer = await aio.open_connection(*server.sockets[0].getsockname())
    for round_ in range(ROUNDS):
        message = b"%d" % round_ * 20_000
        writer.write(message)
        assert await reader.readexactly(len(message)) == message
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()
    assert storm[0] > 0


async def test_sleeping(aio: ModuleType, storm: list[int]) -> None:
    loop = aio.get_running_loop()
    began = loop.time()
    await aio.sleep(0.05)
    assert loop.time() - began >= 0.049
    assert storm[0] > 0


async def test_names(aio: ModuleType, storm: list[int]) -> None:
    for _ in range(ROUNDS // 10):
        assert await aio.get_running_loop().getaddrinfo("localhost", 80)


async def test_processes(aio: ModuleType, storm: list[int]) -> None:
    for _ in range(ROUNDS // 10):
        process = await aio.create_subprocess_exec("cat", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        came, _ = await process.communicate(bytes(200_000))
        assert (len(came), process.returncode) == (200_000, 0)
