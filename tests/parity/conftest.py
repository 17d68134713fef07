"""The module under test as `aio`, how an `async def` test runs on it, and what no test may leave behind.

Marks: `stock_since(3, 13)` — the stock parameter is skipped on older Pythons, plait never is;
`plait_only("why")` — a deliberate difference (docs/differences.md), stock is skipped.
"""

import asyncio
import contextlib
import gc
import importlib
import inspect
import logging
import os
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

# Seconds after which a program that a test started counts as hung. Every test of this folder takes far less than one.
HANG_SECONDS = 60
# Seconds a thread that was told to end may take to do so.
THREAD_EXIT_SECONDS = 2.0
# Turns of the loop after which everything that was ready has run, through chains of a few tasks that wake one another.
SETTLING_TURNS = 10
# Polls of the loop after which what was sent has come, and what was answered too.
SETTLING_POLLS = 5

OPEN_DESCRIPTORS = Path("/proc/self/fd")


@pytest.fixture(params=("asyncio", "plait"))
def aio(request: pytest.FixtureRequest) -> ModuleType:
    """The module under test: stock asyncio on its own loop, or plait on its own."""
    if request.param == "asyncio":
        skip_what_stock_does_not_do(request.node)
    return importlib.import_module(request.param)


def skip_what_stock_does_not_do(item: pytest.Item) -> None:
    for mark in item.iter_markers("stock_since"):
        if sys.version_info[: len(mark.args)] < mark.args:
            pytest.skip("stock asyncio does this since Python " + ".".join(map(str, mark.args)))
    for mark in item.iter_markers("plait_only"):
        pytest.skip(f"plait only: {mark.args[0]}")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run an `async def` test on a Runner of the module under test."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    with arguments["aio"].Runner() as runner:
        if "reports" in arguments:
            runner.get_loop().set_exception_handler(arguments["reports"].record)
        runner.run(pyfuncitem.obj(**arguments))
    return True


@pytest.fixture
def loop(aio: ModuleType, request: pytest.FixtureRequest) -> Iterator[asyncio.AbstractEventLoop]:
    """A new loop that nothing runs yet, closed in the end."""
    loop = aio.new_event_loop()
    if "reports" in request.fixturenames:
        loop.set_exception_handler(request.getfixturevalue("reports").record)
    yield loop
    try:
        if not loop.is_closed():
            loop.run_until_complete(loop.shutdown_default_executor())
    finally:
        loop.close()


@pytest.fixture
def turns(aio: ModuleType) -> Callable[..., Awaitable[None]]:
    """`await turns()` lets everything that is ready run; `await turns(n)` gives way n times."""

    async def turns(count: int = SETTLING_TURNS) -> None:
        for _ in range(count):
            await aio.sleep(0)

    return turns


@pytest.fixture
def polls() -> Callable[..., Awaitable[None]]:
    """`await polls()` lets all that the system has ready reach whoever waits for it: the loop has polled some times then."""

    async def polls(count: int = SETTLING_POLLS) -> None:
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        with ours, theirs:
            for _ in range(count):
                came = loop.create_future()
                loop.add_reader(ours, came.set_result, None)
                theirs.send(b"x")
                await came
                loop.remove_reader(ours)
                ours.recv(1)

    return polls


@pytest.fixture
def run_script(aio: ModuleType) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a program in an interpreter of its own, where `aio` is the module under test."""

    def run_script(source: str, *options: str) -> subprocess.CompletedProcess[str]:
        program = f"import {aio.__name__} as aio\n" + textwrap.dedent(source)
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        command = [sys.executable, *options, "-c", program]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=HANG_SECONDS, check=False
        )

    return run_script


class Reports(list[dict[str, Any]]):
    """The contexts that the loop's exception handler was called with."""

    def record(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.append(context)

    @property
    def exceptions(self) -> list[str]:
        """The reported exceptions as text, and so without references to frames."""
        return [repr(context.get("exception")) for context in self]


@pytest.fixture
def reports() -> Iterator[Reports]:
    """The test expects reports: they come here and do not fail it. Set in `loop`, and in the loop of async tests."""
    reports = Reports()
    yield reports
    reports.clear()


class ErrorLog(logging.Handler):
    """Keeps the text of what asyncio and plait log as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.split(".")[0] in {"asyncio", "plait"}:
            self.texts.append(self.format(record))


@pytest.fixture
def error_log() -> Iterator[ErrorLog]:
    """What the default exception handler logs. A test that does not ask for it expects nothing there."""
    log = ErrorLog()
    logging.getLogger().addHandler(log)
    yield log
    logging.getLogger().removeHandler(log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    if report.when == "call":
        item.stash[PASSED] = report.passed
    return report


PASSED = pytest.StashKey[bool]()


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest, error_log: ErrorLog) -> Iterator[None]:
    """Fails on open loops, unfinished tasks, threads, descriptors and reported exceptions that a test leaves behind."""
    threads, descriptors = set(threading.enumerate()), open_descriptors()
    gc.freeze()  # What exists now is not looked at again: collecting and counting see the test's own objects.
    try:
        yield
        if request.node.stash.get(PASSED, False):
            gc.collect()
            expected = "error_log" in inspect.signature(request.node.function).parameters
            left = [*tasks_and_loops(), *still_running(threads), *still_open(descriptors)]
            left += [] if expected else error_log.texts
            assert not left, "left behind:\n" + "\n".join(left)
    finally:
        gc.unfreeze()


def tasks_and_loops() -> Iterator[str]:
    """Unfinished tasks and unclosed loops among the objects made since the last freeze."""
    for thing in gc.get_objects():
        kind = type(thing)
        if issubclass(kind, asyncio.AbstractEventLoop) and not thing.is_closed():
            yield f"an open loop: {thing!r}"
        elif issubclass(kind, task_types()) and not thing.done():
            yield f"an unfinished task: {thing!r}"


def task_types() -> tuple[type, ...]:
    return tuple(sys.modules[name].Task for name in ("asyncio", "plait") if name in sys.modules)


def still_running(before: set[threading.Thread]) -> Iterator[str]:
    for thread in set(threading.enumerate()) - before:
        thread.join(THREAD_EXIT_SECONDS)
        if thread.is_alive():
            yield f"a running thread: {thread!r}"


def open_descriptors() -> dict[str, str]:
    """What each descriptor of this process points to, where the platform tells."""
    found = {}
    for entry in OPEN_DESCRIPTORS.iterdir() if OPEN_DESCRIPTORS.is_dir() else ():
        with contextlib.suppress(OSError):  # The listing's own descriptor is closed by now.
            found[entry.name] = os.readlink(entry)
    return found


def still_open(before: dict[str, str]) -> Iterator[str]:
    for number, target in open_descriptors().items():
        if before.get(number) != target:
            yield f"open descriptor {number}: {target}"
