"""What goes to a child process and what comes from it."""

import os
import signal
import sys

import pytest

BIG = 1 << 20  # bytes: far more than a pipe holds
SLEEP = ("sleep", "3600")

ECHO_LINES = "import sys\nfor line in sys.stdin: print(line, end='', flush=True)"
FILL_BOTH = f"import sys; sys.stdout.write('o' * {BIG}); sys.stderr.write('e' * {BIG})"


def python(program):
    """A command that runs `program`, quickly started."""
    return sys.executable, "-ISc", program


@pytest.fixture
def pipes(aio):
    pipe = aio.subprocess.PIPE
    return {"stdin": pipe, "stdout": pipe, "stderr": pipe}


# communicate()


async def test_communicate_sends_and_receives(aio, pipes):
    process = await aio.create_subprocess_exec("cat", **pipes)
    assert await process.communicate(b"hello") == (b"hello", b"")
    assert process.returncode == 0


@pytest.mark.stock_since(3, 12)
async def test_communicate_without_input(aio, pipes):
    process = await aio.create_subprocess_exec("cat", **pipes)
    assert await process.communicate() == (b"", b"")


@pytest.mark.parametrize(
    "data",
    [b"", bytearray(b"bytes"), memoryview(b"view"), b"x" * BIG],
    ids=["nothing", "bytearray", "memoryview", "much"],
)
async def test_communicate_takes_any_bytes(aio, pipes, data):
    process = await aio.create_subprocess_exec("cat", **pipes)
    assert await process.communicate(data) == (bytes(data), b"")


async def test_streams_that_are_no_pipes_are_none(aio):
    process = await aio.create_subprocess_exec("true")
    assert (process.stdin, process.stdout, process.stderr) == (None, None, None)
    assert await process.communicate() == (None, None)
    process = await aio.create_subprocess_exec("echo", "out", stdout=aio.subprocess.PIPE)
    assert await process.communicate() == (b"out\n", None)


async def test_stderr_can_go_where_stdout_goes(aio):
    process = await aio.create_subprocess_shell(
        "echo out; echo err >&2", stdout=aio.subprocess.PIPE, stderr=aio.subprocess.STDOUT
    )
    assert await process.communicate() == (b"out\nerr\n", None)


async def test_a_child_that_fills_both_pipes(aio, pipes):
    process = await aio.create_subprocess_exec(*python(FILL_BOTH), **pipes)
    assert await process.communicate(b"y" * BIG) == (b"o" * BIG, b"e" * BIG)


async def test_a_child_that_does_not_read_its_input(aio, pipes):
    process = await aio.create_subprocess_exec("true", **pipes)
    assert await process.communicate(b"x" * BIG) == (b"", b"")
    assert process.returncode == 0


async def test_a_child_that_closes_its_stdout_early(aio):
    process = await aio.create_subprocess_shell("echo early; exec >&-; sleep 0.05; exit 3", stdout=aio.subprocess.PIPE)
    assert await process.communicate() == (b"early\n", None)
    assert process.returncode == 3


@pytest.mark.plait_only("newest")
async def test_wait_does_not_wait_for_grandchildren_with_the_pipe(aio):
    process = await aio.create_subprocess_shell("sleep 3600 & echo $!", stdout=aio.subprocess.PIPE)
    grandchild = int(await process.stdout.readline())
    assert await process.wait() == 0
    os.kill(grandchild, signal.SIGKILL)
    assert await process.stdout.read() == b""


async def test_communicate_twice(aio, pipes):
    process = await aio.create_subprocess_exec("cat", **pipes)
    assert await process.communicate(b"once") == (b"once", b"")
    assert await process.communicate() == (b"", b"")


@pytest.mark.plait_only("communicate goes on")
async def test_a_cancelled_communicate_loses_nothing(aio, pipes):
    process = await aio.create_subprocess_shell("echo out; echo err >&2; cat; sleep 0.1; echo later", **pipes)
    with pytest.raises(TimeoutError):
        await aio.wait_for(process.communicate(b"in\n"), 0.05)
    with pytest.raises(ValueError, match="without input"):
        await process.communicate(b"again")
    assert await process.communicate() == (b"out\nin\nlater\n", b"err\n")


@pytest.mark.plait_only("communicate goes on")
async def test_a_cancelled_communicate_loses_no_output_that_had_ended(aio):
    process = await aio.create_subprocess_shell("echo out; exec >&-; sleep 0.1", stdout=aio.subprocess.PIPE)
    with pytest.raises(TimeoutError):
        await aio.wait_for(process.communicate(), 0.05)
    assert await process.communicate() == (b"out\n", None)


