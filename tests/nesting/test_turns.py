"""What is ready runs once and in order, whoever runs the loop; what is in the midst of running does not run again."""

import asyncio
import logging
import signal
import socket
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import plait
from plait.poll.choose import new_poller
from plait.poll.select_poller import SelectPoller


async def nothing(turns: int = 1) -> None:
    for _ in range(turns):
        await plait.sleep(0)


def test_the_rest_of_the_batch_runs_inside_and_in_order() -> None:
    async def main() -> list[Any]:
        story: list[Any] = []
        loop = asyncio.get_running_loop()
        done = loop.create_future()

        def nest() -> None:
            loop.call_soon(story.append, "pushed before")
            plait.run(nothing())
            story.append("nested")
            loop.call_soon(done.set_result, None)

        loop.call_soon(story.append, 1)
        loop.call_soon(nest)
        loop.call_soon(story.append, 2)
        loop.call_soon(story.append, 3)
        await done
        return story

    assert plait.run(main()) == [1, 2, 3, "pushed before", "nested"]


Program = st.recursive(
    st.just([]), lambda inner: st.lists(st.tuples(st.booleans(), st.integers(0, 3), inner), max_size=4), max_leaves=20
)


@settings(max_examples=60, deadline=None)
@given(Program)
def test_everything_starts_once_and_in_the_order_of_the_calls(program: Any) -> None:
    """A node is a callback: it may run the loop for some turns, and then calls its children soon."""
    called: list[int] = []
    started: list[int] = []
    depth = 0

    def call_soon(node: Any) -> None:
        number = len(called)
        called.append(number)
        asyncio.get_running_loop().call_soon(run, number, node)

    def run(number: int, node: Any) -> None:
        nonlocal depth
        nests, turns, children = node
        started.append(number)
        for child in children:
            call_soon(child)
        if nests:
            depth += 1
            level = depth
            plait.run(nothing(turns))
            assert depth == level
            depth -= 1

    async def main() -> None:
        for node in program:
            call_soon(node)
        while len(started) < len(called):
            await plait.sleep(0)

    plait.run(main())
    assert started == called


def test_timers_fire_inside() -> None:
    async def main() -> list[str]:
        story: list[str] = []
        loop = asyncio.get_running_loop()
        now = loop.time()
        done = loop.create_future()

        def nest() -> None:
            story.append("first")
            plait.run(plait.sleep(0.003))  # type: ignore[arg-type]
            story.append("slept")
            done.set_result(None)

        loop.call_at(now, nest)
        loop.call_at(now, story.append, "second, due at once")
        loop.call_at(now + 0.001, story.append, "third")
        await done
        return story

    assert plait.run(main()) == ["first", "second, due at once", "third", "slept"]


