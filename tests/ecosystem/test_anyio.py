"""anyio: task groups, cancel scopes, threads that call back, TLS, UNIX sockets, processes."""

import asyncio
import os
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import anyio.abc
import anyio.from_thread
import anyio.lowlevel
import anyio.streams.tls
import anyio.to_process
import anyio.to_thread
import pytest
from anyio.streams.tls import TLSStream
from certificates import HOST, client_context, server_context

from .waiting import until
from .ways import Way


async def test_a_group_that_fails_cancels_the_rest() -> None:
    ended = []

    async def wait(number: int) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(number)

    with pytest.raises(ExceptionGroup) as caught:
        async with anyio.create_task_group() as group:
            for number in range(10):
                group.start_soon(wait, number)
            await anyio.lowlevel.checkpoint()
            raise LookupError
    assert isinstance(caught.value.exceptions[0], LookupError)
    assert sorted(ended) == [*range(10)]


async def test_scopes_within_scopes() -> None:
    told = []
    with anyio.move_on_after(0.01) as outer:
        with anyio.move_on_after(60):
            try:
                await anyio.sleep_forever()
            finally:
                with anyio.CancelScope(shield=True):
                    await anyio.sleep(0.02)
                    told.append("shielded")
        told.append("not reached")
    assert (told, outer.cancelled_caught) == (["shielded"], True)
    with pytest.raises(TimeoutError):
        with anyio.fail_after(0.01):
            await asyncio.get_running_loop().create_future()


async def test_results_that_are_there_are_not_lost_to_a_cancellation() -> None:
    """anyio looks into the task for a cancellation that has not been delivered."""
    for _ in range(50):
        future = asyncio.get_running_loop().create_future()
        got = []
        with anyio.CancelScope() as scope:
            asyncio.get_running_loop().call_soon(lambda f=future, s=scope: (f.set_result(1), s.cancel()))
            got.append(await future)
        assert got == [1]


async def test_a_stream_between_producers_and_consumers() -> None:
    send, receive = anyio.create_memory_object_stream[int](5)
    got: list[int] = []

    async def produce(stream: anyio.abc.ObjectSendStream[int], start: int) -> None:
        async with stream:
            for number in range(start, start + 100):
                await stream.send(number)

    async def consume(stream: anyio.abc.ObjectReceiveStream[int]) -> None:
        async with stream:
            got.extend([number async for number in stream])

    async with anyio.create_task_group() as group, send, receive:
        for part in range(3):
            group.start_soon(produce, send.clone(), part * 100)
            group.start_soon(consume, receive.clone())
    assert sorted(got) == [*range(300)]


async def test_threads_that_call_back() -> None:
    limiter = anyio.CapacityLimiter(3)
    loop = asyncio.get_running_loop()

    async def double(number: int) -> int:
        assert asyncio.get_running_loop() is loop
        await anyio.lowlevel.checkpoint()
        return number * 2

    def work(number: int) -> int:
        return anyio.from_thread.run(double, number) + anyio.from_thread.run_sync(int, "1")

    results = {}

    async def start(number: int) -> None:
        results[number] = await anyio.to_thread.run_sync(work, number, limiter=limiter)

    async with anyio.create_task_group() as group:
        for number in range(30):
            group.start_soon(start, number)
    assert results == {number: number * 2 + 1 for number in range(30)}


async def test_a_thread_is_cancelled_with_its_caller() -> None:
    def work() -> None:
        while True:
            anyio.from_thread.check_cancelled()

    with anyio.move_on_after(0.05) as scope:
        await anyio.to_thread.run_sync(work)
    assert scope.cancelled_caught


async def test_what_a_thread_calls_is_cancelled_with_the_threads_caller() -> None:
    ended = []

    async def wait(started: anyio.Event) -> None:
        started.set()
        try:
            await anyio.sleep_forever()
        finally:
            ended.append("call")

    def work(started: anyio.Event) -> None:
        try:
            anyio.from_thread.run(wait, started)
        finally:
            ended.append("thread")

    async with anyio.create_task_group() as group:
        started = anyio.Event()
        group.start_soon(anyio.to_thread.run_sync, work, started)
        await started.wait()
        group.cancel_scope.cancel()
    assert ended == ["call", "thread"]


def test_a_call_through_a_portal_is_cancelled_by_its_future(way: Way) -> None:
    started, ended = threading.Event(), threading.Event()

    async def wait() -> None:
        started.set()
        try:
            await anyio.sleep_forever()
        finally:
            ended.set()

    with anyio.from_thread.start_blocking_portal("asyncio", backend_options(way)) as portal:
        future = portal.start_task_soon(wait)
        assert started.wait(10)
        assert future.cancel()
        assert ended.wait(10)
        assert portal.call(int, "1") == 1


def test_a_portal_from_another_thread(way: Way) -> None:
    async def kind() -> bool:
        await anyio.lowlevel.checkpoint()
        return way.is_right(asyncio.get_running_loop())

    with anyio.from_thread.start_blocking_portal("asyncio", backend_options(way)) as portal:
        assert [portal.call(kind) for _ in range(10)] == [True] * 10
        assert portal.start_task_soon(kind).result(10)
    assert anyio.run(kind, backend="asyncio", backend_options=backend_options(way))


