"""A descriptor that somebody else has closed: its transport or server ends, tells of it once, and hurts nobody."""

import asyncio
import os
import socket
from typing import Any

import plait

# More than the system's buffers of a socket hold.
MUCH = 3_000_000


class Recorder(asyncio.Protocol):
    def __init__(self) -> None:
        self.lost = asyncio.get_running_loop().create_future()

    def connection_lost(self, error: Exception | None) -> None:
        self.lost.set_result(error)


def run(body: Any) -> list[str]:
    """What the loop's exception handler was told while `body` ran."""
    reports: list[str] = []
    with plait.Runner() as runner:
        runner.get_loop().set_exception_handler(lambda loop, context: reports.append(context["message"]))
        runner.run(body())
    return reports


async def connected() -> tuple[Any, Recorder, socket.socket]:
    near, far = socket.socketpair()
    transport, protocol = await asyncio.get_running_loop().create_connection(Recorder, sock=near)
    return transport, protocol, far


def close_elsewhere(transport: Any) -> None:
    os.close(transport.get_extra_info("socket").fileno())


def test_a_transport_with_unsent_data_is_aborted() -> None:
    async def body() -> None:
        transport, protocol, far = await connected()
        with far:
            transport.write(bytes(MUCH))
            close_elsewhere(transport)
            transport.abort()
            assert await asyncio.wait_for(protocol.lost, 5) is None

    assert run(body) == ["The descriptor of a transport was closed by somebody else"]


def test_a_transport_with_unsent_data_stops_reading() -> None:
    async def body() -> None:
        transport, protocol, far = await connected()
        with far:
            transport.write(bytes(MUCH))
            close_elsewhere(transport)
            transport.close()
            transport.abort()
            await asyncio.wait_for(protocol.lost, 5)

    assert len(run(body)) == 1


def test_the_next_to_get_the_number_is_served() -> None:
    async def body() -> None:
        transport, protocol, far = await connected()
        with far:
            transport.write(bytes(MUCH))
            close_elsewhere(transport)
            transport.abort()
            await asyncio.wait_for(protocol.lost, 5)
        server = await asyncio.get_running_loop().create_server(Recorder, "127.0.0.1", 0)
        _, writer = await plait.open_connection(*server.sockets[0].getsockname())
        writer.close()
        await writer.wait_closed()
        server.close()

    assert len(run(body)) == 1


def test_a_server_closes_its_other_sockets() -> None:
    async def body() -> None:
        server = await asyncio.get_running_loop().create_server(Recorder, ["127.0.0.1", "127.0.0.2"], 0)
        first, second = server.sockets
        os.close(first.fileno())
        server.close()
        assert second.fileno() == -1
        await asyncio.wait_for(server.wait_closed(), 5)

    assert run(body) == ["The descriptor of a listening socket was closed by somebody else"]
