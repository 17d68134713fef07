"""`bridge.process`: every way in which a call in another process can end."""

import asyncio
import contextlib
import gc
import math
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from plait import bridge
from plait.base import limits
from plait.bridge.workers import child
from plait.bridge.workers.pool import default_pool
from plait.bridge.workers.worker import Worker

from . import process_calls

# Seconds within which a killed process is gone from the system.
GONE_SECONDS = 10


@pytest.fixture(scope="module")
def shared() -> Iterator[bridge.ProcessPool]:
    """For tests that leave the one worker as it is."""
    with bridge.ProcessPool(1) as pool:
        asyncio.run(pool.run(abs, -1))
        yield pool


@pytest.fixture
def pool(nothing_left_behind: None) -> Iterator[bridge.ProcessPool]:
    with bridge.ProcessPool(1) as pool:
        yield pool


async def wait_for_file(path: Path) -> str:
    while not (text := text_of(path)):  # noqa: ASYNC110  (another process writes it)
        await asyncio.sleep(0.002)
    return text


def text_of(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def is_gone(pid: int) -> bool:
    """Whether the process has ended; a zombie that its parent has yet to reap has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


async def assert_gone(pid: int) -> None:
    deadline = time.monotonic() + GONE_SECONDS
    while not is_gone(pid):
        assert time.monotonic() < deadline, f"process {pid} lives"
        await asyncio.sleep(0.002)


async def test_result_and_arguments_travel(aio: ModuleType, shared: bridge.ProcessPool) -> None:
    assert await shared.run(math.hypot, 3, 4) == 5
    assert await shared.run(os.getpid) != os.getpid()


async def test_workers_stay_for_the_next_call(aio: ModuleType, shared: bridge.ProcessPool) -> None:
    assert len({await shared.run(os.getpid) for _ in range(5)}) == 1


async def test_process_uses_a_pool_of_the_program(aio: ModuleType) -> None:
    try:
        assert await bridge.process(math.hypot, 3, 4) == 5
    finally:
        default_pool().close()

    return default_pool()


async def test_error_is_raised_with_its_traceback_there(aio: ModuleType, shared: bridge.ProcessPool) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        await shared.run(process_calls.divide, 1, 0)
    assert isinstance(caught.value.__cause__, bridge.RemoteTraceback)
    assert "in divide" in str(caught.value.__cause__)
    assert "dividend / divisor" in str(caught.value.__cause__)


@pytest.mark.parametrize("kind", [process_calls.TwoArguments, process_calls.Unpicklable, process_calls.UnreadableText])
async def test_error_that_cannot_travel_is_named(
    aio: ModuleType, shared: bridge.ProcessPool, kind: type[Exception]
) -> None:
    args = ("a", "b") if kind is process_calls.TwoArguments else ()
    with pytest.raises((bridge.RemoteError, kind)) as caught:
        await shared.run(process_calls.fail, kind, *args)
    assert kind.__name__ in str(caught.value.__cause__)
    assert await shared.run(abs, -1) == 1


async def test_cancellation_there_travels(aio: ModuleType, shared: bridge.ProcessPool) -> None:
    with pytest.raises(asyncio.CancelledError, match="from afar"):
        await shared.run(process_calls.fail, asyncio.CancelledError, "from afar")


async def test_unpicklable_argument_is_named(aio: ModuleType, shared: bridge.ProcessPool) -> None:
    with pytest.raises(bridge.CannotTravel, match="abs cannot be sent to a worker process"):
        await shared.run(abs, threading.Lock())


async def test_unpicklable_result_is_named(aio: ModuleType, shared: bridge.ProcessPool) -> None:
    with pytest.raises(
        bridge.CannotTravel, match=r"the result of \w*lock, of <class '_thread.lock'>, cannot be sent back"
    ):
        await shared.run(threading.Lock)
    assert await shared.run(abs, -1) == 1


async def test_result_that_cannot_be_read_is_named(aio: ModuleType, shared: bridge.ProcessPool) -> None:
    with pytest.raises(bridge.CannotTravel, match="came, but cannot be read here: its registry is elsewhere"):
        await shared.run(process_calls.Lost)


async def test_call_that_cannot_be_read_is_named(aio: ModuleType, shared: bridge.ProcessPool) -> None:
    with pytest.raises(bridge.CannotTravel, match="cannot be read in the worker process: LookupError: its registry"):
        await shared.run(abs, process_calls.Lost())
    assert await shared.run(abs, -1) == 1


async def test_coroutine_function_is_refused(aio: ModuleType, shared: bridge.ProcessPool) -> None:
    async def function() -> None: ...

    with pytest.raises(TypeError, match="give a plain function"):
        await shared.run(function)
    with pytest.raises(TypeError, match="a function and its arguments are required, got 5"):
        await shared.run(5)  # type: ignore[arg-type]


async def test_exit_code_of_a_dead_worker(aio: ModuleType, pool: bridge.ProcessPool) -> None:
    with pytest.raises(bridge.WorkerDied, match="ended with exit code 3 while it ran _exit") as caught:
        await pool.run(os._exit, 3)
    assert (caught.value.exit_code, caught.value.signal) == (3, None)
    assert await pool.run(abs, -1) == 1


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
async def test_signal_of_a_killed_worker(aio: ModuleType, pool: bridge.ProcessPool, number: signal.Signals) -> None:
    with pytest.raises(bridge.WorkerDied, match=f"was killed by {number.name} while it ran kill_itself") as caught:
        await pool.run(process_calls.kill_itself, number)
    assert (caught.value.exit_code, caught.value.signal) == (None, number)
    assert ("memory" in str(caught.value)) == (number == signal.SIGKILL)
    assert await pool.run(abs, -1) == 1


def test_worker_died_can_be_pickled() -> None:
    error = pickle.loads(pickle.dumps(bridge.WorkerDied("gone", pid=5, signal=signal.SIGKILL)))
    assert (str(error), error.pid, error.signal, error.exit_code) == ("gone", 5, signal.SIGKILL, None)


async def test_idle_worker_that_was_killed_is_replaced(aio: ModuleType, pool: bridge.ProcessPool) -> None:
    pid = await pool.run(os.getpid)
    os.kill(pid, signal.SIGKILL)
    await assert_gone(pid)
    assert await pool.run(os.getpid) != pid


async def test_interrupt_of_a_worker_that_is_just_starting_is_the_parents(aio: ModuleType) -> None:
    own = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    worker = Worker()
    try:
        assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == own
        os.kill(worker.pid, signal.SIGINT)
        kind, _, value = await worker.call(child.pickled((signal.pthread_sigmask, (signal.SIG_BLOCK, ()))))
        assert (kind, pickle.loads(value)) == (child.RESULT, own), "what a call starts inherits no more than usual"
    finally:
        worker.kill()
        worker.wait_ended()


@pytest.mark.parametrize("function", [process_calls.hold, process_calls.hold_deafly])
async def test_cancelling_kills_the_worker_and_starts_another(
    aio: ModuleType, pool: bridge.ProcessPool, tmp_path: Path, function: Callable[[str], None]
) -> None:
    call = aio.create_task(pool.run(function, str(tmp_path / "began")))
    pid = int(await wait_for_file(tmp_path / "began"))
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await assert_gone(pid)
    assert await pool.run(abs, -1) == 1


async def test_timeout_kills_the_worker(aio: ModuleType, pool: bridge.ProcessPool, tmp_path: Path) -> None:
    await pool.run(abs, -1)  # a process has started: its start does not count
    pid = await pool.run(os.getpid)
    with pytest.raises(TimeoutError, match=r"hold took longer than 0\.02 s; its process was killed"):
        await pool.run(process_calls.hold, str(tmp_path / "began"), timeout=0.02)
    await assert_gone(pid)
    assert await pool.run(abs, -1, timeout=30) == 1


async def test_timeout_error_of_the_function_is_its_own(aio: ModuleType, shared: bridge.ProcessPool) -> None:
    pid = await shared.run(os.getpid)
    with pytest.raises(TimeoutError, match="my own"):
        await shared.run(process_calls.fail, TimeoutError, "my own", timeout=30)
    assert await shared.run(os.getpid) == pid


async def test_dead_worker_is_seen_though_its_own_child_lives(aio: ModuleType, pool: bridge.ProcessPool) -> None:
    with pytest.raises(bridge.WorkerDied, match="exit code 7"):
        await pool.run(process_calls.leave_a_grandchild, timeout=4)


async def test_worker_that_closes_its_connection_is_ended(
    aio: ModuleType, pool: bridge.ProcessPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WORKER_END_SECONDS", 0.05)
    with pytest.raises(bridge.WorkerDied, match="closed its connection"):
        await pool.run(process_calls.close_every_descriptor)


async def test_memory_error_travels(aio: ModuleType, pool: bridge.ProcessPool) -> None:
    with pytest.raises(MemoryError):
        await pool.run(process_calls.eat_memory, 2**30)


async def test_calls_wait_for_a_free_worker(aio: ModuleType, shared: bridge.ProcessPool) -> None:
    results = await asyncio.gather(*(shared.run(abs, -number) for number in range(20)))
    assert results == list(range(20))


async def test_cancelled_while_waiting_for_a_worker(aio: ModuleType, pool: bridge.ProcessPool, tmp_path: Path) -> None:
    first = aio.create_task(pool.run(process_calls.hold, str(tmp_path / "began")))
    await wait_for_file(tmp_path / "began")
    waiting = [aio.create_task(pool.run(abs, -number)) for number in range(4)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    waiting[2].cancel()
    first.cancel()
    results = await asyncio.gather(first, *waiting, return_exceptions=True)
    assert [type(result) for result in results[:4:2]] == [asyncio.CancelledError, int]
    assert results[2] == 1
    assert results[4] == 3


async def test_cancelled_when_the_worker_was_just_granted(aio: ModuleType, pool: bridge.ProcessPool) -> None:
    """Neither is the worker lost, nor the place of the next."""
    for turns in range(8):
        calls = [aio.create_task(pool.run(abs, -number)) for number in range(3)]
        await calls[0]
        for _ in range(turns):
            await aio.sleep(0)
        calls[1].cancel()
        assert await calls[2] == 2
        with contextlib.suppress(asyncio.CancelledError):
            assert await calls[1] == 1
    assert await pool.run(abs, -1) == 1


async def test_threads_with_loops_of_their_own_share_a_pool(aio: ModuleType, shared: bridge.ProcessPool) -> None:
    def run_there(number: int) -> list[int]:
        async def many() -> list[int]:
            return list(await asyncio.gather(*(shared.run(abs, -number) for _ in range(5))))

        return aio.run(many())  # type: ignore[no-any-return]

    results = await asyncio.gather(*(aio.to_thread(run_there, number) for number in range(4)))
    assert results == [[number] * 5 for number in range(4)]


def test_pool_outlives_a_loop(aio: ModuleType, shared: bridge.ProcessPool) -> None:
    first = aio.run(shared.run(os.getpid))
    assert aio.run(shared.run(os.getpid)) == first


async def test_closing_a_pool_with_calls_under_way(aio: ModuleType, tmp_path: Path) -> None:
    pool = bridge.ProcessPool(1)
    calls: list[Awaitable[Any]] = [aio.create_task(pool.run(process_calls.hold, str(tmp_path / "began")))]
    pid = int(await wait_for_file(tmp_path / "began"))
    calls.append(aio.create_task(pool.run(abs, -1)))
    await aio.sleep(0)
    async with pool:
        pass
    under_way, waiting = await asyncio.gather(*calls, return_exceptions=True)
    assert isinstance(under_way, bridge.WorkerDied)
    assert str(under_way).startswith("the pool was closed: ")
    assert isinstance(waiting, RuntimeError)
    assert "closed while the call waited" in str(waiting)
    await assert_gone(pid)
    with pytest.raises(RuntimeError, match="is closed: make another one"):
        await pool.run(abs, -1)


async def test_closing_a_pool_before_the_loop_can_look(aio: ModuleType, tmp_path: Path) -> None:
    """The loop looks at the worker's socket when the process is long gone; it must find the end there."""
    pool = bridge.ProcessPool(1)
    call = aio.create_task(pool.run(process_calls.hold, str(tmp_path / "began")))
    await wait_for_file(tmp_path / "began")
    pool.close()
    with pytest.raises(bridge.WorkerDied, match="the pool was closed: "):
        await asyncio.wait_for(call, GONE_SECONDS)


def test_a_pool_has_a_worker() -> None:
    with pytest.raises(ValueError, match="1 worker at least, not 0"):
        bridge.ProcessPool(0)


async def test_import_path_that_has_changed_since(
    aio: ModuleType, shared: bridge.ProcessPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shared.run(abs, -1)
    (tmp_path / "written_later.py").write_text("def greet():\n    return 'hello'\n")
    monkeypatch.syspath_prepend(tmp_path)
    import written_later  # type: ignore[import-not-found]

    assert await shared.run(written_later.greet) == "hello"
    del sys.modules["written_later"]


async def test_large_values_travel(aio: ModuleType, shared: bridge.ProcessPool) -> None:
    large = os.urandom(3_000_000)
    assert await shared.run(bytes, large) == large


async def test_buffers_travel_out_of_band(aio: ModuleType, shared: bridge.ProcessPool) -> None:
    large = pickle.PickleBuffer(bytearray(3_000_000))
    assert await shared.run(process_calls_length, large) == 3_000_000


def process_calls_length(buffer: bytearray) -> int:
    return len(buffer)


def test_worker_ends_with_its_program(run_script: Any, aio: ModuleType, tmp_path: Path) -> None:
    """A program that is killed in the midst of a call leaves no worker behind, though the function never ends."""
    began = tmp_path / "began"
    ended = run_script(
        f"""
        import asyncio, os, signal, sys
        sys.path.insert(0, {str(Path(__file__).parents[1])!r})
        from bridge import process_calls
        from plait import bridge

        async def main():
            call = asyncio.ensure_future(bridge.process(process_calls.hold, {str(began)!r}))
            while not os.path.exists({str(began)!r}) or not os.path.getsize({str(began)!r}):
                await asyncio.sleep(0.002)
            os.kill(os.getpid(), signal.SIGKILL)

        aio.run(main())
        """
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    asyncio.run(assert_gone(int(began.read_text())))


def test_functions_of_main_travel_by_cloudpickle(run_script: Any) -> None:
    pytest.importorskip("cloudpickle")
    ended = run_script(
        """
        from plait import bridge

        class Point:
            def __init__(self, x): self.x = x

        def double(point): return Point(2 * point.x)

        async def main():
            point = await bridge.process(double, Point(4))
            print(point.x, isinstance(point, Point), await bridge.process(lambda: 5))

        aio.run(main())
        """,
        "-W",
        "error",
    )
    assert (ended.stdout, ended.stderr) == ("8 True 5\n", "")


def test_without_cloudpickle_the_error_names_the_fix(run_script: Any) -> None:
    ended = run_script(
        """
        import sys
        sys.modules["cloudpickle"] = None
        from plait import bridge

        def double(number): return 2 * number

        async def main():
            for function in (lambda number: number, double):
                try:
                    await bridge.process(function, 1)
                except bridge.CannotTravel as error:
                    print("pip install 'plait[processes]'" in str(error))

        aio.run(main())
        """
    )
    assert (ended.stdout, ended.stderr) == ("True\nTrue\n", "")


def test_message_in_pieces_of_every_size() -> None:
    frames = [b"", b"abc", bytes(range(256)) * 4, b"end"]
    message = b"".join(bytes(packet) for packet in child.packets(frames))
    for size in (1, 2, 7, 8, 9, 41, 500, len(message)):
        assembly, rest, whole = child.Assembly(), message, False
        while not whole:
            room = assembly.room()
            if room is None:
                piece, rest = rest[:size], rest[size:]
                whole = assembly.take(piece)
            else:
                count = min(size, len(room), len(rest))
                room[:count] = rest[:count]
                rest = rest[count:]
                whole = assembly.received(count)
        assert [bytes(frame) for frame in assembly.frames] == frames
        assert rest == b""
    gc.collect()
