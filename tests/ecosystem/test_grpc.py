"""grpcio's aio: its poller is a socket watched by the loop. Calls of four kinds, deadlines, cancellation."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import grpc
import grpc.aio
import pytest

from .library_servers import ServerProgram
from .servers import free_port
from .waiting import until

NAME = "plait.Jobs"
STARTED: list[str] = []
ENDED: list[str] = []


async def double(request: bytes, _context: Any) -> bytes:
    return request * 2


async def count(request: bytes, _context: Any) -> AsyncIterator[bytes]:
    for number in range(int(request)):
        yield b"%d" % number


async def join(requests: AsyncIterator[bytes], _context: Any) -> bytes:
    return b"".join([request async for request in requests])


async def echo(requests: AsyncIterator[bytes], _context: Any) -> AsyncIterator[bytes]:
    async for request in requests:
        yield request.upper()


async def wait(request: bytes, _context: Any) -> bytes:
    STARTED.append(request.decode())
    try:
        await asyncio.Event().wait()
    finally:
        ENDED.append(request.decode())
    return b""


async def refuse(_request: bytes, context: Any) -> bytes:
    await context.abort(grpc.StatusCode.PERMISSION_DENIED, "not you")
    return b""


RECONNECT_SOON = [("grpc.initial_reconnect_backoff_ms", 50), ("grpc.min_reconnect_backoff_ms", 50)]
HANDLERS = {
    "Double": grpc.unary_unary_rpc_method_handler(double),
    "Count": grpc.unary_stream_rpc_method_handler(count),
    "Join": grpc.stream_unary_rpc_method_handler(join),
    "Echo": grpc.stream_stream_rpc_method_handler(echo),
    "Wait": grpc.unary_unary_rpc_method_handler(wait),
    "Refuse": grpc.unary_unary_rpc_method_handler(refuse),
}


@contextlib.asynccontextmanager
async def serving(port: int = 0) -> AsyncIterator[int]:
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(NAME, HANDLERS),))
    port = server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    try:
        yield port
    finally:
        await server.stop(None)


@contextlib.asynccontextmanager
async def channel() -> AsyncIterator[grpc.aio.Channel]:
    async with serving() as port, grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield channel


async def test_four_kinds_of_calls() -> None:
    async with channel() as ch:
        doubles = await asyncio.gather(*(ch.unary_unary(f"/{NAME}/Double")(b"%d" % n) for n in range(100)))
        assert doubles == [b"%d%d" % (n, n) for n in range(100)]
        assert len(await ch.unary_unary(f"/{NAME}/Double")(b"x" * 1_000_000)) == 2_000_000
        assert [part async for part in ch.unary_stream(f"/{NAME}/Count")(b"100")] == [b"%d" % n for n in range(100)]
        assert await ch.stream_unary(f"/{NAME}/Join")(iter([b"a", b"b", b"c"])) == b"abc"
        call = ch.stream_stream(f"/{NAME}/Echo")()
        for word in (b"one", b"two"):
            await call.write(word)
            assert await call.read() == word.upper()
        await call.done_writing()
        assert await call.read() is grpc.aio.EOF


async def test_errors_and_deadlines() -> None:
    ENDED.clear()
    async with channel() as ch:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await ch.unary_unary(f"/{NAME}/Refuse")(b"")
        assert (refused.value.code(), refused.value.details()) == (grpc.StatusCode.PERMISSION_DENIED, "not you")
        with pytest.raises(grpc.aio.AioRpcError) as late:
            await ch.unary_unary(f"/{NAME}/Wait")(b"late", timeout=0.5)
        assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        await until(lambda: ENDED == ["late"])


async def test_a_call_cancelled_in_the_middle_ends_its_handler() -> None:
    STARTED.clear()
    ENDED.clear()
    async with channel() as ch:

        async def ask(number: int) -> None:
            await ch.unary_unary(f"/{NAME}/Wait")(b"%d" % number)

        tasks = [asyncio.create_task(ask(number)) for number in range(10)]
        await until(lambda: len(STARTED) == 10)
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(result, asyncio.CancelledError) for result in results)
        await until(lambda: len(ENDED) == 10)
        assert await ch.unary_unary(f"/{NAME}/Double")(b"a") == b"aa"


async def test_a_server_that_comes_back() -> None:
    port = free_port()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", RECONNECT_SOON) as ch:
        for _ in range(2):
            async with serving(port):
                assert await ch.unary_unary(f"/{NAME}/Double")(b"a", wait_for_ready=True, timeout=20) == b"aa"
            with pytest.raises(grpc.aio.AioRpcError):
                await ch.unary_unary(f"/{NAME}/Double")(b"a")


@pytest.mark.parametrize("server", ["grpc"], indirect=True)
async def test_a_server_killed_in_the_middle_and_started_again(server: ServerProgram) -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}", RECONNECT_SOON) as ch:
        numbers = ch.unary_stream(f"/{NAME}/Count")(b"1000000000")
        assert [await numbers.read() for _ in range(3)] == [b"0", b"1", b"2"]
        answer = ch.unary_unary(f"/{NAME}/Wait")(b"for ever")
        words = ch.stream_stream(f"/{NAME}/Echo")()
        await words.write(b"one")
        assert await words.read() == b"ONE"
        server.kill()
        late = ch.unary_unary(f"/{NAME}/Double")(b"a")
        errors = await asyncio.gather(read_all(numbers), words.read(), answer, late, return_exceptions=True)
        assert [error.code() for error in errors] == [grpc.StatusCode.UNAVAILABLE] * 4
        server.start()
        assert await ch.unary_unary(f"/{NAME}/Double")(b"a", wait_for_ready=True) == b"aa"


async def read_all(call: Any) -> None:
    while await call.read() is not grpc.aio.EOF:
        pass
