"""pytest-asyncio: its hook for loop factories, its fixtures and scopes, in a pytest of its own."""

import subprocess
from pathlib import Path

from .ways import Way

CONFTEST = """
import plait

def pytest_asyncio_loop_factories(config, item):
    return {"plait": plait.new_event_loop}
"""
TESTS = """
import asyncio
import pytest
import pytest_asyncio

ON_PLAIT = %r

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
    assert type(asyncio.get_running_loop()).__module__.startswith("plait.") == ON_PLAIT
    assert type(asyncio.current_task()).__module__.startswith("plait.") == ON_PLAIT

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


def test_a_suite(way: Way, tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").touch()
    (tmp_path / "test_it.py").write_text(TESTS % way.on_plait)
    if way.name == "loop_factory":
        (tmp_path / "conftest.py").write_text(CONFTEST)
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
        "test_it.py",
    ]
    options = ["-o", "asyncio_default_fixture_loop_scope=function", "-c", "pytest.ini", "--rootdir", "."]
    ended = subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "5 passed, 1 xfailed" in ended.stdout
