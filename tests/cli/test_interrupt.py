"""Ctrl+C ends a program under `plait run` as it does under `python`: cleaned up, and dead by the signal."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import HUNG_SECONDS

SYNC = """\
try:
    print("ready", flush=True)
    while True:
        pass
finally:
    print("cleaned up", flush=True)
"""

ASYNC = """\
import asyncio, plait
async def main():
    print("ready", flush=True)
    try:
        await asyncio.sleep(1000)
    finally:
        await asyncio.sleep(0)
        print("cleaned up", flush=True)
"""

PROGRAMS = {
    "asyncio.run": (ASYNC + "asyncio.run(main())", ["app.py"]),
    "plait.run": (ASYNC + "plait.run(main())", ["app.py"]),
    "module": (ASYNC + "asyncio.run(main())", ["-m", "app"]),
    "function": (ASYNC, ["app:main"]),
    "no coroutine": (SYNC, ["app.py"]),
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_ctrl_c(tmp_path: Path, environment: dict[str, str], program: str) -> None:
    source, arguments = PROGRAMS[program]
    (tmp_path / "app.py").write_text(source)
    command = [sys.executable, "-m", "plait", "run", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate(timeout=HUNG_SECONDS)
        finally:
            process.kill()
    assert process.returncode == -signal.SIGINT
    assert output == "cleaned up\n"
    assert errors.splitlines()[-1] == "KeyboardInterrupt"
    assert "plait/" not in errors