class CountingPoller(SelectPoller):
    """Counts how often the loop asks."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = 0

    def wait(self, timeout: float) -> int:
        self.waits += 1
        return super().wait(timeout)


each_poller = pytest.mark.parametrize("make_poller", [new_poller, CountingPoller])


@each_poller
def test_a_reader_is_not_called_again_in_its_midst(make_poller: Any) -> None:
    poller = make_poller()
    loop = plait.EventLoop(poller=poller)
    near, far = socket.socketpair()
    near.setblocking(False)
    depth = 0
    received = []

    def readable() -> None:
        nonlocal depth
        depth += 1
        assert depth == 1
        loop.run_until_complete(plait.sleep(0.02))
        received.append(near.recv(1))
        depth -= 1
        if len(received) == 3:
            loop.stop()

    loop.add_reader(near, readable)
    far.send(b"abc")
    loop.run_forever()
    assert received == [b"a", b"b", b"c"]
    if isinstance(poller, CountingPoller):
        assert poller.waits < 60  # it does not ask again and again for what nobody may be told
    loop.remove_reader(near)
    loop.close()
    near.close()
    far.close()


def test_other_things_of_the_same_descriptor_go_on() -> None:
    """The writer is called, and a reader that takes the place of the one in whose midst the loop runs."""
    loop = plait.new_event_loop()
    near, far = socket.socketpair()
    near.setblocking(False)
    story = []

    def readable() -> None:
        story.append("reader")
        loop.add_writer(near, writable)
        loop.run_until_complete(loop.create_task(wait_for_writer()))
        loop.add_reader(near, new_reader)
        loop.run_until_complete(seen_again)
        loop.stop()

    def writable() -> None:
        story.append("writer")
        loop.remove_writer(near)
        written.set_result(None)

    def new_reader() -> None:
        story.append("new reader")
        loop.remove_reader(near)
        seen_again.set_result(None)

    async def wait_for_writer() -> None:
        await written
        await plait.sleep(0.002)

    written, seen_again = loop.create_future(), loop.create_future()
    loop.add_reader(near, readable)
    far.send(b"x")
    loop.run_forever()
    assert story == ["reader", "writer", "new reader"]
    near.recv(1)
    loop.add_reader(near, story.append, "again")
    far.send(b"x")
    loop.run_until_complete(plait.sleep(0.002))
    assert "again" in story
    loop.remove_reader(near)
    loop.close()
    near.close()
    far.close()


def test_a_protocol_gets_what_came_meanwhile_afterwards() -> None:
    class Protocol(asyncio.Protocol):
        def __init__(self) -> None:
            self.received: list[bytes] = []
            self.inside = False

        def data_received(self, data: bytes) -> None:
            assert not self.inside
            self.inside = True
            self.received.append(data)
            if len(self.received) == 1:
                far.send(b"second")
                plait.run(plait.sleep(0.005))  # type: ignore[arg-type]
            self.inside = False

        def connection_lost(self, error: Exception | None) -> None:
            lost.set_result(error)

    async def main() -> None:
        nonlocal lost
        loop = asyncio.get_running_loop()
        lost = loop.create_future()
        _, protocol = await loop.create_connection(Protocol, sock=near)
        far.send(b"first")
        while len(protocol.received) < 2:
            await plait.sleep(0.001)
        assert protocol.received == [b"first", b"second"]
        far.close()
        assert await lost is None

    lost: Any = None
    near, far = socket.socketpair()
    plait.run(main())


def test_streams_go_on_inside_a_task_that_serves_one() -> None:
    async def main() -> None:
        async def serve(reader: Any, writer: Any) -> None:
            while line := await reader.readline():
                answer = plait.run(answer_to(line))
                writer.write(answer)
            writer.close()

        async def answer_to(line: bytes) -> bytes:
            await plait.sleep(0.001)
            return line.upper()

        async def ask(text: bytes) -> bytes:
            reader, writer = await plait.open_connection(*address)
            writer.write(text + b"\n")
            answer = await reader.readline()
            writer.close()
            await writer.wait_closed()
            return answer

        async with await plait.start_server(serve, "127.0.0.1", 0) as server:
            address = server.sockets[0].getsockname()[:2]
            texts = [b"a", b"b", b"c", b"d"]
            assert await plait.gather(*map(ask, texts)) == [b"A\n", b"B\n", b"C\n", b"D\n"]

    plait.run(main())


def test_a_signal_handler_is_not_called_again_in_its_midst() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        story = []
        done = loop.create_future()

        def on_signal() -> None:
            story.append("in")
            if len(story) == 1:
                signal.raise_signal(signal.SIGUSR1)
                plait.run(plait.sleep(0.005))  # type: ignore[arg-type]
            story.append("out")
            if len(story) == 4:
                done.set_result(None)

        loop.add_signal_handler(signal.SIGUSR1, on_signal)
        signal.raise_signal(signal.SIGUSR1)
        await done
        loop.remove_signal_handler(signal.SIGUSR1)
        assert story == ["in", "out", "in", "out"]

    plait.run(main())


def test_between_two_callbacks_nothing_can_be_nested() -> None:
    loop = plait.new_event_loop()
    errors = []

    def on_signal(number: int, frame: Any) -> None:
        coro = nothing()
        try:
            loop.run_until_complete(coro)
        except RuntimeError as error:
            errors.append(str(error))

    before = signal.signal(signal.SIGALRM, on_signal)
    timer = signal.setitimer(signal.ITIMER_REAL, 0.01)
    try:
        loop.run_until_complete(plait.sleep(0.05))
    finally:
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, *timer)
    loop.run_until_complete(nothing(3))
    loop.close()
    assert len(errors) == 1
    assert "add_signal_handler" in errors[0]


def test_debug_mode_does_not_count_what_others_do_as_slow(caplog: pytest.LogCaptureFixture) -> None:
    async def nest(seconds: float) -> None:
        plait.run(plait.sleep(seconds))  # type: ignore[arg-type]

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.slow_callback_duration = 0.1
        await plait.gather(nest(0.12), nest(0.15))

    with caplog.at_level(logging.WARNING):
        plait.run(main(), debug=True)
    assert [record.getMessage() for record in caplog.records] == []
