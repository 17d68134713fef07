"""How a child process ends, and who is told."""

import gc
import logging
import os
import signal
import subprocess
import sys
import threading
import warnings

import pytest

SLEEP = ("sleep", "3600")
MANY = 200


def is_child(pid):
    """Whether this process has such a child, running or a zombie."""
    try:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


@pytest.fixture
def started(monkeypatch):
    """The ids of the children started in the test. /proc may leave out children while another one ends."""
    pids = []

    class Popen(subprocess.Popen):
        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            pids.append(self.pid)

    monkeypatch.setattr(subprocess, "Popen", Popen)
    return pids


def reap(pid):
    os.waitpid(pid, 0)


def join_waiting_threads():
    """What reaps children whose loop is closed."""
    for thread in threading.enumerate():
        if thread.name.startswith("plait_child"):
            thread.join()


async def test_wait_returns_the_exit_code(aio):
    process = await aio.create_subprocess_exec(sys.executable, "-Ic", "raise SystemExit(7)")
    assert process.returncode is None
    assert await process.wait() == 7
    assert process.returncode == 7


async def test_shell_runs_a_command_line(aio):
    process = await aio.create_subprocess_shell("exit 3")
    assert await process.wait() == 3


@pytest.mark.parametrize("name", ["SIGTERM", "SIGKILL", "SIGUSR1"])
async def test_a_signal_that_ends_it_is_a_negative_code(aio, name):
    number = getattr(signal, name)
    process = await aio.create_subprocess_exec(*SLEEP)
    process.send_signal(number)
    assert await process.wait() == -number


async def test_terminate_and_kill_send_their_signals(aio):
    terminated, killed = [await aio.create_subprocess_exec(*SLEEP) for _ in range(2)]
    terminated.terminate()
    killed.kill()
    assert await terminated.wait() == -signal.SIGTERM
    assert await killed.wait() == -signal.SIGKILL


async def test_signals_to_an_ended_child_are_refused(aio, turns):
    process = await aio.create_subprocess_exec("true")
    await process.wait()
    await turns()  # stock asyncio of 3.15 says nothing, and sends nothing, until its transport is closed as well
    for send in (process.kill, process.terminate, lambda: process.send_signal(signal.SIGUSR1)):
        with pytest.raises(ProcessLookupError):
            send()


async def test_many_tasks_wait_for_one_child(aio):
    process = await aio.create_subprocess_exec("sleep", "0.05")
    assert await aio.gather(*(process.wait() for _ in range(10))) == [0] * 10
    assert await process.wait() == 0


async def test_a_cancelled_wait_disturbs_no_other(aio, turns):
    process = await aio.create_subprocess_exec(*SLEEP)
    cancelled, waiting = aio.create_task(process.wait()), aio.create_task(process.wait())
    await turns()
    cancelled.cancel()
    with pytest.raises(aio.CancelledError):
        await cancelled
    process.kill()
    assert await waiting == -signal.SIGKILL


async def test_wait_can_time_out(aio):
    process = await aio.create_subprocess_exec(*SLEEP)
    with pytest.raises(TimeoutError):
        await aio.wait_for(process.wait(), 0.01)
    process.kill()
    assert await process.wait() == -signal.SIGKILL


async def test_many_children_at_once(aio):
    async def run(code):
        process = await aio.create_subprocess_shell(f"exit {code}")
        return await process.wait()

    assert await aio.gather(*(run(number % 100) for number in range(MANY))) == [number % 100 for number in range(MANY)]


async def test_no_child_stays_a_zombie(aio):
    processes = [await aio.create_subprocess_exec("true") for _ in range(5)]
    for process in processes:
        await process.wait()
    for process in processes:
        assert not is_child(process.pid)


@pytest.mark.stock_since(3, 12)
async def test_who_reads_the_status_first_takes_it_away(aio, caplog):
    process = await aio.create_subprocess_exec(*SLEEP)
    process.kill()
    reap(process.pid)
    with caplog.at_level(logging.WARNING, "asyncio"):
        assert await process.wait() == 255
    assert str(process.pid) in caplog.text


@pytest.mark.plait_only("every exit code")
async def test_the_popen_may_read_the_status_first(aio):
    process = await aio.create_subprocess_exec(*SLEEP)
    process.kill()
    process._transport.get_extra_info("subprocess").wait()
    assert await process.wait() == -signal.SIGKILL


