"""Ten thousand connections at a time, which pause, are reset and half-closed at random: every byte is accounted for."""

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from plait.build import build_info

from .exchange import CLIENT, LIMIT, NUMBER_BYTES, REPORT, SERVER, Plan, allow_descriptors, exchange

pytestmark = pytest.mark.stress

CONNECTIONS = 10_000
# Connections of stock asyncio and of plait interpreted, which show that the measure is right.
FEWER = 2_000
# Descriptors of a process that are not connections, at most.
OTHERS = 200
# Connections that are being set up at a time: no more than wait in a backlog.
OPENING = 200
# Seconds for all of it; it takes a third.
PATIENCE = 100


@pytest.fixture
def server(aio):
    """The port of a server in a process of its own, and what that prints in the end."""
    program = Path(__file__).with_name("exchange.py")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    process = subprocess.Popen(
        [sys.executable, str(program), aio.__name__], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process, int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


class Clients:
    """All connections: first all are opened, then they begin together."""

    def __init__(self, aio, port, count):
        self.aio, self.port, self.count = aio, port, count
        self.opening = aio.Semaphore(OPENING)
        self.all_open = aio.Barrier(count)
        self.outcomes = {}

    async def run(self):
        async with self.aio.TaskGroup() as group:
            for number in range(self.count):
                group.create_task(self.one(number))
        return await self.ask_server()

    async def one(self, number):
        async with self.opening:
            reader, writer = await self.connect(number)
            assert await reader.readexactly(1) == b"k"
        await self.all_open.wait()
        writer.write(b"g")
        self.outcomes[number] = await exchange(self.aio, number, CLIENT, reader, writer)

    async def connect(self, number):
        reader, writer = await self.aio.open_connection("127.0.0.1", self.port, limit=LIMIT)
        writer.write(number.to_bytes(NUMBER_BYTES, "big"))
        return reader, writer

    async def ask_server(self):
        reader, writer = await self.connect(REPORT)
        outcomes = json.loads(await reader.read())
        writer.close()
        await writer.wait_closed()
        return {int(number): outcome for number, outcome in outcomes.items()}


def test_every_byte_of_ten_thousand_connections_is_accounted_for(aio, server):
    process, port = server
    fast = aio.__name__ == "plait" and build_info()["mode"] == "compiled"
    count = min(CONNECTIONS if fast else FEWER, allow_descriptors() - OTHERS)
    reports = []

    async def run():
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: reports.append(context))
        clients = Clients(aio, port, count)
        async with aio.timeout(PATIENCE):
            return clients.outcomes, await clients.run()

    at_clients, at_server = aio.run(run())
    last_words = json.loads(process.stdout.readline())
    assert reports == []
    assert last_words == {"reports": [], "descriptors": 0, "tasks": 0}
    assert len(at_clients) == len(at_server) == count
    kinds = Counter(judge(number, at_clients[number], at_server[number]) for number in range(count))
    assert min(kinds["whole"], kinds["reset"]) > count / 10


def judge(number, at_client, at_server):
    """Compare what came at both ends with what was sent; returns whether the connection was reset."""
    plans = [Plan.of(number, end) for end in (CLIENT, SERVER)]
    assert at_client["right"], (number, at_client)
    assert at_server["right"], (number, at_server)
    assert at_client["received"] <= at_server["sent"], number
    assert at_server["received"] <= at_client["sent"], number
    if any(plan.resets_after is not None for plan in plans):
        return "reset"
    assert (at_client["ended"], at_server["ended"]) == ("end", "end"), number
    assert at_client["received"] == plans[SERVER].size, number
    assert at_server["received"] == plans[CLIENT].size, number
    return "whole"
