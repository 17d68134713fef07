"""Starts `python -m plait …` and plain `python …` in an empty folder."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from .terminal import Terminal

HUNG_SECONDS = 60  # nothing here takes a tenth of it on a busy machine

# Variables that change what Python prints, or what it does at start.
UNWANTED = {"PYTHONASYNCIODEBUG", "PYTHONDEVMODE", "PYTHONSAFEPATH", "PYTHONSTARTUP", "PYTHONTRACEMALLOC"}

Completed = subprocess.CompletedProcess[str]


class Command(Protocol):
    def __call__(self, *arguments: str, typed: str = ..., **environment: str) -> Completed: ...


@pytest.fixture(autouse=True)
def interrupts_reach_children() -> Iterator[None]:
    """A shell that starts the tests in the background has them, and their children, ignore Ctrl+C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    if "PYTHONPATH" in kept:
        entries = kept["PYTHONPATH"].split(os.pathsep)
        kept["PYTHONPATH"] = os.pathsep.join(os.path.abspath(entry) for entry in entries if entry)
    return kept | {"HOME": str(tmp_path), "TERM": "dumb", "NO_COLOR": "1"}


@pytest.fixture
def python(tmp_path: Path, environment: dict[str, str]) -> Command:
    """Gives `python(arguments…, typed=standard input, VARIABLE=…)`, which returns when the process has ended."""

    def run(*arguments: str, typed: str = "", **more: str) -> Completed:
        return subprocess.run(
            [sys.executable, *arguments],
            input=typed,
            cwd=tmp_path,
            env=environment | more,
            capture_output=True,
            text=True,
            timeout=HUNG_SECONDS,
            check=False,
        )

    return run


@pytest.fixture
def plait(python: Command) -> Command:
    """Gives `plait(arguments…)`, the same for `python -m plait`."""

    def run(*arguments: str, typed: str = "", **more: str) -> Completed:
        return python("-m", "plait", *arguments, typed=typed, **more)

    return run


@pytest.fixture
def repl(tmp_path: Path, environment: dict[str, str]) -> Iterator[Terminal]:
    """`plait repl` on a terminal."""
    try:
        screen, keyboard = pty.openpty()
    except OSError:
        pytest.skip("this machine has no pseudo terminals; in a container or chroot, mount /dev/pts")
    command = [sys.executable, "-m", "plait", "repl"]
    with Terminal(command, screen, keyboard, tmp_path, environment, HUNG_SECONDS) as terminal:
        yield terminal
