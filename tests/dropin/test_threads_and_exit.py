"""Several loops in several threads, and interpreters that end while something is under way."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

import plait

RunProgram = Callable[..., "subprocess.CompletedProcess[str]"]
OutputOf = Callable[..., str]


@pytest.mark.parametrize("run", [plait.run, lambda coro: asyncio.run(coro)], ids=["plait.run", "asyncio.run"])
def test_loops_in_several_threads_at_once(installed: None, run: Callable[[Any], Any]) -> None:
    """Each meets the next in every round, so that all run at the same time."""
    loops: dict[int, asyncio.AbstractEventLoop] = {}
    queues: dict[int, asyncio.Queue[int]] = {}
    all_there, all_done = threading.Barrier(4, timeout=30), threading.Barrier(4, timeout=30)
    got: dict[int, list[int]] = {}

    async def main(number: int) -> None:
        loops[number], queues[number] = asyncio.get_running_loop(), asyncio.Queue()
        all_there.wait()
        following = (number + 1) % 4
        received = []
        for round_number in range(50):
            loops[following].call_soon_threadsafe(queues[following].put_nowait, round_number)
            received.append(await queues[number].get())
            assert asyncio.current_task() is not None
            assert len(asyncio.all_tasks()) == 1
        assert asyncio.get_running_loop() is loops[number]
        got[number] = received
        all_done.wait()

    threads = [threading.Thread(target=lambda number=number: run(main(number))) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert got == {number: list(range(50)) for number in range(4)}


END_WITH_WORK = """
import asyncio, os, plait, sys, threading
INSTALL

async def forever():
    try:
        await asyncio.sleep(3600)
    finally:
        pass

async def wait_in_thread():
    await asyncio.to_thread(threading.Event().wait, 0.01)

loop = plait.new_event_loop()
asyncio.set_event_loop(loop)
reader, writer = os.pipe()
held = [loop.create_task(forever()) for _ in range(10)]
loop.create_task(wait_in_thread())
loop.call_later(3600, print)
loop.add_reader(reader, print)
locked = asyncio.Lock()
loop.run_until_complete(locked.acquire())
waiting = loop.create_task(locked.acquire())
loop.run_until_complete(asyncio.sleep(0))
print("end")
END
"""


ENDS = [("", ""), ("sys.exit(3)", ""), ("loop.close()", ""), ("del loop", ""), ("", "plait.install()")]


@pytest.mark.parametrize(("end", "install"), ENDS)
def test_interpreter_ends_with_pending_work(run_program: RunProgram, end: str, install: str) -> None:
    ended = run_program(END_WITH_WORK.replace("INSTALL", install).replace("END", end))
    assert (ended.stdout, ended.returncode) == ("end\n", 3 if "exit" in end else 0)
    complaints = [line for line in ended.stderr.splitlines() if line[:1] not in " "]
    assert all(is_expected(line) for line in complaints), ended.stderr
    assert "Task was destroyed but it is pending!" in complaints


def is_expected(line: str) -> bool:
    """What asyncio says too: a task that will never end was forgotten."""
    return line.startswith(
        ("Task was destroyed but it is pending!", "task: <Task pending", "Source traceback", "source_traceback")
    )


LOST_WORK = """
import asyncio, plait, sys

async def forever():
    await asyncio.sleep(3600)

async def fail():
    raise ValueError("lost")

loop = plait.new_event_loop()
BEFORE
task = loop.create_task(WORK())
loop.run_until_complete(asyncio.sleep(0))
AFTER
"""

PENDING = ("Task was destroyed but it is pending!", "task: <Task pending name='Task-1'")
FAILED = ("Task exception was never retrieved", "future: <Task finished name='Task-1'")


@pytest.mark.parametrize("before", ["", "asyncio.set_event_loop(loop)"], ids=["", "current"])
@pytest.mark.parametrize("after", ["", "loop.close()", "del task"])
@pytest.mark.parametrize(("work", "lines"), [("forever", PENDING), ("fail", FAILED)])
def test_interpreter_tells_once_what_it_loses(
    run_program: RunProgram, before: str, after: str, work: str, lines: tuple[str, str]
) -> None:
    ended = run_program(LOST_WORK.replace("BEFORE", before).replace("AFTER", after).replace("WORK", work))
    assert [ended.stderr.count(line) for line in lines] == [1, 1], ended.stderr
    assert not any(word in ended.stderr for word in ("Logging error", "ignored", "Fatal"))
    assert ended.returncode == 0


def test_loss_goes_to_the_exception_handler(output_of: OutputOf) -> None:
    before = "loop.set_exception_handler(lambda loop, context: print(context['message'], context['task'].get_name()))"
    text = LOST_WORK.replace("BEFORE", before).replace("AFTER", "").replace("WORK", "forever")
    assert output_of(text) == f"{PENDING[0]} Task-1\n"


ENDED_IN_TIME = """
import asyncio, atexit, os, plait

