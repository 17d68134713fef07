"""Runs an example as a person does: with stock `python`, and with `plait run`."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
RUNNERS = {"asyncio": [sys.executable], "plait": [sys.executable, "-m", "plait", "run"]}
HUNG_SECONDS = 120  # no example takes a tenth of it, even with its true delays on a busy machine

# Variables that change what Python prints of its own accord.
UNWANTED = {"PYTHONASYNCIODEBUG", "PYTHONDEVMODE", "PYTHONTRACEMALLOC"}
# A socket or a loop left open shows on stderr.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in UNWANTED}
ENVIRONMENT |= {"PYTHONWARNINGS": "always::ResourceWarning", "NO_COLOR": "1"}

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(params=RUNNERS)
def run_example(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    """Gives `run(file name, seconds that one of its seconds lasts)`, which returns when the program has ended well."""
    if request.param == "plait":
        pytest.importorskip("plait")

    def run(name: str, scale: float = 0.1) -> subprocess.CompletedProcess[str]:
        command = [*RUNNERS[request.param], str(EXAMPLES / name), str(scale)]
        ended = subprocess.run(
            command,
            cwd=tmp_path,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            timeout=HUNG_SECONDS,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return ended

    return run
