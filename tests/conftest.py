"""Says in the header which build of plait is tested, and stops when it is not the one that was asked for; ends hung tests.

PLAIT_EXPECT_MODE: "compiled" or "interpreted"; unset, anything goes.
"""

import contextlib
import importlib
import os
import signal
from collections.abc import Generator, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Seconds after which a test, its set-up or its clean-up counts as hung: on a busy machine none takes a third of it.
HANG_SECONDS = 180
# Seconds between further interrupts: the clean-up of a hung test may hang too.
HANG_REPEAT_SECONDS = 1


def build_info() -> dict[str, Any]:
    """What `plait.build_info()` tells, which is there before the rest of plait can be imported."""
    info: dict[str, Any] = importlib.import_module("plait.build").build_info()
    return info


def pytest_report_header() -> list[str]:
    try:
        build = build_info()
        folder = Path(importlib.import_module("plait").__file__ or "").parent
    except ImportError as error:
        return [f"plait: cannot be imported: {error}"]
    return [
        f"plait: {build['version']} {build['mode']}, {len(build['modules'])} modules with declarations, in {folder}",
        f"on: {build['python']}, {build['poller']}, {build['platform']}",
    ]


def pytest_sessionstart(session: pytest.Session) -> None:
    expected = os.environ.get("PLAIT_EXPECT_MODE")
    if expected is None:
        return
    build = build_info()
    if build["mode"] != expected:
        odd = [name for name, mode in build["modules"].items() if mode != expected]
        pytest.exit(f"PLAIT_EXPECT_MODE={expected}, but plait is {build['mode']}: {', '.join(odd)}", returncode=3)
    if Path(importlib.import_module("plait").__file__ or "").is_relative_to(ROOT / "src"):
        pytest.exit("plait comes from src/, not from an installation: run scripts/test", returncode=3)


def pytest_configure() -> None:
    """A shell starts its background jobs deaf to Ctrl+C; the tests of it need Python's own handler."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


class Hung(BaseException):
    """The test did not end in time. Not an Exception, so that no callback keeps it."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, Any, Any]:
    with hang_guard():
        return (yield)


pytest_runtest_setup = pytest_runtest_teardown = pytest_runtest_call


@contextlib.contextmanager
def hang_guard() -> Iterator[None]:
    """What hangs fails as any test does, and the others go on. A fixture that has uses for the timer has it to itself."""
    if signal.getsignal(signal.SIGALRM) is signal.SIG_DFL:
        signal.signal(signal.SIGALRM, interrupt)
    if is_guarded():
        signal.setitimer(signal.ITIMER_REAL, HANG_SECONDS, HANG_REPEAT_SECONDS)
    try:
        yield
    finally:
        if is_guarded():
            signal.setitimer(signal.ITIMER_REAL, 0)


def is_guarded() -> bool:
    return signal.getsignal(signal.SIGALRM) is interrupt


def interrupt(_signum: int, _frame: FrameType | None) -> None:
    raise Hung(f"hung for {HANG_SECONDS} s")
