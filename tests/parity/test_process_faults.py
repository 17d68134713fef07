"""Children when something goes wrong: no descriptors, no pidfd, protocols that raise."""

import asyncio
import contextlib
import gc
import os
import pathlib
import resource
import signal
import threading
import types

import pytest

SLEEP = ("sleep", "3600")

# More descriptors than a creation with three pipes needs at once.
ENOUGH = 16


class Silent(asyncio.SubprocessProtocol):
    """Knows only when all is over."""

    def __init__(self, loop):
        self.over = loop.create_future()
        self.data = {1: b"", 2: b""}
        self.calls = []

    def connection_made(self, transport):
        self.calls.append("connection_made")

    def pipe_data_received(self, fd, data):
        self.calls.append("pipe_data_received")
        self.data[fd] += data

    def pipe_connection_lost(self, fd, exc):
        self.calls.append("pipe_connection_lost")

    def process_exited(self):
        self.calls.append("process_exited")

    def connection_lost(self, exc):
        self.calls.append("connection_lost")
        self.over.set_result(exc)


def open_count():
    return len(os.listdir("/proc/self/fd"))


def list_children():
    """Of this process, zombies too."""
    found = set()
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has just ended
            parent = path.read_text().rpartition(")")[2].split()[1]
            if int(parent) == os.getpid():
                found.add(path)
    return found


def take_descriptors(left):
    """Open descriptors until only `left` more can be had under the limit."""
    taken = [os.open(os.devnull, os.O_RDONLY)]
    while taken[-1] - taken[0] < ENOUGH * 4:
        taken.append(os.dup(taken[0]))
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(taken) + 1 + left, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    return taken


@pytest.fixture
def limits():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.plait_only("one owner")
@pytest.mark.usefixtures("limits")
async def test_running_out_of_descriptors_at_any_moment(aio):
    """The child runs, or the creation fails; either way nothing stays open."""
    pipe = aio.subprocess.PIPE
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    ways = set()
    for left in range(ENOUGH):
        count = open_count()
        taken = take_descriptors(left)
        try:
            process = await aio.create_subprocess_exec("/bin/cat", stdin=pipe, stdout=pipe, stderr=pipe)
        except OSError:
            ways.add("failed")
        else:
            ways.add("ran")
            assert await process.communicate(b"fine") == (b"fine", b"")
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
            for fd in taken:
                os.close(fd)
        await aio.sleep(0)
        assert open_count() == count, left
    assert ways == {"failed", "ran"}


@pytest.mark.plait_only("one owner")
@pytest.mark.usefixtures("limits")
def test_a_loop_without_descriptors_is_refused_and_leaves_nothing(aio):
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    ways = []
    for left in range(4):
        count = open_count()
        taken = take_descriptors(left)
        try:
            aio.new_event_loop().close()
        except OSError:
            ways.append("failed")
        else:
            ways.append("made")
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
            for fd in taken:
                os.close(fd)
        gc.collect()
        assert open_count() == count, left
    assert ways == ["failed", "failed", "made", "made"]


@pytest.fixture
def no_pidfd(monkeypatch):
    def refuse(pid, flags=0):
        raise PermissionError("pidfd_open() is forbidden")

    monkeypatch.setattr(os, "pidfd_open", refuse, raising=False)


@pytest.mark.plait_only("no child watchers")
@pytest.mark.usefixtures("no_pidfd")
@pytest.mark.parametrize("has_waitid", [True, False])
async def test_without_pidfds_threads_wait(aio, monkeypatch, has_waitid):
    if not has_waitid:
        monkeypatch.delattr(os, "waitid")
    processes = [await aio.create_subprocess_shell(f"exit {code}") for code in range(10)]
    assert await aio.gather(*(process.wait() for process in processes)) == list(range(10))
    process = await aio.create_subprocess_exec(*SLEEP)
    process.terminate()
    assert await process.wait() == -signal.SIGTERM


@pytest.mark.plait_only("no child watchers")
@pytest.mark.usefixtures("no_pidfd")
@pytest.mark.parametrize("moment", ["before", "after"])
def test_without_pidfds_a_loop_may_close_before_its_child_ends(aio, moment):
    loop = aio.new_event_loop()
    process = loop.run_until_complete(aio.create_subprocess_exec(*SLEEP))
    if moment == "before":
        os.kill(process.pid, signal.SIGKILL)
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    loop.close()
    process._transport.close()  # kills it
    for thread in threading.enumerate():
        if thread.name.startswith("plait_child"):
            thread.join()
    with pytest.raises(ChildProcessError):
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)


@pytest.mark.plait_only("no child watchers")
@pytest.mark.usefixtures("no_pidfd")
async def test_no_thread_to_wait(aio, monkeypatch):
    """Nobody would hear of the child: it is ended, and the caller told."""

    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("threading.Thread.start", refuse)
    count = open_count()
    with pytest.raises(RuntimeError, match="thread"):
        await aio.create_subprocess_exec(*SLEEP, stdin=aio.subprocess.PIPE)
    assert open_count() == count


