"""Runs programs in processes of their own, and installs plait for one test."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

import plait

NOT_FOR_PROGRAMS = {"PYTHONASYNCIODEBUG", "PYTEST_DISABLE_PLUGIN_AUTOLOAD"}
HUNG_SECONDS = 60  # nothing here takes a tenth of it on a busy machine


class Program(Protocol):
    def __call__(
        self, text: str, *options: str, command: tuple[str, ...] = ...
    ) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture
def installed() -> Iterator[None]:
    plait.install()
    yield
    plait.uninstall()


@pytest.fixture
def run_program(tmp_path: Path) -> Program:
    """Gives `run_program(text, options of python…)`: runs the text as `app.py`, warnings of deprecation being errors."""
    environment = {name: value for name, value in os.environ.items() if name not in NOT_FOR_PROGRAMS}
    environment["PYTHONPATH"] = str(Path(plait.__file__).resolve().parents[1])

    def run(text: str, *options: str, command: tuple[str, ...] = ("app.py",)) -> subprocess.CompletedProcess[str]:
        (tmp_path / "app.py").write_text(textwrap.dedent(text))
        return subprocess.run(
            [sys.executable, "-W", "error::DeprecationWarning", *options, *command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=HUNG_SECONDS,
            check=False,
        )

    return run


@pytest.fixture
def output_of(run_program: Program) -> Iterator[object]:
    """Gives `output_of(text, …)`: what a program that ends well, and complains of nothing, has printed."""

    def run(text: str, *options: str, command: tuple[str, ...] = ("app.py",)) -> str:
        ended = run_program(text, *options, command=command)
        assert (ended.returncode, ended.stderr) == (0, "")
        return ended.stdout

    return run