@atexit.register
def end():
    task.cancel()
    loop.run_until_complete(asyncio.wait([task]))
    loop.close()

async def leave():
    asyncio.create_task(asyncio.sleep(3600))
    failed = asyncio.ensure_future(asyncio.wait_for(asyncio.sleep(3600), 0))
    await asyncio.wait([failed])
    assert failed.exception()

async def end_program():
    raise SystemExit

async def fork():
    asyncio.create_task(asyncio.sleep(3600))
    await asyncio.sleep(0)
    child = os.fork()
    if child:
        os.waitpid(child, 0)

loop = plait.new_event_loop()
task = loop.create_task(asyncio.sleep(3600))
loop.run_until_complete(asyncio.sleep(0))
plait.run(leave())
plait.run(fork())
exiting = loop.create_task(end_program())
loop.run_forever()
"""


def test_interpreter_ends_without_a_word_where_nothing_is_lost(run_program: RunProgram) -> None:
    ended = run_program(ENDED_IN_TIME, "-W", "ignore::DeprecationWarning")
    assert "destroyed" not in ended.stderr
    assert "never retrieved" not in ended.stderr


CALLING_IN = """
import asyncio, plait, sys, threading

async def nothing():
    await asyncio.sleep(0)

def call_in(call):
    while True:
        try:
            call()
        except RuntimeError as error:
            errors.add(str(error))
            if IS_CLOSED and not told.is_set():
                told.set()

errors, told = set(), threading.Event()
loop = plait.new_event_loop()
IS_CLOSED = False

def start(call):
    threading.Thread(target=call_in, args=(call,), daemon=True).start()

def settle():
    future = loop.create_future()
    future.add_done_callback(lambda future: None)
    future.set_result(1)

def run_coroutine():
    coro = nothing()
    try:
        asyncio.run_coroutine_threadsafe(coro, loop)
    finally:
        coro.close() if IS_CLOSED else None

start({CALL})
thread = threading.Thread(target=loop.run_forever, daemon=True)
thread.start()
threading.Event().wait(0.05)
if {CLOSE}:
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    IS_CLOSED = True
    loop.close()
    assert told.wait(10)
    print(errors)
print("end")
"""

CALLS = {
    "call_soon_threadsafe": "lambda: loop.call_soon_threadsafe(int)",
    "run_coroutine_threadsafe": "run_coroutine",
    "set_result": "settle",
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("close", [True, False], ids=["closed", "running"])
def test_daemon_threads_call_in_while_the_interpreter_ends(run_program: RunProgram, call: str, close: bool) -> None:
    text = CALLING_IN.replace("{CALL}", CALLS[call]).replace("{CLOSE}", str(close))
    ended = run_program(text, "-W", "ignore::RuntimeWarning")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.endswith("end\n")
    assert "Fatal" not in ended.stderr
    if close:
        assert "Event loop is closed" in ended.stdout


EXIT_FUNCTIONS = """
import asyncio, atexit, plait, threading
plait.install()
atexit.register(lambda: print("at exit", asyncio.run(asyncio.sleep(0.001, "ran"))))


def late():
    threading.main_thread().join()
    print("thread", asyncio.run(asyncio.sleep(0.001, "ran")), flush=True)


threading.Thread(target=late).start()
asyncio.run(asyncio.sleep(0))
"""


def test_programs_run_loops_after_their_last_line(output_of: OutputOf) -> None:
    assert output_of(EXIT_FUNCTIONS) == "thread ran\nat exit ran\n"


def test_error_in_a_daemon_loop_at_exit_is_no_crash(run_program: RunProgram) -> None:
    text = """
    import asyncio, plait, threading
    started = threading.Event()

    async def tick():
        started.set()
        while True:
            await asyncio.sleep(0)

    threading.Thread(target=plait.run, args=(tick(),), daemon=True).start()
    started.wait()
    print("end")
    """
    ended = run_program(text)
    assert (ended.stdout, ended.returncode) == ("end\n", 0)
    assert "Fatal" not in ended.stderr
    assert sys.version_info < (3, 14) or ended.stderr == ""