def backend_options(way: Way) -> dict[str, Any]:
    return {"loop_factory": way.loop_factory} if way.loop_factory else {}


async def test_tls_and_a_receive_cancelled_in_the_middle() -> None:
    async def serve(stream: TLSStream) -> None:
        async with stream:
            async for data in stream:
                await stream.send(data)

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    secure = anyio.streams.tls.TLSListener(listener.listeners[0], server_context())
    port = listener.extra(anyio.abc.SocketAttribute.local_port)
    async with secure, anyio.create_task_group() as group:
        group.start_soon(secure.serve, serve)
        async with await anyio.connect_tcp(
            "127.0.0.1", port, ssl_context=client_context(), tls_hostname=HOST
        ) as client:
            with anyio.move_on_after(0.01):
                await client.receive()
            await client.send(b"x" * 500_000)
            size = 0
            while size < 500_000:
                size += len(await client.receive())
        group.cancel_scope.cancel()


async def test_a_tls_handshake_cancelled_in_the_middle() -> None:
    began, ended = anyio.Event(), anyio.Event()

    async def never_answer(stream: anyio.abc.SocketStream) -> None:
        async with stream:
            async for _ in stream:
                began.set()
        ended.set()

    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, never_answer)
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        async with anyio.create_task_group() as client:
            client.start_soon(lambda: anyio.connect_tcp("127.0.0.1", port, ssl_context=client_context()))
            await began.wait()
            client.cancel_scope.cancel()
        await ended.wait()  # the connection is closed
        group.cancel_scope.cancel()


async def test_a_tls_client_cancelled_while_it_sends() -> None:
    began, gone, ended = anyio.Event(), anyio.Event(), anyio.Event()

    async def serve(stream: TLSStream) -> None:
        data = await stream.receive(1)
        if data == b"x":  # does not read the rest, so that the client waits
            began.set()
            await gone.wait()
            with pytest.raises((anyio.EndOfStream, anyio.BrokenResourceError)):
                while True:
                    await stream.receive()
            ended.set()
        else:
            await stream.send(data)
        await anyio.aclose_forcefully(stream)

    async def send() -> None:
        async with await connect() as client:
            await client.send(b"x" * 20_000_000)

    async def connect() -> TLSStream:
        return await anyio.connect_tcp("127.0.0.1", port, ssl_context=client_context(), tls_hostname=HOST)

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    secure = anyio.streams.tls.TLSListener(listener.listeners[0], server_context())
    port = listener.extra(anyio.abc.SocketAttribute.local_port)
    async with secure, anyio.create_task_group() as group:
        group.start_soon(secure.serve, serve)
        async with anyio.create_task_group() as sending:
            sending.start_soon(send)
            await began.wait()
            sending.cancel_scope.cancel()
        gone.set()
        await ended.wait()
        other = await connect()
        await other.send(b"y")
        assert await other.receive() == b"y"
        await anyio.aclose_forcefully(other)
        group.cancel_scope.cancel()


async def test_a_unix_socket(tmp_path: Path) -> None:
    async def serve(stream: anyio.abc.SocketStream) -> None:
        async with stream:
            await stream.send((await stream.receive()).upper())

    listener = await anyio.create_unix_listener(tmp_path / "socket")
    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, serve)
        for _ in range(10):
            async with await anyio.connect_unix(tmp_path / "socket") as client:
                await client.send(b"hello")
                assert await client.receive() == b"HELLO"
        group.cancel_scope.cancel()


@pytest.mark.parametrize(
    "run",
    [
        lambda program: anyio.run_process([sys.executable, "-c", program]),
        lambda program: anyio.to_process.run_sync(exec, program, cancellable=True),
    ],
    ids=["run_process", "to_process"],
)
@pytest.mark.leaves_tasks("its pool of processes ends with the loop")
async def test_a_process_ends_with_the_one_who_waits_for_it(
    run: Callable[[str], Awaitable[object]], tmp_path: Path
) -> None:
    file = tmp_path / "pid"
    file.touch()
    program = f"import os, pathlib, time; pathlib.Path({str(file)!r}).write_text(str(os.getpid())); time.sleep(60)"
    async with anyio.create_task_group() as group:
        group.start_soon(run, program)
        await until(file.read_text)
        group.cancel_scope.cancel()
    with pytest.raises(ProcessLookupError):
        os.kill(int(file.read_text()), 0)
    assert await anyio.to_process.run_sync(pow, 2, 10) == 1024


@pytest.mark.leaves_tasks("its pool of processes ends with the loop")
async def test_processes() -> None:
    result = await anyio.run_process([sys.executable, "-c", "print(input() * 2)"], input=b"ab")
    assert result.stdout == b"abab\n"
    async with await anyio.open_process([sys.executable, "-uc", "print('up'); input()"]) as process:
        assert process.stdout is not None
        assert (await process.stdout.receive()).startswith(b"up")
        with anyio.move_on_after(0.05) as scope:
            await process.wait()
        assert scope.cancelled_caught
        process.kill()
        assert await process.wait() == -9
    assert await anyio.to_process.run_sync(pow, 2, 10) == 1024