async def test_a_protocol_hears_of_everything(aio):
    loop = aio.get_running_loop()
    transport, protocol = await loop.subprocess_exec(lambda: Silent(loop), "sh", "-c", "echo out; echo err >&2")
    assert isinstance(transport, asyncio.SubprocessTransport)
    assert transport.get_protocol() is protocol
    assert transport.get_extra_info("subprocess").pid == transport.get_pid()
    assert [transport.get_pipe_transport(fd) is None for fd in range(4)] == [False, False, False, True]
    assert await protocol.over is None
    assert protocol.data == {1: b"out\n", 2: b"err\n"}
    assert protocol.calls[0] == "connection_made"
    assert protocol.calls[-1] == "connection_lost"
    assert protocol.calls.count("pipe_connection_lost") == 3
    assert protocol.calls.count("process_exited") == 1
    assert transport.get_returncode() == 0
    transport.close()


@pytest.mark.parametrize(
    "name", ["connection_made", "pipe_data_received", "pipe_connection_lost", "process_exited", "connection_lost"]
)
async def test_what_a_protocol_raises_is_reported(aio, reports, turns, name):
    class Failing(Silent):
        pass

    def fail(self, *arguments):
        getattr(Silent, name)(self, *arguments)
        raise ZeroDivisionError(name)

    setattr(Failing, name, fail)
    loop = aio.get_running_loop()
    transport, protocol = await loop.subprocess_exec(lambda: Failing(loop), "echo", "out")
    await protocol.over
    await turns()
    assert set(reports.exceptions) == {repr(ZeroDivisionError(name))}
    assert protocol.data[1] == b"out\n"
    assert transport.get_returncode() == 0
    transport.close()


async def test_closing_a_transport_kills_the_child(aio):
    loop = aio.get_running_loop()
    transport, protocol = await loop.subprocess_exec(lambda: Silent(loop), *SLEEP)
    assert not transport.is_closing()
    transport.close()
    transport.close()
    assert transport.is_closing()
    await protocol.over
    assert transport.get_returncode() == -signal.SIGKILL


async def test_a_failing_factory_starts_nothing(aio):
    loop = aio.get_running_loop()
    count = open_count()
    with pytest.raises(ZeroDivisionError):
        await loop.subprocess_exec(lambda: 1 / 0, *SLEEP)
    assert open_count() == count


@pytest.mark.plait_only("no protocol")
@pytest.mark.parametrize("made", [None, 5])
@pytest.mark.parametrize("stream", [None, asyncio.subprocess.PIPE])
async def test_a_factory_that_gives_no_protocol_starts_nothing(aio, made, stream):
    children, before = list_children(), open_count()
    streams = {"stdin": stream, "stdout": stream, "stderr": stream}
    with pytest.raises(AttributeError, match="connection_made"):
        await aio.get_running_loop().subprocess_exec(lambda: made, "true", **streams)
    assert open_count() == before
    assert list_children() <= children


@pytest.mark.plait_only("no protocol")
@pytest.mark.parametrize(("limit", "error"), [(0, ValueError), (-1, ValueError), ("x", TypeError), (None, TypeError)])
async def test_a_wrong_limit_starts_nothing(aio, limit, error):
    children, before = list_children(), open_count()
    for create in aio.create_subprocess_exec, aio.create_subprocess_shell:
        with pytest.raises(error):
            await create("true", stdout=asyncio.subprocess.PIPE, limit=limit)
    assert open_count() == before
    assert list_children() <= children


@pytest.mark.plait_only("no protocol")
@pytest.mark.parametrize("missing", ["process_exited", "pipe_connection_lost"])
async def test_who_waits_for_a_child_goes_on_though_its_protocol_lacks_a_method(aio, reports, missing):
    loop = aio.get_running_loop()
    transport, protocol = await loop.subprocess_exec(lambda: Silent(loop), "cat", stdout=None, stderr=None)
    names = ("pipe_data_received", "pipe_connection_lost", "process_exited", "connection_lost")
    methods = {name: getattr(protocol, name) for name in names if name != missing}
    transport.set_protocol(types.SimpleNamespace(**methods))
    transport.get_pipe_transport(0).close()
    assert await transport._wait() == 0
    await protocol.over
    assert reports.exceptions == [f"AttributeError(\"'types.SimpleNamespace' object has no attribute '{missing}'\")"]
    transport.close()


async def test_a_child_that_ends_at_once(aio):
    """What happens before connection_made is told after it."""
    loop = aio.get_running_loop()
    for _ in range(20):
        transport, protocol = await loop.subprocess_exec(lambda: Silent(loop), "true", stdin=None)
        await protocol.over
        assert protocol.calls[0] == "connection_made"
        transport.close()
