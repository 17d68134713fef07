"""Plait's plugin beside those of others: tests that are theirs stay theirs, and theirs can use plait's loop."""

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import plait

from .conftest import Run

OURS = """
@pytest.fixture
async def loop():
    yield asyncio.get_running_loop()

async def test_ours(loop):
    assert isinstance(loop, plait.EventLoop)
    assert loop is asyncio.get_running_loop()
"""


def run_beside_pytest_asyncio(run: Run, source: str, *arguments: str) -> pytest.RunResult:
    scope = ("-o", "asyncio_default_fixture_loop_scope=function")  # it warns when this is not set
    return run(source, *scope, *arguments, plugins=("pytest_asyncio.plugin",))


def test_tests_marked_asyncio_are_pytest_asyncios(run: Run) -> None:
    pytest.importorskip("pytest_asyncio")
    source = (
        OURS
        + """
import pytest_asyncio

@pytest_asyncio.fixture
async def their_loop():
    yield asyncio.get_running_loop()

@pytest.mark.asyncio
async def test_theirs(their_loop):
    assert not isinstance(their_loop, plait.EventLoop)
    assert their_loop is asyncio.get_running_loop()
"""
    )
    run_beside_pytest_asyncio(run, source).assert_outcomes(passed=2)


def test_every_test_is_pytest_asyncios_in_its_auto_mode(run: Run) -> None:
    pytest.importorskip("pytest_asyncio")
    source = OURS.replace("assert isinstance", "assert not isinstance")
    run_beside_pytest_asyncio(run, source, "-o", "asyncio_mode=auto").assert_outcomes(passed=1)


def test_tests_marked_asyncio_are_plaits_where_pytest_asyncio_is_not(run: Run) -> None:
    source = OURS.replace("async def test", "@pytest.mark.asyncio\nasync def test")
    run(source, "-o", "markers=asyncio").assert_outcomes(passed=1)


def test_loop_factory_of_pytest_asyncio(run: Run, pytester: pytest.Pytester) -> None:
    """The example of docs/testing.md."""
    asyncio_plugin = pytest.importorskip("pytest_asyncio.plugin")
    if not hasattr(asyncio_plugin, "_collect_hook_loop_factories"):
        pytest.skip("this pytest-asyncio is older than its hook for loop factories")
    pytester.makeconftest("""
import plait

def pytest_asyncio_loop_factories(config, item):
    return {"plait": plait.new_event_loop}
""")
    source = """
@pytest.mark.asyncio
async def test_theirs():
    assert isinstance(asyncio.get_running_loop(), plait.EventLoop)
    await asyncio.sleep(0)
"""
    run_beside_pytest_asyncio(run, source).assert_outcomes(passed=1)


def test_tests_marked_anyio_are_anyios(run: Run) -> None:
    pytest.importorskip("anyio")
    source = (
        OURS
        + """
@pytest.fixture
def anyio_backend():
    return "asyncio"

@pytest.mark.anyio
async def test_theirs(loop):
    assert not isinstance(loop, plait.EventLoop)
    assert loop is asyncio.get_running_loop()
"""
    )
    run(source, plugins=("anyio.pytest_plugin",)).assert_outcomes(passed=2)


def test_anyios_plugin_with_plaits_loop(run: Run) -> None:
    """The example of docs/testing.md."""
    pytest.importorskip("anyio")
    source = """
import anyio

@pytest.fixture
def anyio_backend():
    return "asyncio", {"loop_factory": plait.new_event_loop}

@pytest.fixture
async def group(anyio_backend):
    async with anyio.create_task_group() as group:
        yield group

@pytest.mark.anyio
async def test_theirs(group):
    assert isinstance(asyncio.get_running_loop(), plait.EventLoop)
    group.start_soon(anyio.sleep, 0)
"""
    run(source, plugins=("anyio.pytest_plugin",)).assert_outcomes(passed=1)


@pytest.mark.skipif(sys.version_info < (3, 13), reason="loop_factory came in Python 3.13")
def test_isolated_asyncio_test_case_by_its_loop_factory(run: Run) -> None:
    """The example of docs/testing.md."""
    source = """
import unittest

class TestOnPlait(unittest.IsolatedAsyncioTestCase):
    loop_factory = plait.EventLoop

    async def test_loop(self):
        self.assertIsInstance(asyncio.get_running_loop(), plait.EventLoop)
"""
    run(source).assert_outcomes(passed=1)


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="policies are deprecated since Python 3.14")
def test_isolated_asyncio_test_case_by_policy(run: Run) -> None:
    """The example of docs/testing.md for Python 3.11 and 3.12."""
    source = """
import unittest

def setUpModule():
    asyncio.set_event_loop_policy(plait.EventLoopPolicy())

def tearDownModule():
    asyncio.set_event_loop_policy(None)

class TestOnPlait(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.loop = asyncio.get_running_loop()

    async def test_loop(self):
        self.assertIsInstance(self.loop, plait.EventLoop)
        self.assertIs(self.loop, asyncio.get_running_loop())
"""
    run(source).assert_outcomes(passed=1)


def test_plugin_imports_nothing_before_a_test_is_asynchronous(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
import sys

def test_modules():
    loaded = {name for name in sys.modules if name.partition(".")[0] == "plait"}
    assert loaded == {"plait", "plait.testing", "plait.testing.options", "plait.testing.pytest_plugin"}
    assert "asyncio" not in sys.modules or sys.version_info >= (3, 14)  # whose pdb has it
""")
    command = [
        sys.executable,
        "-P",
        "-m",
        "pytest",
        "-q",
        "-p",
        "plait.testing.pytest_plugin",
        "-p",
        "no:cacheprovider",
    ]
    done = run_alone(pytester, [*command, "-p", "no:hypothesispytest"], PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    assert done.returncode == 0, done.stdout


def test_plugin_is_there_when_plait_is_installed(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    if not any(point.value == "plait.testing.pytest_plugin" for point in metadata.entry_points(group="pytest11")):
        pytest.skip("plait is not installed")
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", raising=False)
    pytester.makepyfile("import asyncio, plait, pytest\n" + OURS)
    done = run_alone(pytester, [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider"])
    assert done.returncode == 0, done.stdout


def run_alone(pytester: pytest.Pytester, command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    path = [str(Path(plait.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    return subprocess.run(
        command,
        cwd=Path(pytester.path),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
