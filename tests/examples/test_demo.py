"""`scripts/demo` runs every example on plait and stops at the first that fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HUNG_SECONDS = 240  # with its delays a twentieth as long, the demo takes a few seconds


def run_demo(**environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts" / "demo"), "--scale", "0.05", "--no-bench"]
    return subprocess.run(
        command,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=HUNG_SECONDS,
        check=False,
    )


def test_demo_is_executable() -> None:
    assert os.access(ROOT / "scripts" / "demo", os.X_OK)


def test_demo_runs_every_example_in_order() -> None:
    pytest.importorskip("plait")
    ended = run_demo()
    assert ended.returncode == 0, ended.stdout + ended.stderr
    commands = [line.split()[3] for line in ended.stdout.splitlines() if "$ plait run" in line]
    assert commands == sorted(f"examples/{path.name}" for path in (ROOT / "examples").glob("*.py"))


def test_demo_stops_at_an_example_that_fails(tmp_path: Path) -> None:
    broken = tmp_path / "plait"
    broken.mkdir()
    (broken / "__init__.py").touch()
    (broken / "__main__.py").write_text("import sys; print('a last word'); sys.exit(3)")
    ended = run_demo(PYTHONPATH=str(tmp_path))
    assert ended.returncode == 1
    assert ended.stdout.count("$ plait run") == 1
    assert "a last word" in ended.stdout
    assert "01_await_a_coroutine.py failed with exit code 3" in ended.stderr
