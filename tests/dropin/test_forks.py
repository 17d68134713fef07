"""`os.fork` under a loop that runs, and under one that does not: parent and child do not touch each other's loop."""

import os
from collections.abc import Callable

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")

OutputOf = Callable[..., str]

# Python 3.12 and newer warn of each fork while there are other threads; here there are none.
FORK = """
import asyncio, os, plait, signal, socket, sys, threading, traceback

PARENT = os.getpid()
RUNS = {
    "plait": plait.run,
    "install": lambda coro: asyncio.run(coro),
}


def say(*words):
    line = " ".join(["parent:" if os.getpid() == PARENT else "child:", *map(str, words)])
    os.write(1, f"{line}\\n".encode())  # at once, so that lines of two processes do not mix


def factory(coro):
    with asyncio.Runner(loop_factory=plait.new_event_loop) as runner:
        return runner.run(coro)


RUNS["factory"] = factory
run = RUNS[WAY]
if WAY == "install":
    plait.install()


async def wait_for_child(pid):
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        await asyncio.sleep(0.001)


async def work():
    result = await asyncio.gather(asyncio.sleep(0.001, 1), asyncio.create_task(asyncio.sleep(0, 2)))
    return [*result, len(asyncio.all_tasks()), asyncio.current_task().get_coro().__name__]
"""


def program(text: str, way: str = "plait") -> str:
    return f"WAY = {way!r}\n{FORK}\n{text}"


LIVE = """
async def background():
    try:
        await asyncio.sleep(3600)
    finally:
        say("background ends")


async def main():
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(background())
    mine, peers = socket.socketpair()
    received = loop.create_future()
    loop.add_reader(mine, lambda: received.set_result(mine.recv(10)))
    got_signal = asyncio.Event()
    loop.add_signal_handler(signal.SIGUSR1, got_signal.set)
    await asyncio.to_thread(int)
    await asyncio.sleep(0)
    pid = os.fork()
    if pid == 0:
        say(run(work()))
        mine.close()
        peers.close()
        END
    say("child ended with", await wait_for_child(pid))
    peers.send(b"after")
    say(await received, loop.remove_reader(mine))
    os.kill(PARENT, signal.SIGUSR1)
    await got_signal.wait()
    say("got its signal", await asyncio.to_thread(str, "and its thread"))
    task.cancel()
    for each in (mine, peers):
        each.close()


run(main())
say("end")
"""

PARENTS_LINES = """\
parent: child ended with 7
parent: b'after' True
parent: got its signal and its thread
parent: background ends
parent: end
"""


@pytest.mark.parametrize("way", ["plait", "install", "factory"])
@pytest.mark.parametrize("end", ["os._exit(7)", "sys.exit(7)"])
def test_child_of_a_live_loop_runs_a_loop_of_its_own(output_of: OutputOf, way: str, end: str) -> None:
    output = output_of(program(LIVE.replace("END", end), way), "-W", "ignore:This process:DeprecationWarning")
    child, _, parent = output.partition("\n")
    assert child == "child: [1, 2, 1, 'work']"
    assert parent == PARENTS_LINES


USES = """
async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    handle = asyncio.create_task(asyncio.sleep(3600))
    await asyncio.sleep(0)
    pid = os.fork()
    if pid:
        handle.cancel()
        say(await wait_for_child(pid))
        return
    coro = work()
    uses = [
        lambda: loop.call_soon(print),
        lambda: loop.call_later(1, print),
        lambda: loop.call_at(1, print),
        lambda: loop.call_soon_threadsafe(print),
        lambda: loop.create_task(coro),
        lambda: loop.add_reader(0, print),
        lambda: loop.run_forever(),
        lambda: loop.run_until_complete(coro),
    ]
    for use in uses:
        try:
            use()
        except RuntimeError as error:
            assert "make one in the child" in str(error), error
        else:
            say("no error")
    coro.close()
    future.set_result(1)
    handle.cancel()
    assert asyncio.all_tasks(loop) == set()
    assert not loop.is_running()
    loop.close()
    os._exit(9)


run(main())
"""


