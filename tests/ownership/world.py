"""What a set-up function needs around it: the other side's addresses, and a way to run under a plan of faults."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Coroutine, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import certificates

from ownership.faults import Plan

# Seconds the other side may take to listen.
START_SECONDS = 20.0


class Peer:
    """The other side: where it listens, and orders to connect."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        certificates.certificate("good").private_key_and_cert_chain_pem.write_to_path(str(folder / "certificate.pem"))
        command = [sys.executable, str(Path(__file__).with_name("peer.py")), str(folder)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.places: dict[str, Any] = json.loads(self.process.stdout.readline())

    def connect(self, kind: str, where: object) -> None:
        """Have it connect to here."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{kind} {where}\n")
        self.process.stdin.flush()

    def close(self) -> None:
        with self.process:
            self.process.kill()


class World:
    """What a case may use: the module under test, its loop, the peer; `subject` puts a coroutine under the plan."""

    def __init__(self, aio: ModuleType, peer: Peer, plan: Plan, folder: Path) -> None:
        self.aio = aio
        self.peer = peer
        self.plan = plan
        self.folder = folder
        self.loop = asyncio.get_running_loop()
        self.client_tls = certificates.client_context()
        self.server_tls = certificates.server_context()
        self.protocols: list[Ended] = []

    async def subject(self, coro: Coroutine[Any, Any, Any]) -> Any:
        """Await it, with a fault; tasks that are created meanwhile are under the plan, too."""
        self.plan.is_armed = True
        try:
            return await self.plan.step(coro, is_subject=True)
        finally:
            self.plan.is_armed = False

    @contextlib.contextmanager
    def subject_tasks(self) -> Iterator[None]:
        """Put the tasks under the plan that are created inside."""
        self.plan.is_armed = True
        try:
            yield
        finally:
            self.plan.is_armed = False

    def protocol(self) -> "Ended":
        """A new protocol whose end the case may await."""
        protocol = Ended(self.loop)
        self.protocols.append(protocol)
        return protocol

    def connected_socket(self, place: str = "tcp") -> socket.socket:
        """To the peer, and ready for a loop."""
        where = self.peer.places[place]
        connection = socket.socket(socket.AF_UNIX if isinstance(where, str) else socket.AF_INET)
        connection.connect(where if isinstance(where, str) else ("127.0.0.1", where))
        connection.setblocking(False)
        return connection

    @contextlib.contextmanager
    def pipe(self, mine: str) -> Iterator[Any]:
        """A pipe's end as a file, "read" or "write"; the other end is open inside."""
        reader, writer = os.pipe()
        kept, given = (writer, os.fdopen(reader, "rb", 0)) if mine == "read" else (reader, os.fdopen(writer, "wb", 0))
        try:
            yield given
        finally:
            os.close(kept)


class Ended(asyncio.Protocol):
    """A protocol of any kind that knows when it is over."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.transport: Any = None
        self.made = loop.create_future()
        self.received = loop.create_future()
        self.lost = loop.create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        settle(self.made)

    def data_received(self, data: bytes) -> None:
        settle(self.received)

    def datagram_received(self, data: bytes, address: Any) -> None:
        settle(self.received)

    def connection_lost(self, error: Exception | None) -> None:
        settle(self.lost)

    async def close(self) -> None:
        self.transport.close()
        await self.lost


def settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