async def test_a_handler_of_sigchld_hears_of_children(aio):
    heard = aio.Event()
    loop = aio.get_running_loop()
    loop.add_signal_handler(signal.SIGCHLD, heard.set)
    try:
        process = await aio.create_subprocess_exec("true")
        assert await process.wait() == 0
        await heard.wait()
    finally:
        loop.remove_signal_handler(signal.SIGCHLD)


def test_loops_in_several_threads_have_children(aio):
    codes = {}

    async def run(number):
        processes = [await aio.create_subprocess_shell(f"exit {number}") for _ in range(5)]
        codes[number] = [await process.wait() for process in processes]

    threads = [threading.Thread(target=lambda n=number: aio.run(run(n))) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == {number: [number] * 5 for number in range(4)}


async def test_a_program_that_does_not_exist(aio):
    with pytest.raises(FileNotFoundError, match="no-such-program"):
        await aio.create_subprocess_exec("/no-such-program")


async def test_a_program_that_may_not_be_run(aio, tmp_path):
    (tmp_path / "text").write_text("no program")
    with pytest.raises(PermissionError):
        await aio.create_subprocess_exec(tmp_path / "text")


@pytest.mark.parametrize(
    "option",
    [
        {"text": True},
        {"universal_newlines": True},
        {"encoding": "utf-8"},
        {"errors": "strict"},
        {"bufsize": 1024},
        {"shell": True},
    ],
    ids=str,
)
async def test_options_that_the_loop_cannot_serve_are_refused(aio, option):
    with pytest.raises(ValueError, match=next(iter(option))):
        await aio.create_subprocess_exec("true", **option)


async def test_a_shell_takes_one_string(aio):
    with pytest.raises(ValueError, match="string"):
        await aio.create_subprocess_shell(["ls", "-l"])
    with pytest.raises(ValueError, match="shell"):
        await aio.create_subprocess_shell("ls", shell=False)


async def test_options_of_popen_are_passed_on(aio, tmp_path):
    program = (
        "import os, sys; sys.exit(os.getcwd() != sys.argv[1] or os.environ['A'] != 'b' or os.getsid(0) != os.getpid())"
    )
    process = await aio.create_subprocess_exec(
        sys.executable, "-c", program, str(tmp_path), cwd=tmp_path, env={"A": "b"}, start_new_session=True
    )
    assert await process.wait() == 0


async def test_descriptors_are_passed_on_only_if_named(aio):
    program = "import os, sys; os.fstat(int(sys.argv[1]))"
    read_end, write_end = os.pipe()
    os.set_inheritable(read_end, True)
    try:
        process = await aio.create_subprocess_exec(
            sys.executable, "-Ic", program, str(read_end), stderr=aio.subprocess.DEVNULL
        )
        assert await process.wait() == 1
        process = await aio.create_subprocess_exec(sys.executable, "-Ic", program, str(read_end), pass_fds=(read_end,))
        assert await process.wait() == 0
    finally:
        os.close(read_end)
        os.close(write_end)


async def test_cancelling_the_creation_kills_the_child(aio, caplog, started):
    task = aio.create_task(aio.create_subprocess_exec(*SLEEP))
    aio.get_running_loop().call_soon(task.cancel)
    with pytest.raises(aio.CancelledError):
        await task
    assert len(started) == 1
    assert not is_child(started[0])


@pytest.mark.plait_only("no zombies")
@pytest.mark.parametrize("ends", ["before the loop", "after the loop"])
def test_a_child_outlives_the_loop_and_is_no_zombie(aio, ends):
    async def spawn():
        return await aio.create_subprocess_exec(*SLEEP)

    loop = aio.new_event_loop()
    process = loop.run_until_complete(spawn())
    if ends == "before the loop":
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    loop.close()
    if ends == "after the loop":
        os.kill(process.pid, signal.SIGKILL)
        join_waiting_threads()
    assert not is_child(process.pid)
    process._transport.close()


@pytest.mark.plait_only("no zombies")
def test_a_forgotten_child_is_killed(aio):
    async def spawn():
        process = await aio.create_subprocess_exec(*SLEEP)
        return process.pid

    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        pid = aio.run(spawn())
        gc.collect()
    assert any("unclosed transport" in str(warning.message) for warning in seen)
    join_waiting_threads()
    assert not is_child(pid)


def test_the_module_of_names(aio):
    assert {aio.subprocess.PIPE, aio.subprocess.STDOUT, aio.subprocess.DEVNULL} == {-1, -2, -3}
    assert aio.subprocess.Process.communicate
    assert aio.subprocess.create_subprocess_exec is aio.create_subprocess_exec