async def test_killing_after_a_cancelled_communicate(aio, pipes):
    process = await aio.create_subprocess_exec(*SLEEP, **pipes)
    with pytest.raises(TimeoutError):
        await aio.wait_for(process.communicate(b"x" * BIG), 0.01)
    process.kill()
    assert await process.communicate() == (b"", b"")
    assert process.returncode == -signal.SIGKILL


async def test_waiting_after_a_cancelled_communicate(aio):
    process = await aio.create_subprocess_shell("sleep 0.05; exit 5", stdout=aio.subprocess.PIPE)
    with pytest.raises(TimeoutError):
        await aio.wait_for(process.communicate(), 0.001)
    assert await process.wait() == 5


@pytest.mark.parametrize("data", ["text", 5])
async def test_communicate_refuses_what_is_no_bytes(aio, pipes, data):
    process = await aio.create_subprocess_exec("cat", **pipes)
    with pytest.raises((TypeError, AssertionError)):
        await process.communicate(data)
    process.kill()
    await process.wait()


# The streams.


async def test_a_conversation(aio, pipes):
    process = await aio.create_subprocess_exec(*python(ECHO_LINES), **pipes)
    for line in (b"one\n", b"two\n"):
        process.stdin.write(line)
        await process.stdin.drain()
        assert await process.stdout.readline() == line
    process.stdin.close()
    await process.stdin.wait_closed()
    assert await process.stdout.read() == b""
    assert await process.wait() == 0


async def test_output_can_be_read_after_the_end(aio):
    process = await aio.create_subprocess_exec("echo", "still there", stdout=aio.subprocess.PIPE)
    await process.wait()
    assert await process.stdout.read() == b"still there\n"


async def test_drain_waits_for_a_child_that_does_not_read(aio, turns):
    process = await aio.create_subprocess_exec(*SLEEP, stdin=aio.subprocess.PIPE)
    process.stdin.write(bytes(BIG))
    drained = aio.ensure_future(process.stdin.drain())
    await turns()
    assert not drained.done()
    process.kill()
    with pytest.raises((BrokenPipeError, ConnectionResetError)):
        await drained
    await process.wait()


async def test_output_is_not_read_without_bound(aio):
    process = await aio.create_subprocess_exec("yes", stdout=aio.subprocess.PIPE, limit=1000)
    assert await process.stdout.readline() == b"y\n"
    pipe = process._transport.get_pipe_transport(1)
    async with aio.timeout(10):
        while pipe.is_reading():
            await aio.sleep(0)
    process.kill()
    while await process.stdout.read(1 << 16):
        pass
    await process.wait()


async def test_a_line_that_is_longer_than_the_limit(aio):
    process = await aio.create_subprocess_exec("echo", "x" * 100, stdout=aio.subprocess.PIPE, limit=10)
    with pytest.raises(ValueError, match="limit"):
        await process.stdout.readline()
    await process.communicate()


async def test_files_and_descriptors_instead_of_pipes(aio, tmp_path):
    (tmp_path / "in").write_bytes(b"from a file")
    with (tmp_path / "in").open("rb") as source, (tmp_path / "out").open("wb") as target:
        process = await aio.create_subprocess_exec(
            "cat", stdin=source, stdout=target.fileno(), stderr=aio.subprocess.DEVNULL
        )
        assert await process.communicate() == (None, None)
        assert not target.closed
    assert (tmp_path / "out").read_bytes() == b"from a file"


async def test_no_input(aio):
    process = await aio.create_subprocess_exec("cat", stdin=aio.subprocess.DEVNULL, stdout=aio.subprocess.PIPE)
    assert await process.communicate() == (b"", None)


async def test_pipes_of_a_wanted_size(aio):
    process = await aio.create_subprocess_exec(*SLEEP, stdin=aio.subprocess.PIPE, pipesize=1 << 17)
    process.stdin.write(bytes(1 << 17))
    assert process.stdin.transport.get_write_buffer_size() == 0
    process.kill()
    await process.wait()


async def test_our_ends_are_not_the_childs(aio, pipes):
    """Else no child would see the end of its input while another one lives."""
    first = await aio.create_subprocess_exec("cat", **pipes, close_fds=False)
    second = await aio.create_subprocess_exec(*SLEEP, close_fds=False)
    assert await first.communicate(b"to the end") == (b"to the end", b"")
    second.kill()
    await second.wait()


async def test_many_children_with_pipes_at_once(aio, pipes):
    async def echo(number):
        process = await aio.create_subprocess_exec("cat", **pipes)
        return await process.communicate(b"%d" % number)

    assert await aio.gather(*(echo(number) for number in range(50))) == [(b"%d" % number, b"") for number in range(50)]
