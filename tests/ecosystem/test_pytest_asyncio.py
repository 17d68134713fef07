"""pytest-asyncio: its hook for loop factories, its fixtures and scopes, what is cancelled or fails, in a pytest of its own."""

import subprocess
from pathlib import Path

from .ways import Way

CONFTEST = """
import asyncio
import pytest
import pytest_asyncio

def pytest_configure():
    pytest.is_right = lambda value: type(value).__module__.startswith("plait.") == ON_PLAIT

@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def echo():
    async def answer(reader, writer):
        async for line in reader:
            writer.write(line)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        yield asyncio.get_running_loop(), reader, writer
        writer.close()
        assert await reader.read() == b""
    print("the session's server ends")
"""
LOOP_FACTORIES = """
import plait

def pytest_asyncio_loop_factories(config, item):
    return {"plait": plait.new_event_loop}
"""
TESTS = """
import asyncio
import pytest
import pytest_asyncio

@pytest_asyncio.fixture
async def server():
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()

@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def lock():
    yield asyncio.Lock()

@pytest.mark.asyncio
async def test_kind():
    assert pytest.is_right(asyncio.get_running_loop())
    assert pytest.is_right(asyncio.current_task())

@pytest.mark.asyncio
async def test_connection(server):
    reader, writer = await asyncio.open_connection(*server)
    assert await reader.read() == b""
    writer.close()

@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("number", range(3))
async def test_lock(lock, number):
    async with asyncio.timeout(5), lock:
        await asyncio.sleep(0)

@pytest.mark.asyncio
@pytest.mark.xfail(strict=True, raises=TimeoutError)
async def test_timeout():
    async with asyncio.timeout(0.01):
        await asyncio.Event().wait()
"""
OF_A_MODULE = """
import asyncio
import pytest
import pytest_asyncio

pytestmark = pytest.mark.asyncio(loop_scope="module")

@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def work():
    loop, task = asyncio.get_running_loop(), asyncio.create_task(asyncio.Event().wait())
    yield loop, task
    assert asyncio.get_running_loop() is loop
    assert task.cancelled()
    print("a module ends")

@pytest.mark.parametrize("number", range(3))
async def test_it(work, number):
    loop, task = work
    assert pytest.is_right(loop)
    assert asyncio.get_running_loop() is loop
    assert not task.done()  # lives from test to test
    if number == 2:
        task.cancel()
"""
OF_THE_SESSION = """
import asyncio
import pytest

@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("number", range(2))
async def test_it(echo, number):
    loop, reader, writer = echo
    assert pytest.is_right(loop)
    assert asyncio.get_running_loop() is loop
    writer.write(b"hello\\n")
    assert await reader.readline() == b"hello\\n"
"""
ENDS = """
import asyncio
import pytest
import pytest_asyncio

pytestmark = pytest.mark.asyncio

async def wait(name):
    try:
        await asyncio.Event().wait()
    finally:
        print(name, "is cancelled")

@pytest_asyncio.fixture
async def worker():
    task = asyncio.create_task(wait("the worker"))
    await asyncio.sleep(0)
    yield task
    with pytest.raises(asyncio.CancelledError):
        await task

@pytest_asyncio.fixture
async def cancelled_fixture():
    asyncio.current_task().cancel()
    await wait("the fixture")
    yield

@pytest_asyncio.fixture
async def group():
    async with asyncio.TaskGroup() as group:
        yield group.create_task(wait("the group"))
        raise LookupError("the fixture fails")

async def test_cancels(worker):
    worker.cancel()

async def test_leaks():
    asyncio.create_task(wait("the leak"))
    await asyncio.sleep(0)

async def test_after_the_leak():
    assert asyncio.all_tasks() == {asyncio.current_task()}

async def test_needs_it(cancelled_fixture):
    raise AssertionError("not reached")

async def test_is_cancelled():
    asyncio.current_task().cancel()
    await wait("the test")

async def test_fails():
    await asyncio.sleep(0)
    assert 6 * 9 == 42

async def test_group(group):
    await asyncio.sleep(0)

async def test_last():
    await asyncio.sleep(0)
"""


def test_a_suite(way: Way, tmp_path: Path) -> None:
    ended = run(way, tmp_path, test_it=TESTS)
    assert ended.returncode == 0, ended.stdout
    assert "5 passed, 1 xfailed" in ended.stdout


def test_loops_of_a_module_and_of_the_session(way: Way, tmp_path: Path) -> None:
    """In modules apart: with a hook for loop factories, one that has both scopes ends the session's loop as well."""
    ended = run(way, tmp_path, test_1=OF_A_MODULE, test_2=OF_A_MODULE, test_3=OF_THE_SESSION, test_4=OF_THE_SESSION)
    assert ended.returncode == 0, ended.stdout
    assert "10 passed" in ended.stdout
    assert ended.stdout.count("a module ends") == 2
    assert ended.stdout.count("the session's server ends") == 1


def test_what_is_cancelled_or_leaks_or_fails_is_told_and_the_rest_goes_on(way: Way, tmp_path: Path) -> None:
    ended = run(way, tmp_path, test_it=ENDS)
    assert ended.returncode == 1, ended.stdout
    assert "2 failed, 5 passed, 2 errors" in ended.stdout
    for name in ("the worker", "the leak", "the fixture", "the test", "the group"):
        assert ended.stdout.count(f"{name} is cancelled\n") == 1, ended.stdout
    for line in (
        "FAILED test_it.py::test_is_cancelled - asyncio.exceptions.CancelledError",
        "FAILED test_it.py::test_fails - assert (6 * 9) == 42",
        "ERROR test_it.py::test_needs_it - asyncio.exceptions.CancelledError",
        "ERROR test_it.py::test_group - LookupError('the fixture fails')",
    ):
        assert line in ended.stdout, ended.stdout


def run(way: Way, folder: Path, **modules: str) -> subprocess.CompletedProcess[str]:
    (folder / "pytest.ini").touch()
    conftest = f"ON_PLAIT = {way.on_plait}\n{CONFTEST}"
    if way.name == "loop_factory":
        conftest += LOOP_FACTORIES
    for name, source in {"conftest": conftest, **modules}.items():
        (folder / f"{name}.py").write_text(source)
    command = [
        *way.python,
        "-m",
        "pytest",
        "-p",
        "pytest_asyncio.plugin",
        "-p",
        "no:cacheprovider",
        "-W",
        "error",
        "-s",
    ]
    options = ["-o", "asyncio_default_fixture_loop_scope=function", "-c", "pytest.ini", "--rootdir", "."]
    return subprocess.run(
        [*command, *options],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
