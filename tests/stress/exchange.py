"""Two ends of a connection that send each other bytes which both know beforehand, pause, reset and half-close at random.

As a program, ``python exchange.py MODULE``, it is the server: it prints its port, and gives its outcomes when asked for them.
"""

import asyncio
import contextlib
import importlib
import json
import os
import random
import resource
import socket
import struct
import sys
import zlib
from dataclasses import dataclass
from types import ModuleType
from typing import Any

CLIENT, SERVER = 0, 1
NUMBER_BYTES = 4
REPORT = 2**32 - 1  # the number of the connection that asks for the outcomes

# Bytes that one end sends at most.
MOST = 20_000
# Seconds of a pause at most.
LONGEST_PAUSE = 0.05
# One connection in so many is reset by one of its ends.
RESETS = 4
# Both ends know what the other sends: a part of this, which begins where the number of the connection says.
BLOCK = random.Random("the same for both").randbytes(1 << 16) * 2
# Bytes that a reader holds before it pauses its transport, so that both ends do.
LIMIT = 2048
RESET = struct.pack("ii", 1, 0)  # SO_LINGER by which closing resets the connection


@dataclass
class Plan:
    """What one end does."""

    random: random.Random
    start: int
    size: int
    resets_after: int | None

    @classmethod
    def of(cls, number: int, end: int) -> "Plan":
        own = random.Random(number * 2 + end)
        size = own.randrange(MOST)
        resets = random.Random(-1 - number).randrange(2 * RESETS) == end
        return cls(own, own.randrange(len(BLOCK) // 2), size, own.randrange(size + 1) if resets else None)

    def data(self, first: int, last: int) -> bytes:
        return BLOCK[self.start + first : self.start + last]


async def exchange(aio: ModuleType, number: int, end: int, reader: Any, writer: Any) -> dict[str, Any]:
    """Carry out the plan; returns what came."""
    sending = aio.create_task(send(aio, Plan.of(number, end), writer))
    outcome = await receive(aio, Plan.of(number, 1 - end), random.Random(number), reader)
    outcome["sent"] = await sending
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return outcome


async def send(aio: ModuleType, plan: Plan, writer: Any) -> int:
    sent, last = 0, plan.size if plan.resets_after is None else plan.resets_after
    with contextlib.suppress(OSError):
        while sent < last:
            count = min(plan.random.randrange(1, 5000), last - sent)
            writer.write(plan.data(sent, sent + count))
            sent += count
            await writer.drain()
            if plan.random.random() < 0.3:
                await aio.sleep(plan.random.random() * LONGEST_PAUSE)
        if plan.resets_after is None:
            writer.write_eof()
        else:
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()
    return sent


async def receive(aio: ModuleType, plan: Plan, chance: random.Random, reader: Any) -> dict[str, Any]:
    """Read up to the end, whatever that is: how many bytes came, and whether they are those that the peer sends."""
    received, checksum, ended = 0, 0, "end"
    try:
        while data := await read_somehow(chance, reader):
            received += len(data)
            checksum = zlib.crc32(data, checksum)
            if chance.random() < 0.2:
                await aio.sleep(chance.random() * LONGEST_PAUSE)
    except OSError:
        ended = "reset"
    return {"received": received, "right": checksum == zlib.crc32(plan.data(0, received)), "ended": ended}


async def read_somehow(chance: random.Random, reader: Any) -> bytes:
    count = chance.randrange(1, 10_000)
    try:
        if chance.random() < 0.5:
            return await reader.read(count)
        if chance.random() < 0.5:
            return await reader.readexactly(count)
        return await reader.readuntil(b"\n")
    except asyncio.IncompleteReadError as error:
        return error.partial
    except asyncio.LimitOverrunError as error:
        return await reader.readexactly(error.consumed)


def allow_descriptors() -> int:
    """As many as this process may have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


class Server:
    def __init__(self, aio: ModuleType) -> None:
        self.aio = aio
        self.active = 0
        self.outcomes: dict[int, Any] = {}
        self.reports: list[str] = []
        self.stop = asyncio.Event()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda loop, context: self.reports.append(repr(context)))
        descriptors = len(os.listdir("/proc/self/fd"))
        server = await self.aio.start_server(self.serve, "127.0.0.1", 0, limit=LIMIT, backlog=4096)
        async with server:
            print(server.sockets[0].getsockname()[1], flush=True)
            await self.stop.wait()
        await server.wait_closed()
        for _ in range(10):
            await self.aio.sleep(0)
        left = len(os.listdir("/proc/self/fd")) - descriptors
        tasks = len(asyncio.all_tasks()) - 1
        print(json.dumps({"reports": self.reports, "descriptors": left, "tasks": tasks}), flush=True)

    async def serve(self, reader: Any, writer: Any) -> None:
        number = int.from_bytes(await reader.readexactly(NUMBER_BYTES), "big")
        if number == REPORT:
            await self.report(writer)
            return
        self.active += 1
        writer.write(b"k")
        await reader.readexactly(1)
        self.outcomes[number] = await exchange(self.aio, number, SERVER, reader, writer)
        self.active -= 1

    async def report(self, writer: Any) -> None:
        while self.active:
            await self.aio.sleep(0.01)
        writer.write(json.dumps(self.outcomes).encode())
        writer.close()
        await writer.wait_closed()
        self.stop.set()


if __name__ == "__main__":
    allow_descriptors()
    module = importlib.import_module(sys.argv[1])
    module.run(Server(module).run())