def test_child_cannot_use_the_parents_loop(output_of: OutputOf) -> None:
    assert output_of(program(USES)) == "parent: 9\n"


GOES_ON = """
async def main():
    others = asyncio.create_task(asyncio.sleep(0))
    others.add_done_callback(lambda task: say("callback"))
    pid = os.fork()
    if pid == 0:
        return "the child returns into the loop"
    return await wait_for_child(pid)


try:
    say(run(main()))
except RuntimeError as error:
    say(error)
"""


@pytest.mark.parametrize("way", ["plait", "install", "factory"])
def test_child_that_returns_into_the_loop_is_told(output_of: OutputOf, way: str) -> None:
    """And nothing that was ready runs twice."""
    child, *parent = sorted(output_of(program(GOES_ON, way)).splitlines())
    assert child.startswith("child: This event loop ran when the process was forked, so it is the parent's: make one")
    assert parent == ["parent: 0", "parent: callback"]


IDLE = """
loop = plait.new_event_loop()
mine, peers = socket.socketpair()
received = loop.create_future()
loop.add_reader(mine, lambda: received.done() or received.set_result(mine.recv(10)))
loop.add_signal_handler(signal.SIGUSR1, say, "got its signal")
tick = loop.create_task(asyncio.sleep(0.001, "ticked"))
loop.run_until_complete(asyncio.to_thread(int))
pid = os.fork()
if pid == 0:
    os.kill(os.getpid(), signal.SIGUSR1)
    peers.send(b"child's")
if pid == 0:
    say(loop.run_until_complete(tick))
    say(loop.run_until_complete(received), loop.run_until_complete(asyncio.to_thread(str, "thread")))
    loop.close()
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0  # both have the socket: it is one's, then the other's
say(loop.run_until_complete(tick))
peers.send(b"parent's")
say(loop.run_until_complete(received), loop.run_until_complete(asyncio.to_thread(str, "thread")))
loop.close()
mine.close()
peers.close()
"""


def test_loop_that_did_not_run_is_one_for_each(output_of: OutputOf) -> None:
    lines = output_of(program(IDLE), "-W", "ignore:This process:DeprecationWarning").splitlines()
    parent = [line for line in lines if line.startswith("parent")]
    child = [line for line in lines if line.startswith("child")]
    assert sorted(child) == ['child: b"child\'s" thread', "child: got its signal", "child: ticked"]
    assert parent == ["parent: ticked", 'parent: b"parent\'s" thread']


INTERRUPTED = """
async def main():
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, say, "parent's handler")
    before = signal.getsignal(signal.SIGINT)
    pid = os.fork()
    if pid:
        say(await wait_for_child(pid))
        assert signal.getsignal(signal.SIGINT) is before
        return
    assert signal.set_wakeup_fd(-1) == -1

    async def interrupt():
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(3600)

    try:
        plait.run(interrupt())
    except KeyboardInterrupt:
        say("interrupted")
    os.kill(os.getpid(), signal.SIGTERM)


run(main())
"""


def test_signals_of_the_child_are_its_own(output_of: OutputOf) -> None:
    assert output_of(program(INTERRUPTED)) == "child: interrupted\nparent: -15\n"


IN_ANOTHER_THREAD = """
started, done = threading.Event(), threading.Event()


async def serve():
    started.set()
    await asyncio.to_thread(done.wait)
    say("served")


thread = threading.Thread(target=run, args=(serve(),))
thread.start()
started.wait()
pid = os.fork()
if pid == 0:
    say(run(work()))
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
done.set()
thread.join()
"""


def test_fork_beside_a_thread_with_a_loop(output_of: OutputOf) -> None:
    output = output_of(program(IN_ANOTHER_THREAD), "-W", "ignore:This process:DeprecationWarning")
    assert output == "child: [1, 2, 1, 'work']\nparent: served\n"
